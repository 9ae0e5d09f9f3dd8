import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { leaseRequests } from "../../src/cli/lease-requests.ts";
import { LeaseState } from "../../src/leases/lease.ts";
import { parseIpv4 } from "../../src/net/ipv4.ts";
import { parseIpv6 } from "../../src/net/ipv6.ts";
import type { Printed } from "../../src/server/leases/printed.ts";
import { type LeaseSearch, leaseSearch } from "../../src/server/leases/query.ts";
import { allLeases } from "../../src/server/leases/search.ts";
import { NO_LOG } from "../../src/server/log.ts";
import { type Server, startServer } from "../../src/server/server.ts";
import { openForReading } from "../../src/store/sqlite/schema.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { load } from "../config/load.ts";
import { leaseOf, ownerOf, putOf } from "../support/leases.ts";
import { newFolder, newPlace } from "../support/loopback-server.ts";

const CONFIG = `
networks:
  10.0.0.0/24:
    ranges: [{ range: 10.0.0.10-10.0.0.19, except: [10.0.0.19], config: { lease_time: { default: 1000 } } }]
    reservations:
      - { match: { chaddr: "02:00:00:00:00:05" }, ip: 10.0.0.5, hostname: printer }
      - { match: { chaddr: "02:00:00:00:00:06" }, ip: 10.0.0.6 }
v6:
  networks:
    2001:db8::/64:
      interfaces: [lo]
      ranges: [{ start: "2001:db8::10", end: "2001:db8::1f" }]
      prefix_pools: [{ prefix: "2001:db8:100::/48", delegated_length: 56 }]
      reservations: [{ match: { duid: "00030001020000000009" }, addresses: ["2001:db8::9"] }]
`;
const MAC = "02:00:00:00:00:";
const DUID = "000300010200000000";

const folder = newFolder({ after });
const database = join(folder, "leases.db");
let server: Server;
let handlers: ReturnType<typeof leaseRequests>;

before(async () => {
  const { address, port, port6 } = newPlace();
  const store = openSqliteStore(database);
  await store.commit([putOf(0, leaseOf(0x0a00000d, 0x13, LeaseState.declined, 1_700_000_000, 4_000_000_000), "10.0.0.0/24")]);
  await store.close();
  server = await startServer({
    config: load(CONFIG),
    store: openSqliteStore(database),
    address: parseIpv4(address) as number,
    port,
    dhcp6: { address: parseIpv6("::1") as Uint8Array, port: port6 },
    log: NO_LOG,
  });
  handlers = leaseRequests(server);
});
after(() => server.stop());

const ask = (kind: string, request: object = {}): Promise<unknown> => (handlers[kind] as (typeof handlers)[string])({ kind, ...request });

/** What is on disk of the lease of an address: state and seconds of its lease, client and hostname. */
function onDisk(address: string): readonly unknown[] {
  const db = openForReading(database);
  const [lease] = [...allLeases(leaseSearch({ address }) as LeaseSearch, { db, limit: 9 })].flat() as Printed[];
  db.close();
  if (lease === undefined) return [];
  const { state, start, expiry, hardware_address, client_identifier, hostname, network, association, iaid } = lease;
  const seconds = expiry === "never" ? expiry : (Date.parse(expiry) - Date.parse(start)) / 1000;
  return [
    state,
    seconds,
    hardware_address,
    client_identifier,
    hostname,
    network,
    ...(association === undefined ? [] : [association, iaid]),
  ];
}

