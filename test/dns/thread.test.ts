import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { createRing, writeRing } from "../../src/dns/changed-rows.ts";
import type { FromNamesThread, NamesSpec } from "../../src/dns/messages.ts";
import { openNamesFile } from "../../src/dns/names-file.ts";
import type { NamesStatus } from "../../src/dns/status.ts";
import { createNamesThread, type NamesThread } from "../../src/dns/thread.ts";
import { bootId, monotonic } from "../../src/io/boot-clock.ts";
import { recordOf } from "../../src/leases/dhcp4/record.ts";
import { LeaseState } from "../../src/leases/lease.ts";
import { NameFlag, writeLeaseName } from "../../src/leases/lease-name.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import type { LeaseStore, StoreWrite } from "../../src/store/store.ts";
import { freePort } from "../support/bind.ts";
import { newFolder } from "../support/loopback-server.ts";

/* The thread of names over a real database, as the packets' thread writes it, in one process. */

const PATIENCE = 20_000;
const NETWORK = { first: Uint8Array.of(10, 0, 0, 0), last: Uint8Array.of(10, 0, 0, 255), suffix: "lan" };
const NOW = Math.floor(Date.now() / 1000);

interface Bench {
  readonly database: string;
  readonly store: LeaseStore;
  readonly spec: NamesSpec;
  readonly said: FromNamesThread[];
  thread: NamesThread;
  /** Writes, and says which rows have changed. */
  write(...writes: readonly StoreWrite[]): Promise<void>;
  /** Writes, and says nothing. */
  writeUnsaid(...writes: readonly StoreWrite[]): Promise<void>;
  /** Settles when the hosts file holds these lines. */
  resolves(...lines: readonly string[]): Promise<void>;
  restart(): Promise<void>;
  loseRing(): void;
}

