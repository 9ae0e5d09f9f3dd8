import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { discover, ethernetClient, inform, requestExtension, requestSelecting } from "../../src/client/dhcp4/messages.ts";
import { type Lease, LeaseState, NEVER } from "../../src/leases/dhcp4/lease.ts";
import { formatIpv4, type Ipv4 } from "../../src/net/ipv4.ts";
import { readLeases } from "../../src/store/sqlite/rows.ts";
import { openForReading } from "../../src/store/sqlite/schema.ts";
import { decode } from "../../src/wire/dhcp4/decode.ts";
import { encodeMessage } from "../../src/wire/dhcp4/encode.ts";
import { type Message, MessageType } from "../../src/wire/dhcp4/message.ts";
import { messageType, optionIpv4, optionU32 } from "../../src/wire/dhcp4/options.ts";
import { createFalseClock, type FalseClock } from "../support/false-clock.ts";
import { leaseIn } from "../support/leases.ts";
import { newFolder, newPlace, type Place, type ServerFiles, writeIn } from "../support/loopback-server.ts";
import type { Program } from "../support/namespaces.ts";

const DAY = 86_400;
const RELAY = 0x0a4d0001;
/** As many as there are addresses. */
const OWNERS = Array.from({ length: 20 }, (_, i) => i + 1);
const STRANGERS = [101, 102, 103];

interface Lab {
  readonly clock: FalseClock;
  readonly files: ServerFiles;
  server: Program;
  restart(): Promise<void>;
  /** What the server answers; undefined: nothing, though it answers what is sent later. */
  exchange(message: Message): Promise<Message | undefined>;
}

/** A server with twenty addresses, whose wall clock is off by so many seconds. */
async function openLab(t: TestContext, shift = 0, settings = ""): Promise<Lab | undefined> {
  const folder = newFolder(t);
  const clock = createFalseClock(t, folder);
  if (clock === undefined) return undefined;
  clock.set(shift);
  const config = `
interfaces: [lo]
log: { format: json }
${settings === "" ? "config: { lease_time: 1h }" : settings}
networks:
  10.77.0.0/16:
    options: { routers: 10.77.0.1 }
    ranges: [{ range: 10.77.1.1-10.77.1.20 }]
`;
  const files = { config: writeIn(folder, "leasehold.yaml", config), database: join(folder, "leases.db") };
  const place = newPlace();
  const socket = createSocket("udp4");
  socket.bind(0, place.address);
  await once(socket, "listening");
  t.after(() => socket.close());
  const lab: Lab = {
    clock,
    files,
    server: await clock.start(files, place),
    async restart() {
      assert.equal(await lab.server.end("SIGTERM"), 0);
      lab.server = await clock.start(files, place);
    },
    exchange: (message) => exchange(socket, place, message),
  };
  return lab;
}

/** Sends a message, and behind it a DHCPINFORM: its answer says that there will be none to a DISCOVER. */
async function exchange(socket: Socket, { address, port }: Place, message: Message): Promise<Message | undefined> {
  const mark = (message.xid ^ 0x80000000) >>> 0;
  const waitsForDisk = messageType(message) === MessageType.REQUEST;
  const answered = new Promise<Message | undefined>((resolve, reject) => {
    const patience = setTimeout(() => reject(new Error("the server answers nothing")), 20_000);
    const listen = (bytes: Uint8Array): void => {
      const decoded = decode(Uint8Array.from(bytes));
      const xid = decoded.ok ? decoded.message.xid : undefined;
      if (xid !== message.xid && (xid !== mark || waitsForDisk)) return;
      clearTimeout(patience);
      socket.off("message", listen);
      resolve(decoded.ok && xid === message.xid ? decoded.message : undefined);
    };
    socket.on("message", listen);
  });
  for (const one of [message, inform(ethernetClient(message.chaddr), { xid: mark, secs: 0 }, 0x0a4d0909)]) {
    socket.send(encodeMessage({ ...one, giaddr: RELAY }), port, address);
  }
  return await answered;
}

