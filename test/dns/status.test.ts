import assert from "node:assert/strict";
import { test } from "node:test";
import { type NamesStatus, NOTHING_KNOWN, troubleOf } from "../../src/dns/status.ts";
import { noResults } from "../../src/dns/updates/result.ts";

const server = {
  kind: "forward",
  zone: "lan",
  server: "10.0.0.1:53",
  isUp: false,
  problem: "it does not answer",
  retryIn: 3,
  pending: 2,
} as const;
const withServers = (...servers: NonNullable<NamesStatus["updates"]>["servers"]): NamesStatus => ({
  ...NOTHING_KNOWN,
  updates: { pending: 2, sending: 0, conflicts: 0, dropped: 0, results: noResults(), servers },
});

for (const [what, status, expected] of [
  ["all is well", NOTHING_KNOWN, []],
  [
    "a server that is down, with something to tell it",
    withServers(server),
    ["the DNS server 10.0.0.1:53 takes no updates: it does not answer"],
  ],
  ["one that there is nothing to tell", withServers({ ...server, pending: 0 }), []],
  ["one that works", withServers({ ...server, isUp: true, problem: undefined }), []],
  [
    "one for two zones is told of once",
    withServers(server, { ...server, kind: "reverse" }),
    ["the DNS server 10.0.0.1:53 takes no updates: it does not answer"],
  ],
  ["leases can't be read", { ...NOTHING_KNOWN, problem: "gone" }, ["names stay as they are, for the leases can't be read: gone"]],
] as const satisfies readonly (readonly [string, NamesStatus, readonly string[]])[]) {
  test(`why names don't resolve: ${what}`, () => assert.deepEqual(troubleOf(status), expected));
}