test("a lease that is given by hand is on disk when that is answered, as any other lease", async () => {
  const given: readonly (readonly [
    request: { readonly address: string } & Readonly<Record<string, unknown>>,
    onDisk: readonly unknown[],
  ])[] = [
    [{ address: "10.0.0.10", hardware_address: `${MAC}10`, hostname: "box" }, ["bound", 1000, `${MAC}10`, null, "box", "10.0.0.0/24"]],
    [
      { address: "10.0.0.11", client_id: "01:02:00:00:00:00:11", lease_time: 77 },
      ["bound", 77, `${MAC}11`, "01020000000011", null, "10.0.0.0/24"],
    ],
    [{ address: "10.0.0.5", hardware_address: `${MAC}05`, infinite: true }, ["bound", "never", `${MAC}05`, null, null, "10.0.0.0/24"]],
    [{ address: "2001:db8::10", duid: `${DUID}10`, iaid: 1 }, ["bound", 86400, `${MAC}10`, `${DUID}10`, null, "2001:db8::/64", "ia_na", 1]],
    [
      { address: "2001:db8:100:100::/56", duid: `${DUID}10`, iaid: 1, lease_time: 90 },
      ["bound", 90, `${MAC}10`, `${DUID}10`, null, "2001:db8::/64", "ia_pd", 1],
    ],
    [
      { address: "2001:db8::9", duid: `${DUID}09`, iaid: 1, lease_time: 90 },
      ["bound", 90, `${MAC}09`, `${DUID}09`, null, "2001:db8::/64", "ia_na", 1],
    ],
    // Again, for longer.
    [{ address: "10.0.0.10", hardware_address: `${MAC}10`, lease_time: 5000 }, ["bound", 5000, `${MAC}10`, null, null, "10.0.0.0/24"]],
  ];
  for (const [request, expected] of given) {
    assert.deepEqual(await ask("add-lease", request), { address: request.address });
    assert.deepEqual(onDisk(request.address), expected, request.address);
  }
  // The client is known by its hardware address, as when it asks itself.
  assert.equal(server.table.ofClient(ownerOf(0x10).clientKey, 0)?.address, 0x0a00000a);
});

describe("a lease that can't be given", () => {
  const refused: readonly (readonly [request: object, code: string, message: RegExp])[] = [
    [{ address: "10.0.0.10", hardware_address: `${MAC}77` }, "conflict", /^10\.0\.0\.10 is leased to 02:00:00:00:00:10: release it first$/],
    [{ address: "10.0.0.12", hardware_address: `${MAC}10` }, "conflict", /^02:00:00:00:00:10 has 10\.0\.0\.10 on the same link already/],
    [{ address: "10.0.0.6", hardware_address: `${MAC}77` }, "conflict", /^10\.0\.0\.6 is reserved for 02:00:00:00:00:06$/],
    [{ address: "10.0.0.13", hardware_address: `${MAC}13` }, "conflict", /^10\.0\.0\.13 is on probation, .*unblock it first$/],
    [
      { address: "10.0.0.19", hardware_address: `${MAC}77` },
      "invalid",
      /is in no range of the network 10\.0\.0\.0\/24, and not reserved for 02/,
    ],
    [{ address: "10.0.9.1", hardware_address: `${MAC}77` }, "invalid", /^10\.0\.9\.1 is in no network of the configuration$/],
    [{ address: "10.0.0.1/24", hardware_address: `${MAC}77` }, "invalid", /is no address that this server leases$/],
    [{ address: "10.0.0.12" }, "invalid", /expected "hardware_address" or "client_id"/],
    [{ address: "10.0.0.12", duid: `${DUID}10`, iaid: 1 }, "invalid", /an IPv4 client is known by/],
    [{ address: "10.0.0.12", hardware_address: "zz" }, "invalid", /^hardware_address: expected hex/],
    [{ address: "10.0.0.12", hardware_address: "00".repeat(17) }, "invalid", /^hardware_address: expected hex/],
    [{ address: "10.0.0.12", client_id: "01" }, "invalid", /^client_id: expected hex/],
    [{ address: "10.0.0.12", hardware_address: `${MAC}77`, hostname: "x".repeat(254) }, "invalid", /^hostname: expected/],
    [{ address: "10.0.0.12", hardware_address: `${MAC}77`, lease_time: 0 }, "invalid", /^lease_time: expected a number of seconds from 1$/],
    [
      { address: "10.0.0.12", hardware_address: `${MAC}77`, lease_time: 1, infinite: true },
      "invalid",
      /^lease_time: a lease that is infinite/,
    ],
    [{ address: "10.0.0.12", hardware_address: `${MAC}77`, colour: 1 }, "invalid", /^colour: a new lease has no such field$/],
    [{ address: 7 }, "invalid", /^address: expected/],
    [
      { address: "2001:db8::10", duid: `${DUID}77`, iaid: 1 },
      "conflict",
      /^2001:db8::10 is leased to DUID 000300010200000000 ?10, IAID 1: /,
    ],
    [{ address: "2001:db8::11", duid: `${DUID}10`, iaid: 1 }, "conflict", /has 2001:db8::10 on the same link already/],
    [{ address: "2001:db8::9", duid: `${DUID}77`, iaid: 1 }, "conflict", /^2001:db8::9 is reserved for /],
    [{ address: "2001:db8:100:140::/60", duid: `${DUID}77`, iaid: 1 }, "invalid", /^2001:db8:100:140::\/60 is in no range of/],
    [{ address: "2001:db8::12", duid: `${DUID}77` }, "invalid", /expected "duid" and "iaid"/],
    [{ address: "2001:db8::12", duid: "00", iaid: 1 }, "invalid", /^duid: expected hex/],
    [{ address: "2001:db8::12", duid: `${DUID}77`, iaid: -1 }, "invalid", /^iaid: expected a number/],
  ];
  for (const [request, code, message] of refused) {
    test(`${JSON.stringify(request).slice(0, 90)} is refused with a reason, and nothing changes`, async () => {
      const { address } = request as { address: unknown };
      const isOne = typeof address === "string" && !address.includes("/24");
      const before = isOne ? onDisk(address) : [];
      await assert.rejects(ask("add-lease", request), { name: "RefusedError", code, message });
      assert.deepEqual(isOne ? onDisk(address) : [], before);
    });
  }
});