let transactions = 1;
const settingsOf = (client: number) => ethernetClient(Uint8Array.of(2, 0, 0, 0, 0, client));
const transaction = () => ({ xid: transactions++, secs: 0 });

async function offer(lab: Lab, client: number): Promise<Message | undefined> {
  return await lab.exchange(discover(settingsOf(client), transaction()));
}

async function acquire(lab: Lab, client: number): Promise<Ipv4> {
  const offered = await offer(lab, client);
  assert.ok(offered, `client ${client} is offered an address`);
  const serverIdentifier = optionIpv4(offered, 54) as Ipv4;
  const ack = await lab.exchange(requestSelecting(settingsOf(client), transaction(), { address: offered.yiaddr, serverIdentifier }));
  assert.equal(ack && messageType(ack), MessageType.ACK);
  return (ack as Message).yiaddr;
}

async function acquireAll(lab: Lab): Promise<Map<number, Ipv4>> {
  const addresses = new Map<number, Ipv4>();
  for (const client of OWNERS) addresses.set(client, await acquire(lab, client));
  return addresses;
}

/** Strangers get nothing, owners renew for the whole time, and the database has one bound row for each. */
async function assertOwnersKeepAll(lab: Lab, addresses: ReadonlyMap<number, Ipv4>, when: string): Promise<void> {
  for (const client of STRANGERS) assert.equal((await offer(lab, client))?.yiaddr, undefined, `${when}: stranger ${client}`);
  for (const [client, address] of addresses) {
    const ack = await lab.exchange(requestExtension(settingsOf(client), transaction(), address));
    const said = ack && [messageType(ack), formatIpv4(ack.yiaddr), optionU32(ack, 51)];
    assert.deepEqual(said, [MessageType.ACK, formatIpv4(address), 3600], `${when}: client ${client} renews`);
  }
  const rows = leasesIn(lab.files.database);
  assert.deepEqual(
    rows.map(({ address, state, start, expiry }) => [address, state, expiry - start]).sort(([a = 0], [b = 0]) => a - b),
    [...addresses.values()].sort((a, b) => a - b).map((address) => [address, LeaseState.bound, 3600]),
    when,
  );
}

function leasesIn(database: string): Lease[] {
  const db = openForReading(database);
  try {
    const damage: string[] = [];
    const leases = [...readLeases(db, (text) => damage.push(text))].map(leaseIn);
    assert.deepEqual(damage, []);
    return leases;
  } finally {
    db.close();
  }
}

/** Sets the clock and waits until the server has noticed. */
async function step(lab: Lab, shift: number, says: RegExp): Promise<void> {
  lab.clock.set(shift);
  await lab.server.line(says, 20_000);
}

test("three seconds of a wrong clock, by days or decades, end no lease and give no address away", async (t) => {
  const lab = await openLab(t);
  if (lab === undefined) return;
  const addresses = await acquireAll(lab);
  await step(lab, DAY, /set forward by (1d|8640\ds)/);
  await assertOwnersKeepAll(lab, addresses, "a day ahead");
  await step(lab, 0, /set back by (1d|8640\ds)|set back by 86399s/);
  await assertOwnersKeepAll(lab, addresses, "right again");
  await step(lab, 40 * 365 * DAY, /set forward by (?!1d|8640)/);
  await assertOwnersKeepAll(lab, addresses, "forty years ahead");
  await step(lab, -DAY, /set back by (?!1d|8640|86399)/);
  await assertOwnersKeepAll(lab, addresses, "a day behind");
});

test("a restart while the clock is three days ahead, and then right again", async (t) => {
  const lab = await openLab(t);
  if (lab === undefined) return;
  const addresses = await acquireAll(lab);
  lab.clock.set(3 * DAY);
  await lab.restart();
  await lab.server.line(/set forward by/);
  await assertOwnersKeepAll(lab, addresses, "three days ahead");
  lab.clock.set(0);
  await lab.restart();
  await assertOwnersKeepAll(lab, addresses, "right again");
});

