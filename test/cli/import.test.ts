import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { LEASE_FILES, writeLeaseFile } from "../../bench/lease-files.ts";
import { ethernetClient, requestExtension } from "../../src/client/dhcp4/messages.ts";
import { ethernetClient as ethernetClient6, renew } from "../../src/client/dhcp6/messages.ts";
import { parseIpv4 } from "../../src/net/ipv4.ts";
import { openSqliteStore, startServer as start } from "../../src/server/index.ts";
import { NO_LOG } from "../../src/server/log.ts";
import { decode } from "../../src/wire/dhcp4/decode.ts";
import { encodeMessage } from "../../src/wire/dhcp4/encode.ts";
import { type Message, MessageType } from "../../src/wire/dhcp4/message.ts";
import { messageType } from "../../src/wire/dhcp4/options.ts";
import { readIaAddress, readIaNa } from "../../src/wire/dhcp6/identity-association.ts";
import { MessageType as MessageType6 } from "../../src/wire/dhcp6/message.ts";
import { OptionCode } from "../../src/wire/dhcp6/option-code.ts";
import { optionValue } from "../../src/wire/dhcp6/options.ts";
import { load } from "../config/load.ts";
import { createFakeTransport } from "../support/dhcp6-transport.ts";
import { newFolder, newPlace, type Place, startServer, writeIn } from "../support/loopback-server.ts";
import { runLeasehold } from "../support/run-leasehold.ts";

const SOON = Math.floor(Date.now() / 1000) + 5000;
const SERVER = "00:03:00:01:52:54:00:00:00:09";
const LEASES = `${SOON} 02:00:00:00:00:07 10.0.0.7 printer 01:02:00:00:00:00:07
0 02:00:00:00:00:08 10.0.0.8 * *
1700000000 02:00:00:00:00:09 10.0.0.9 old *
${SOON} 02:00:00:00:00:0a 10.9.0.1 astray *
soon 02:00:00:00:00:0a 10.0.0.6 * *
duid ${SERVER}
${SOON} 1 2001:db8::17 laptop 00:03:00:01:02:00:00:00:00:07
`;
const CONFIG = `
networks: { 10.0.0.0/24: { ranges: [{ range: 10.0.0.1-10.0.0.9 }] } }
v6:
  server_id: { type: LL, hardware_type: 1, identifier: "52:54:00:00:00:09" }
  networks: { "2001:db8::/64": { interfaces: [lo], ranges: [{ range: 2001:db8::10-2001:db8::1f }] } }
`;

interface Files {
  readonly database: string;
  readonly config: string;
  readonly leases: string;
}

function files(t: TestContext): Files {
  const folder = newFolder(t);
  return {
    database: join(folder, "leases.db"),
    config: writeIn(folder, "leasehold.yaml", CONFIG),
    leases: writeIn(folder, "dhcp.leases", LEASES),
  };
}

async function listed(path: string): Promise<string[]> {
  const { stdout } = await runLeasehold("leases", "-d", path, "--json");
  return stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line))
    .map(({ address, state, hostname, expiry, network }) => `${address} ${state} ${hostname} ${expiry} ${network}`);
}

/** What a client that has the address, and says so to the server, is told. */
async function renewal({ address, port }: Place, ciaddr: string): Promise<Message> {
  const socket = createSocket("udp4");
  try {
    const client = ethernetClient(Uint8Array.of(2, 0, 0, 0, 0, 7));
    const message = {
      ...requestExtension(client, { xid: 7, secs: 0 }, parseIpv4(ciaddr) as number),
      giaddr: parseIpv4("10.0.0.200") as number,
    };
    socket.send(encodeMessage(message), port, address);
    const [bytes] = await once(socket, "message");
    const decoded = decode(bytes, bytes.length);
    assert.ok(decoded.ok);
    return decoded.message;
  } finally {
    socket.close();
  }
}

const END = new Date(SOON * 1000).toISOString().replace(".000Z", "Z");
const IMPORTED = [
  `10.0.0.7 bound printer ${END} 10.0.0.0/24`,
  "10.0.0.8 bound null never 10.0.0.0/24",
  "10.0.0.9 expired old 2023-11-14T22:13:20Z 10.0.0.0/24",
  `10.9.0.1 bound astray ${END} `,
  `2001:db8::17 bound laptop ${END} 2001:db8::/64`,
];

