import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, type TestContext, test } from "node:test";
import { Association, clientKeyOf } from "../../src/leases/dhcp6/client-key.ts";
import { type LeaseOwner, LeaseState } from "../../src/leases/dhcp6/lease.ts";
import { OWNER_RECORD } from "../../src/leases/dhcp6/record.ts";
import { relayRecord } from "../../src/leases/dhcp6/relays.ts";
import { IPV6_SPACE } from "../../src/leases/dhcp6/space.ts";
import { fromHex } from "../../src/net/bytes.ts";
import { parseIpv6 } from "../../src/net/ipv6.ts";
import { parseLeased } from "../../src/server/dhcp6/operations.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import type { StoreWrite } from "../../src/store/store.ts";
import { OptionCode } from "../../src/wire/dhcp6/option-code.ts";
import { leaseOf, putOf } from "../support/leases.ts";
import { newFolder } from "../support/loopback-server.ts";
import { runLeasehold } from "../support/run-leasehold.ts";

const START = 1_700_000_000;
const LATER = 4_000_000_000;
const DUID = "00030001020000000007";
const text = (value: string) => new TextEncoder().encode(value);

const RELAY = {
  hopCount: 0,
  linkAddress: parseIpv6("2001:db8::1") as Uint8Array,
  peerAddress: parseIpv6("fe80::7") as Uint8Array,
  options: [
    { code: OptionCode.interfaceId, data: text("eth7") },
    { code: OptionCode.remoteId, data: Uint8Array.of(0, 0, 0, 9, 1, 2) },
  ],
};

function put(row: number, leased: string, association: Association, state: LeaseState, more: Partial<LeaseOwner> = {}): StoreWrite {
  const owner: LeaseOwner = {
    clientKey: clientKeyOf(association, 7, fromHex(DUID) as Uint8Array),
    preferredLifetime: 100,
    peerAddress: undefined,
    relays: undefined,
    interfaceName: undefined,
    hardware: undefined,
    hostname: undefined,
    vendorClass: undefined,
    reconfigureKey: undefined,
    limitKeys: undefined,
    ...more,
  };
  const record = new Uint8Array(OWNER_RECORD.size(owner));
  OWNER_RECORD.write(owner, record, 0);
  const address = parseLeased(leased) as Uint8Array;
  return { kind: "put", space: IPV6_SPACE, row, address, state, start: START, expiry: LATER, record, network: "2001:db8::/64" };
}

/** An IPv4 lease; of IPv6 an address with all there is to know, one on probation, and prefixes. */
async function write(path: string): Promise<void> {
  const store = openSqliteStore(path);
  await store.commit([
    putOf(0, leaseOf(0x0a000001, 1, LeaseState.bound, START, LATER)),
    put(0, "2001:db8::5", Association.addresses, LeaseState.bound, {
      hardware: Uint8Array.of(0, 1, 2, 0, 0, 0, 0, 7),
      hostname: text("seven"),
      vendorClass: Uint8Array.of(0, 0, 0, 9, 0, 3, ...text("abc")),
      relays: relayRecord([RELAY]),
    }),
    put(1, "2001:db8::6", Association.addresses, LeaseState.declined),
    put(2, "2001:db8:1::/56", Association.prefixes, LeaseState.bound),
    put(3, "2001:db8:1:100::/56", Association.prefixes, LeaseState.released),
  ]);
  await store.close();
}

async function listed(path: string, ...args: string[]): Promise<string[]> {
  const { stdout } = await runLeasehold("leases", "-d", path, "--json", ...args);
  return stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line))
    .map(({ address, state }) => `${address} ${state}`);
}

const IPV4 = "10.0.0.1 bound";
const [FIVE, SIX, ONE, TWO] = ["2001:db8::5 bound", "2001:db8::6 declined", "2001:db8:1::/56 bound", "2001:db8:1:100::/56 released"];
const ALL = [IPV4, FIVE, SIX, ONE, TWO];

