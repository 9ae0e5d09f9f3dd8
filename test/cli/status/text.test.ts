import assert from "node:assert/strict";
import { test } from "node:test";
import { linesOfStatus } from "../../../src/cli/status/text.ts";
import type { ServiceStatus, Status } from "../../../src/server/operations.ts";
import type { Usage } from "../../../src/server/usage.ts";

const SERVICE: ServiceStatus = {
  leases: { known: 6, bound: 6, released: 0, expired: 0, declined: 0 },
  interfaces: [{ name: "eth0", address: "10.0.0.1" }],
  counters: { "lost before receipt": 1, "sent ACK": 6, "silent: no-address-free": 2, bound: 6, probesSkipped: 3, commitsFailed: 1 },
};
const STATUS: Status = {
  version: "1.2.3",
  uptime: 3700,
  healthy: true,
  health: { state: "degraded", reasons: ["DHCPv4: no address is free on 10.0.11.0/24", "2 more things are wrong"], seconds: [90] },
  configuration: { file: "/etc/leasehold.yaml", loaded: "2026-11-01T00:00:00.000Z", hash: "abcd", failed: 0, added: 0 },
  store: "SQLite database /var/lib/leasehold/leases.db",
  ...SERVICE,
  dhcp6: { ...SERVICE, interfaces: [], counters: {} },
};
/** The later, the fuller. */
const NETWORKS = Array.from({ length: 12 }, (_, i) => ({
  protocol: "dhcp4",
  link: `10.0.${i}.0/24`,
  network: `10.0.${i}.0/24`,
  ...{ capacity: 11, used: i, held: 0, declined: 0, free: 11 - i, remembered: 0, reserved: 0, reserved_used: 0 },
}));
const USAGE: Usage = { ranges: [], networks: NETWORKS, links: NETWORKS };

test("what is wrong comes first, and how full which networks are, with the words of the metrics", () => {
  assert.deepEqual(linesOfStatus(STATUS, USAGE), [
    "leasehold 1.2.3, up for 1h 1m: degraded",
    "  DHCPv4: no address is free on 10.0.11.0/24 (for 1m 30s)",
    "  2 more things are wrong",
    "  what each means: docs/reference/health.md; what the server did about it: its log",
    "configuration: /etc/leasehold.yaml, read at 2026-11-01T00:00:00.000Z",
    "  SHA-256 abcd",
    "networks, the fullest first:",
    "  10.0.11.0/24  11  of 11 used  100%",
    "  10.0.10.0/24  10  of 11 used   91%",
    "  10.0.9.0/24    9  of 11 used   82%",
    "  10.0.8.0/24    8  of 11 used   73%",
    "  10.0.7.0/24    7  of 11 used   64%",
    "  10.0.6.0/24    6  of 11 used   55%",
    "  10.0.5.0/24    5  of 11 used   45%",
    "  10.0.4.0/24    4  of 11 used   36%",
    "  10.0.3.0/24    3  of 11 used   27%",
    "  10.0.2.0/24    2  of 11 used   18%",
    "  and 2 more: `leasehold usage`",
    "leases: SQLite database /var/lib/leasehold/leases.db; 6 known",
    "  6 bound, 0 released, 0 expired, 0 declined",
    "interfaces: eth0 (10.0.0.1)",
    "counters:",
    "  kernel drops: 1",
    "  sent ACK: 6",
    "  silent: no-address-free: 2",
    "  lease changes: bound: 6",
    "  probes skipped: 3",
    "  commit failures: 1",
    "DHCPv6 leases: 6 known",
    "  6 bound, 0 released, 0 expired, 0 declined",
    "DHCPv6 interfaces: none",
    "DHCPv6 counters:",
  ]);
});

test("a server that does not say how much is in use is told of without it", () => {
  const told = linesOfStatus(STATUS, undefined);
  assert.deepEqual(told.slice(5, 7), ["  SHA-256 abcd", "leases: SQLite database /var/lib/leasehold/leases.db; 6 known"]);
});