describe("leasehold import", { concurrency: 2 }, () => {
  test("what it takes over is listed, and a client renews with its address", async (t) => {
    const { database, config, leases } = files(t);
    const dry = await runLeasehold("import", leases, "-d", database, "-c", config, "--dry-run");
    assert.deepEqual([dry.status, dry.stdout.split("\n")[0]], [0, `${database}: 5 leases would be imported: 4 bound, 1 expired`]);
    assert.ok(!existsSync(database));
    const { status, stdout, stderr } = await runLeasehold("import", leases, "-d", database, "-c", config);
    assert.deepEqual(
      [status, stdout, stderr],
      [
        0,
        [
          `${database}: 5 leases imported: 4 bound, 1 expired`,
          "1 entry left out, for the reasons above",
          `1 lease outside every network of ${config}, whose clients will not keep their address: 10.9.0.1`,
          "",
        ].join("\n"),
        `${leases}:5: left out: "soon" is no time at which a lease ends\n`,
      ],
    );
    assert.deepEqual(await listed(database), IMPORTED);

    const place = newPlace();
    const server = await startServer(t, { config: writeIn(newFolder(t), "4.yaml", CONFIG.split("v6:")[0] as string), database }, place);
    const inUse = await runLeasehold("import", leases, "-d", database);
    assert.deepEqual(
      [inUse.status, inUse.stdout, inUse.stderr.split("\n").at(-2)],
      [1, "", `leasehold: lease database ${database}: a server uses it, and would not see the leases: stop it, import, and start it again`],
    );
    const answer = await renewal(place, "10.0.0.7");
    assert.deepEqual([messageType(answer), answer.yiaddr], [MessageType.ACK, parseIpv4("10.0.0.7")]);
    assert.equal(messageType(await renewal(place, "10.0.0.8")), MessageType.NAK, "that is another client's");
    // What ended long ago it forgets, when it looks the next time.
    const isKnown = async (): Promise<boolean> => (await listed(database)).some((line) => line.startsWith("10.0.0.9 "));
    for (let tries = 0; tries < 60 && (await isKnown()); tries++) await delay(500);
    assert.equal(await server.end("SIGTERM"), 0);

    // What the server has given since is newer than the file.
    const again = await runLeasehold("import", leases, "-d", database);
    assert.equal(
      again.stdout,
      [
        `${database}: 1 lease imported: 1 expired`,
        "4 addresses kept as they stand in the database, which is as new or newer",
        "1 entry left out, for the reasons above",
        'clients of DHCPv6 know the server by its DUID, and renew at once where it stays: `v6: { server_id: { type: LL, hardware_type: 1, identifier: "525400000009" } }`',
        "",
      ].join("\n"),
    );
    assert.notDeepEqual(await listed(database), IMPORTED);
  });

  test("a client of DHCPv6 renews with the address, and with the server that it knows", async (t) => {
    const { database, leases } = files(t);
    assert.equal((await runLeasehold("import", leases, "-d", database)).status, 0);
    const transport = createFakeTransport();
    const { address, port } = newPlace();
    const store = openSqliteStore(database);
    const server = await start({
      config: load(CONFIG),
      store,
      address: parseIpv4(address) as number,
      port,
      dhcp6: { transport },
      log: NO_LOG,
    });
    t.after(() => server.stop());
    const client = ethernetClient6(Uint8Array.of(2, 0, 0, 0, 0, 7));
    const own = Uint8Array.from(SERVER.split(":"), (pair) => Number.parseInt(pair, 16));
    const prefix = Uint8Array.of(0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x17, 128);
    transport.receive(renew(client, { transactionId: 7, elapsed: 0 }, own, [{ kind: "IA_NA", iaid: 1, prefixes: [prefix] }]));
    const { message } = await transport.next();
    assert.equal(message.type, MessageType6.REPLY);
    const association = readIaNa(optionValue(message.options, OptionCode.iaNa) as Uint8Array);
    const given = readIaAddress(optionValue(association?.options ?? [], OptionCode.iaAddress) as Uint8Array);
    assert.deepEqual([[...(given?.address ?? [])], (given?.validLifetime ?? 0) > 0], [[...prefix.subarray(0, 16)], true]);
  });

  test("many leases, in any order, and files that can't be read", async (t) => {
    const { database } = files(t);
    const folder = newFolder(t);
    const path = join(folder, "many");
    writeLeaseFile(path, LEASE_FILES[0], 40_000, SOON);
    const { status, stdout, stderr } = await runLeasehold("import", path, "-d", database);
    assert.deepEqual([status, stdout, stderr], [0, `${database}: 40000 leases imported: 40000 bound\n`, ""]);
    const { stdout: list } = await runLeasehold("leases", "-d", database, "--csv");
    assert.equal(list.trimEnd().split("\n").length, 40_001);
    for (const [args, what] of [
      [[join(folder, "none")], `${join(folder, "none")} can't be read: there is no such file`],
      [[folder], `${folder} can't be read: it is a folder`],
      [[writeIn(folder, "text", "hello\n")], `${join(folder, "text")}: no lease file that is known: say whose it is with --from`],
    ] as const) {
      const failed = await runLeasehold("import", ...args, "-d", database);
      assert.deepEqual([failed.status, failed.stdout, failed.stderr], [1, "", `leasehold: ${what}\n`]);
    }
  });
});