async function setUp(t: TestContext, extra: Partial<NamesSpec> = {}): Promise<Bench> {
  const folder = newFolder(t);
  const database = join(folder, "leases.db");
  const hostsFile = join(folder, "hosts");
  const store = openSqliteStore(database);
  await store.load(() => {});
  await store.commit([{ kind: "clock", offset: 0, trusted: 0, boot: "", bootOffset: 0 }]);
  const dns = { listen: [], zones: ["lan"], ttl: 60, secondaries: [], hostsFile, command: [] };
  const spec: NamesSpec = { ddns: undefined, dns, reserved: [], networks: [NETWORK], ...extra };
  const ring = createRing();
  const rows = writeRing(ring);
  const said: FromNamesThread[] = [];
  const begin = () => createNamesThread(database, ring, spec, (message) => void said.push(message));
  const bench: Bench = {
    database,
    store,
    spec,
    said,
    thread: begin(),
    async write(...writes) {
      await store.commit(writes);
      for (const write of writes) if ("row" in write) rows.note(write.space, write.row);
      rows.tell();
    },
    writeUnsaid: (...writes) => store.commit(writes),
    async resolves(...lines) {
      const expected = lines.map((line) => `${line}\n`).join("");
      for (const end = Date.now() + PATIENCE; ; ) {
        const found = existsSync(hostsFile) ? readFileSync(hostsFile, "utf8").replace(/^#.*\n/, "") : undefined;
        if (found === expected) return;
        if (Date.now() > end) assert.equal(found, expected);
        await delay(50);
      }
    },
    async restart() {
      await bench.thread.close();
      bench.thread = begin();
    },
    loseRing() {
      for (let row = 0; row < 70_000; row++) rows.note(0, 0xffff);
      rows.tell();
    },
  };
  t.after(async () => {
    await bench.thread.close();
    await store.close();
  });
  return bench;
}

interface Given {
  readonly state?: LeaseState;
  readonly expiry?: number;
  readonly mac?: number;
  readonly flags?: number;
  readonly address?: Uint8Array;
}

/** Row `row` is the lease of 10.0.0.`row`. */
function put(
  row: number,
  name: string,
  { state = LeaseState.bound, expiry = NOW + 3600, mac = row, flags = 3, address }: Given = {},
): StoreWrite {
  const chaddr = Uint8Array.of(2, 0, 0, 0, 0, mac);
  const record = recordOf({
    clientKey: Uint8Array.of(1, ...chaddr),
    clientIdentifier: undefined,
    htype: 1,
    chaddr,
    hostname: undefined,
    vendorClass: undefined,
    relayAgentInformation: undefined,
    limitKeys: undefined,
    name: writeLeaseName({ name, flags }),
  });
  const at = address ?? Uint8Array.of(10, 0, 0, row);
  return { kind: "put", space: 0, row, address: at, state, start: NOW, expiry, record, network: "10.0.0.0/24" };
}

function times(row: number, state: LeaseState): StoreWrite {
  return { kind: "times", space: 0, row, address: Uint8Array.of(10, 0, 0, row), state, start: NOW, expiry: NOW + 60 };
}

const warnings = ({ said }: Bench): readonly string[] =>
  said.flatMap((one) => (one.kind === "log" && one.level === "warn" ? [one.text] : []));

suite("the thread of names", () => {
  test("a name resolves while its lease is bound, and no longer", { timeout: 60_000 }, async (t) => {
    const bench = await setUp(t);
    await bench.write(put(1, "a.lan"), put(2, "b.lan"), put(3, "c.lan"));
    await bench.resolves("10.0.0.1\ta.lan a", "10.0.0.2\tb.lan b", "10.0.0.3\tc.lan c");
    await bench.write(put(1, "z.lan"), times(2, LeaseState.released), {
      kind: "remove",
      space: 0,
      row: 3,
      address: Uint8Array.of(10, 0, 0, 3),
    });
    await bench.resolves("10.0.0.1\tz.lan z");
    // Given again: only its times are written.
    await bench.write(times(2, LeaseState.bound));
    await bench.resolves("10.0.0.1\tz.lan z", "10.0.0.2\tb.lan b");
    await bench.write(times(1, LeaseState.declined), times(2, LeaseState.expired));
    await bench.resolves();
    assert.deepEqual(warnings(bench), []);
  });

  test("a hosts file has no name of a domain that is not this site's, unless it is reserved", { timeout: 60_000 }, async (t) => {
    const bench = await setUp(t);
    await bench.write(put(1, "www.bank.com"), put(2, "lan"), put(3, "c.lan"), put(4, "www.example.org", { flags: 3 | NameFlag.reserved }));
    await bench.resolves("10.0.0.3\tc.lan c", "10.0.0.4\twww.example.org www");
  });

  test("a wall clock that was set ends no lease", { timeout: 60_000 }, async (t) => {
    const bench = await setUp(t);
    const bootOffset = NOW - Math.floor(monotonic());
    // As the server wrote it, before the clock of the machine was set forward by two hours.
    await bench.store.commit([{ kind: "clock", offset: -7200, trusted: -7200, boot: bootId(), bootOffset }]);
    await bench.write(put(1, "a.lan"), put(2, "b.lan", { expiry: NOW - 5 }));
    await bench.resolves("10.0.0.1\ta.lan a");
    await bench.restart();
    await bench.write(put(3, "c.lan"));
    await bench.resolves("10.0.0.1\ta.lan a", "10.0.0.3\tc.lan c");
  });

  test("a row that comes to be another address's takes its name along", { timeout: 60_000 }, async (t) => {
    const bench = await setUp(t);
    await bench.write(put(1, "a.lan"));
    await bench.resolves("10.0.0.1\ta.lan a");
    await bench.write(put(1, "b.lan", { address: Uint8Array.of(10, 0, 0, 77) }));
    await bench.resolves("10.0.0.77\tb.lan b");
  });

  test("the first keeps its name, over a restart too; who waited gets it", { timeout: 60_000 }, async (t) => {
    const bench = await setUp(t);
    await bench.write(put(9, "a.lan"));
    await bench.resolves("10.0.0.9\ta.lan a");
    await bench.write(put(1, "a.lan"), put(2, "b.lan"));
    await bench.resolves("10.0.0.2\tb.lan b", "10.0.0.9\ta.lan a");
    assert.deepEqual(warnings(bench), ["the name a.lan is that of 10.0.0.9: 10.0.0.1, which claims it too, goes without"]);
    assert.deepEqual(await bench.thread.ask({ kind: "conflicts", limit: 10 }), [{ name: "a.lan", owner: "10.0.0.9", refused: "10.0.0.1" }]);
    await bench.restart();
    // Something new, so that it is known that all has been read.
    await bench.write(put(3, "c.lan"));
    await bench.resolves("10.0.0.2\tb.lan b", "10.0.0.3\tc.lan c", "10.0.0.9\ta.lan a");
    await bench.write(times(9, LeaseState.released));
    await bench.resolves("10.0.0.1\ta.lan a", "10.0.0.2\tb.lan b", "10.0.0.3\tc.lan c");
    // Who was first once, and went, comes last.
    await bench.write(times(9, LeaseState.bound), put(4, "d.lan"));
    await bench.resolves("10.0.0.1\ta.lan a", "10.0.0.2\tb.lan b", "10.0.0.3\tc.lan c", "10.0.0.4\td.lan d");
  });

  test("a reservation has its name before anybody comes, and when somebody else claims it", { timeout: 60_000 }, async (t) => {
    const bench = await setUp(t, { reserved: [{ address: Uint8Array.of(10, 0, 0, 5), name: "printer.lan" }] });
    await bench.write(put(1, "printer.lan"), put(2, "b.lan"));
    await bench.resolves("10.0.0.2\tb.lan b", "10.0.0.5\tprinter.lan printer");
    await bench.write(put(5, "printer.lan", { flags: 3 | NameFlag.reserved }));
    await bench.write(times(5, LeaseState.released), put(3, "c.lan"));
    await bench.resolves("10.0.0.2\tb.lan b", "10.0.0.3\tc.lan c", "10.0.0.5\tprinter.lan printer");
    bench.thread.configure({ ...bench.spec, reserved: [] });
    await bench.resolves("10.0.0.1\tprinter.lan printer", "10.0.0.2\tb.lan b", "10.0.0.3\tc.lan c");
  });

  test("what happened while nobody listened, or was missed, is found", { timeout: 60_000 }, async (t) => {
    const bench = await setUp(t);
    await bench.write(put(1, "a.lan"), put(2, "b.lan"));
    await bench.resolves("10.0.0.1\ta.lan a", "10.0.0.2\tb.lan b");
    await bench.thread.close();
    await bench.writeUnsaid(times(1, LeaseState.released), put(3, "c.lan"), put(4, "d.lan", { expiry: NOW - 5 }));
    await bench.restart();
    await bench.resolves("10.0.0.2\tb.lan b", "10.0.0.3\tc.lan c");
    await bench.writeUnsaid(times(2, LeaseState.released), put(6, "f.lan"));
    bench.loseRing();
    await bench.resolves("10.0.0.3\tc.lan c", "10.0.0.6\tf.lan f");
    await bench.writeUnsaid({ kind: "remove", space: 0, row: 3, address: Uint8Array.of(10, 0, 0, 3) });
    bench.loseRing();
    await bench.resolves("10.0.0.6\tf.lan f");
  });

  test("a network that a reload takes away takes its names along, and brings them back", { timeout: 60_000 }, async (t) => {
    const bench = await setUp(t);
    await bench.write(put(1, "a.lan"));
    await bench.resolves("10.0.0.1\ta.lan a");
    bench.thread.configure({ ...bench.spec, networks: [] });
    await bench.resolves();
    bench.thread.configure(bench.spec);
    await bench.resolves("10.0.0.1\ta.lan a");
  });

  test("a client has no name of a zone or of an address, and a reservation has", { timeout: 60_000 }, async (t) => {
    const bench = await setUp(t);
    await bench.write(put(1, "lan"), put(2, "9.0.0.10.in-addr.arpa"), put(3, "c.lan"));
    await bench.resolves("10.0.0.3\tc.lan c");
    const refused = (address: string, name: string) =>
      `no client may have the name ${name}, for what is found by it: ${address}, which claims it, goes without`;
    const told = [refused("10.0.0.1", "lan"), refused("10.0.0.2", "9.0.0.10.in-addr.arpa")];
    assert.deepEqual(warnings(bench), told);
    assert.deepEqual(await bench.thread.ask({ kind: "conflicts", limit: 10 }), [
      { name: "lan", owner: "", refused: "10.0.0.1" },
      { name: "9.0.0.10.in-addr.arpa", owner: "", refused: "10.0.0.2" },
    ]);
    // Renewed, one changes its name, and one is gone.
    await bench.write(put(1, "lan", { expiry: NOW + 7200 }), put(2, "b.lan"), put(4, "lan", { flags: 3 | NameFlag.reserved }));
    await bench.resolves("10.0.0.2\tb.lan b", "10.0.0.3\tc.lan c", "10.0.0.4\tlan");
    assert.deepEqual(warnings(bench), told);
    await bench.write(times(1, LeaseState.released), put(5, "e.lan"));
    await bench.resolves("10.0.0.2\tb.lan b", "10.0.0.3\tc.lan c", "10.0.0.4\tlan", "10.0.0.5\te.lan e");
    assert.deepEqual(await bench.thread.ask({ kind: "conflicts", limit: 10 }), []);
  });

  test("serial numbers that were answered with are on disk, also where no name has changed", { timeout: 60_000 }, async (t) => {
    const listen = [{ address: "127.0.0.1", port: await freePort() }];
    const bench = await setUp(t, { dns: { listen, zones: ["lan"], ttl: 60, secondaries: [], hostsFile: undefined, command: [] } });
    const statuses = (): readonly NamesStatus[] => bench.said.flatMap((one) => (one.kind === "status" ? [one.status] : []));
    for (const end = Date.now() + PATIENCE; ; await delay(100)) {
      const responder = statuses().at(-1)?.responder;
      const saved = openNamesFile(`${bench.database}-names`, () => {});
      const serial = saved.serials.get("lan");
      saved.close();
      if (responder !== undefined && responder.listening.length > 0 && responder.zones[0]?.serial === serial) return;
      if (Date.now() > end) assert.equal(serial, responder?.zones[0]?.serial);
    }
  });

  test("names are told in their order, so many at a time, and how all stands", { timeout: 60_000 }, async (t) => {
    const bench = await setUp(t, { reserved: [{ address: Uint8Array.of(10, 0, 0, 5), name: "p.lan" }] });
    await bench.write(put(2, "b.lan"), put(1, "a.lan"), put(3, "a.lan", { mac: 1 }));
    await bench.resolves("10.0.0.1\ta.lan a", "10.0.0.2\tb.lan b", "10.0.0.3\ta.lan a", "10.0.0.5\tp.lan p");
    const expiry = new Date((NOW + 3600) * 1000).toISOString();
    const [a, b] = [
      {
        name: "a.lan",
        addresses: [
          { address: "10.0.0.1", reserved: false, expiry },
          { address: "10.0.0.3", reserved: false, expiry },
        ],
      },
      { name: "b.lan", addresses: [{ address: "10.0.0.2", reserved: false, expiry }] },
    ];
    assert.deepEqual(await bench.thread.ask({ kind: "names", after: "", limit: 2 }), [a, b]);
    assert.deepEqual(await bench.thread.ask({ kind: "names", after: "b.lan", limit: 2 }), [
      { name: "p.lan", addresses: [{ address: "10.0.0.5", reserved: true }] },
    ]);
    await delay(1500);
    const status = bench.said.findLast((one) => one.kind === "status")?.status as NamesStatus;
    assert.deepEqual([status.names, status.conflicts, status.ready], [3, 0, true]);
    // Only its times are written of a lease that is renewed: it is known when it ends all the same.
    await bench.write(times(2, LeaseState.bound), put(4, "d.lan"));
    await bench.resolves("10.0.0.1\ta.lan a", "10.0.0.2\tb.lan b", "10.0.0.3\ta.lan a", "10.0.0.4\td.lan d", "10.0.0.5\tp.lan p");
    const renewed = new Date((NOW + 60) * 1000).toISOString();
    assert.deepEqual(await bench.thread.ask({ kind: "names", after: "a.lan", limit: 1 }), [
      { name: "b.lan", addresses: [{ address: "10.0.0.2", reserved: false, expiry: renewed }] },
    ]);
  });
});