describe("leasehold leases lists IPv6 leases beside those of IPv4", () => {
  const folder = newFolder({ after });
  const path = join(folder, "leases.db");
  before(() => write(path));

  const FILTERS: readonly (readonly [args: readonly string[], listed: readonly string[]])[] = [
    [[], ALL],
    [["--reverse"], ALL.toReversed()],
    [
      ["--sort", "mac"],
      [IPV4, FIVE, SIX, ONE, TWO],
    ],
    [["-4"], [IPV4]],
    [["-6"], [FIVE, SIX, ONE, TWO]],
    [["--address", "2001:db8::5"], [FIVE]],
    [
      ["--address", "2001:db8:1::/48"],
      [ONE, TWO],
    ],
    [["--address", "2001:db8:1::/56"], [ONE]],
    [["--address", "10.0.0.0/8"], [IPV4]],
    [
      ["--client-id", "000300"],
      [FIVE, SIX, ONE, TWO],
    ],
    [["--mac", "02:00:00:00:00:07"], [FIVE]],
    [
      ["--network", "2001:db8::/64", "--state", "bound"],
      [FIVE, ONE],
    ],
    [["--relay", "65746837"], [FIVE]],
    [["--relay", "00000009"], [FIVE]],
  ];
  for (const [args, expected] of FILTERS) {
    test(`leases ${args.join(" ")}`, async () => {
      assert.deepEqual(await listed(path, ...args), expected);
    });
  }

  test("all that is known of one, in JSON", async () => {
    const { stdout } = await runLeasehold("leases", "-d", path, "--json", "--address", "2001:db8::5");
    assert.deepEqual(JSON.parse(stdout), {
      address: "2001:db8::5",
      state: "bound",
      hardware_address: "02:00:00:00:00:07",
      client_identifier: DUID,
      hostname: "seven",
      start: "2023-11-14T22:13:20Z",
      expiry: "2096-10-02T07:06:40Z",
      vendor_class: "abc",
      circuit_id: "65746837",
      remote_id: "000000090102",
      network: "2001:db8::/64",
      association: "ia_na",
      iaid: 7,
    });
  });

  test("columns of DHCPv6 are in a list of DHCPv6 alone", async () => {
    const { stdout } = await runLeasehold("leases", "-d", path, "--csv", "-6", "--state", "released");
    const [header, line] = stdout.split("\n");
    assert.match(header as string, /,network,association,iaid,name,found_by$/);
    assert.match(line as string, /^2001:db8:1:100::\/56,released,.*,2001:db8::\/64,ia_pd,7,,$/);
    const both = await runLeasehold("leases", "-d", path, "--csv");
    assert.match(both.stdout, /,remote_id,network,name,found_by\n/);
  });
});

describe("operations on IPv6 leases, without a server", { concurrency: 2 }, () => {
  async function database(t: TestContext): Promise<string> {
    const path = join(newFolder(t), "leases.db");
    await write(path);
    return path;
  }

  const CASES: readonly (readonly [args: readonly string[], says: string, left: readonly string[]])[] = [
    [["--release", "2001:db8::5"], "2001:db8::5 is released", [IPV4, "2001:db8::5 released", SIX, ONE, TWO]],
    [["--release", "2001:db8:1::/56"], "1 address is released", [IPV4, FIVE, SIX, "2001:db8:1::/56 released", TWO]],
    [["--unblock", "2001:db8::6"], "2001:db8::6 is no longer on probation", [IPV4, FIVE, ONE, TWO]],
    [["--delete", "2001:db8:1::/48", "--state", "any"], "2 addresses are deleted", [IPV4, FIVE, SIX]],
    [["--delete", "all", "--state", "bound"], "3 addresses are deleted", [SIX, TWO]],
    [["--delete", "all", "--state", "any", "-6"], "4 addresses are deleted", [IPV4]],
    [["--delete", "all", "--state", "any", "-4"], "1 address is deleted", [FIVE, SIX, ONE, TWO]],
  ];
  for (const [args, says, left] of CASES) {
    test(args.join(" "), async (t) => {
      const path = await database(t);
      const { status, stdout, stderr } = await runLeasehold("leases", "-d", path, ...args);
      assert.deepEqual([status, stdout, stderr], [0, `${says}\n`, ""]);
      assert.deepEqual(await listed(path), left);
    });
  }

  const WRONG: readonly (readonly [args: readonly string[], says: RegExp])[] = [
    [["--release", "::/0"], /write all for every address/],
    [["--delete", "2001:db8::/64"], /say which leases with --state/],
    [["--release", "2001:db8::5/64"], /expected an address/],
    [["--release", "2001:db8::7"], /no bound lease/],
  ];
  for (const [args, says] of WRONG) {
    test(`${args.join(" ")} does nothing`, async (t) => {
      const path = await database(t);
      const { status, stderr } = await runLeasehold("leases", "-d", path, ...args);
      assert.notEqual(status, 0);
      assert.match(stderr, says);
      assert.deepEqual(await listed(path), ALL);
    });
  }
});