test("usage says of each range, network and shared network how much of it is used", async () => {
  const usage = (await ask("usage")) as Record<string, readonly Record<string, unknown>[]>;
  const range4 = { capacity: 9, used: 2, held: 0, declined: 1, free: 6, remembered: 0 };
  const range6 = { capacity: 16, used: 1, held: 0, declined: 0, free: 15, remembered: 0 };
  const prefixes = { capacity: 256, used: 1, held: 0, declined: 0, free: 255, remembered: 0 };
  const in4 = { protocol: "dhcp4", link: "10.0.0.0/24" };
  const in6 = { protocol: "dhcp6", link: "2001:db8::/64" };
  assert.deepEqual(usage, {
    ranges: [
      { ...in4, network: "10.0.0.0/24", range: "10.0.0.10-10.0.0.19", ...range4 },
      { ...in6, network: "2001:db8::/64", range: "2001:db8::10-2001:db8::1f", ...range6 },
      { ...in6, network: "2001:db8::/64", range: "2001:db8:100::/48 /56", prefixes: true, ...prefixes },
    ],
    networks: [
      { ...in4, network: "10.0.0.0/24", ...range4, reserved: 2, reserved_used: 1 },
      { ...in6, network: "2001:db8::/64", ...range6, prefixes, reserved: 1, reserved_used: 1 },
    ],
    links: [
      { ...in4, ...range4, reserved: 2, reserved_used: 1 },
      { ...in6, ...range6, prefixes, reserved: 1, reserved_used: 1 },
    ],
  });
  assert.deepEqual(await ask("usage", { network: "10.0.0.0/24" }), {
    ranges: usage.ranges?.slice(0, 1),
    networks: usage.networks?.slice(0, 1),
    links: usage.links?.slice(0, 1),
  });
  await assert.rejects(ask("usage", { network: "10.9.0.0/24" }), { name: "RefusedError", code: "not-found" });
  await assert.rejects(ask("usage", { link: 1 }), { name: "RefusedError", code: "invalid" });
});