test("a machine without a clock boots in 1970, with leases of today, and is set", async (t) => {
  const lab = await openLab(t);
  if (lab === undefined) return;
  const addresses = await acquireAll(lab);
  lab.clock.boot();
  lab.clock.set(100 - Math.floor(Date.now() / 1000));
  await lab.restart();
  await lab.server.line(/the clock of this machine is wrong: a lease in the database was given at 20/);
  await assertOwnersKeepAll(lab, addresses, "in 1970");
  await step(lab, 0, /set forward by/);
  await assertOwnersKeepAll(lab, addresses, "set");
  lab.clock.boot();
  await lab.restart();
  await assertOwnersKeepAll(lab, addresses, "after another boot");
});

test("a machine without a clock gives its first leases in 1970, and is set: they are shown by the right time", async (t) => {
  const lab = await openLab(t, 100 - Math.floor(Date.now() / 1000));
  if (lab === undefined) return;
  const addresses = await acquireAll(lab);
  await step(lab, 0, /set forward by/);
  await assertOwnersKeepAll(lab, addresses, "set");
  const db = openForReading(lab.files.database);
  const shown = db.prepare("SELECT state, unixepoch(start) AS start, unixepoch(expiry) AS expiry FROM lease").all();
  db.close();
  for (const { state, start, expiry } of shown) {
    assert.equal(state, "bound");
    assert.ok(Math.abs(Number(start) - Date.now() / 1000) < 120, `${start}`);
    assert.equal(Number(expiry) - Number(start), 3600);
  }
  lab.clock.boot();
  await lab.restart();
  await assertOwnersKeepAll(lab, addresses, "after another boot");
});

test("the clock is set back by a day: offers are held for their time, not for a day", async (t) => {
  const lab = await openLab(t, 0, "offer_hold: 2s");
  if (lab === undefined) return;
  for (const client of OWNERS) assert.ok(await offer(lab, client));
  await step(lab, -DAY, /set back by/);
  let offered: Message | undefined;
  for (let tries = 0; tries < 40 && offered === undefined; tries++) {
    await delay(500);
    offered = await offer(lab, STRANGERS[0] as number);
  }
  assert.ok(offered, "an address that nobody took is offered again");
});

const ERAS = [
  ["2039", Date.UTC(2039, 1)],
  ["the last half hour of 32 bits, in 2106", (2 ** 32 - 1800) * 1000],
  ["2110", Date.UTC(2110, 1)],
] as const;

for (const [name, time] of ERAS) {
  test(`${name}: leases are given, renewed, kept over a restart, and end`, async (t) => {
    const shift = Math.floor((time - Date.now()) / 1000);
    const lab = await openLab(t, shift, "config: { lease_time: { default: 3600, min: 2, max: 3600 } }");
    if (lab === undefined) return;
    const addresses = await acquireAll(lab);
    await assertOwnersKeepAll(lab, addresses, name);
    lab.clock.boot();
    await lab.restart();
    await assertOwnersKeepAll(lab, addresses, "after a restart");
    assert.ok(leasesIn(lab.files.database).every(({ expiry }) => expiry < NEVER));
    // One of them asks for two seconds only.
    const [first] = OWNERS as [number];
    const address = addresses.get(first) as Ipv4;
    const brief = { ...settingsOf(first), options: [{ code: 51, data: Uint8Array.of(0, 0, 0, 2) }] };
    const ack = await lab.exchange(requestExtension(brief, transaction(), address));
    assert.equal(ack && optionU32(ack, 51), 2);
    let offered: Message | undefined;
    for (let tries = 0; tries < 40 && offered === undefined; tries++) {
      await delay(500);
      offered = await offer(lab, STRANGERS[0] as number);
    }
    assert.equal(offered?.yiaddr, address);
  });
}
