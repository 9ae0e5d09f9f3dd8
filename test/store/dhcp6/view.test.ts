import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import fc from "fast-check";
import { Association, clientKeyOf } from "../../../src/leases/dhcp6/client-key.ts";
import { LeaseState, NEVER } from "../../../src/leases/dhcp6/lease.ts";
import { OWNER_RECORD } from "../../../src/leases/dhcp6/record.ts";
import { IPV6_SPACE } from "../../../src/leases/dhcp6/space.ts";
import { fromHex } from "../../../src/net/bytes.ts";
import { formatIpv6, parseIpv6 } from "../../../src/net/ipv6.ts";
import { ipv6Prefix, parseIpv6Prefix } from "../../../src/net/ipv6-prefix.ts";
import { openSqliteStore } from "../../../src/store/sqlite/store.ts";
import type { StoreWrite } from "../../../src/store/store.ts";
import { newFolder } from "../../support/loopback-server.ts";
import { requirePrograms } from "../../support/requirement.ts";

const text = (value: string) => new TextEncoder().encode(value);
const DUID = fromHex("00030001020000000007") as Uint8Array;

function put(row: number, address: Uint8Array, association: Association, more: object = {}): StoreWrite {
  const owner = {
    clientKey: clientKeyOf(association, 0xfedcba98, DUID),
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
  return {
    kind: "put",
    space: IPV6_SPACE,
    row,
    address,
    state: LeaseState.bound,
    start: 1_700_000_000,
    expiry: NEVER,
    record,
    network: "2001:db8::/64",
  };
}

test("addresses and prefixes are read by hand in the view lease6, by the system's own sqlite3 too", async (t) => {
  const path = join(newFolder(t), "leases.db");
  const store = openSqliteStore(path);
  await store.load(() => {});
  await store.commit([
    put(0, ipv6Prefix(parseIpv6("2001:db8::5") as Uint8Array), Association.addresses, {
      hardware: Uint8Array.of(0, 1, 2, 0, 0, 0, 0, 7),
      hostname: text("seven"),
      peerAddress: parseIpv6("fe80::7"),
      interfaceName: text("eth0"),
    }),
    put(1, parseIpv6Prefix("2001:db8:1:200::/56") as Uint8Array, Association.prefixes),
  ]);
  await store.close();
  const query = "SELECT * FROM lease6 ORDER BY address";
  const db = new DatabaseSync(path, { readOnly: true });
  t.after(() => db.close());
  const rows = db
    .prepare(query)
    .all()
    .map((row) => ({ ...row }));
  const common = { state: "bound", start: "2023-11-14 22:13:20", expiry: "never", duid: "00030001020000000007", iaid: 0xfedcba98 };
  assert.deepEqual(rows, [
    {
      address: "2001:db8:1:200::",
      prefix_length: 56,
      ...common,
      association: "ia_pd",
      hardware_address: "",
      hostname: null,
      client_address: null,
      interface: null,
      network: "2001:db8::/64",
    },
    {
      address: "2001:db8::5",
      prefix_length: 128,
      ...common,
      association: "ia_na",
      hardware_address: "020000000007",
      hostname: "seven",
      client_address: "fe80::7",
      interface: "eth0",
      network: "2001:db8::/64",
    },
  ]);
  assert.equal(db.prepare("SELECT count(*) AS count FROM lease").get()?.count, 0);
  if (!requirePrograms(t, "sqlite3")) return;
  const shown = execFileSync("sqlite3", ["-readonly", path, query]).toString();
  assert.deepEqual(
    shown.trim().split("\n"),
    rows.map((row) => Object.values(row).join("|")),
  );
});

test("the view writes every address as RFC 5952 has it", async (t) => {
  const path = join(newFolder(t), "leases.db");
  const group = fc.constantFrom(0, 0, 0, 1, 0x20, 0xabcd);
  const addresses = fc
    .sample(fc.array(group, { minLength: 8, maxLength: 8 }), { numRuns: 300, seed: 1 })
    .map((groups) => Uint8Array.from(groups.flatMap((one) => [one >>> 8, one & 255])));
  const store = openSqliteStore(path);
  await store.commit(addresses.map((address, row) => put(row, ipv6Prefix(address), Association.addresses)));
  await store.close();
  const db = new DatabaseSync(path, { readOnly: true });
  t.after(() => db.close());
  const shown = db.prepare("SELECT address FROM lease6").all();
  assert.deepEqual(
    shown.map(({ address }) => address),
    addresses.map(formatIpv6),
  );
});
