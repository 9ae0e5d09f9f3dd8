import assert from "node:assert/strict";
import { test } from "node:test";
import { linesOfNames } from "../../../src/cli/status/names.ts";
import { createCounters } from "../../../src/dns/responder/counters.ts";
import { type NamesStatus, NOTHING_KNOWN } from "../../../src/dns/status.ts";
import { noResults } from "../../../src/dns/updates/result.ts";

const HOSTS = { path: "/srv/hosts", written: 1, failed: 0, problem: undefined, runs: 0, failedRuns: 0, runProblem: undefined };
const SECONDARY = { address: "192.0.2.2", port: 53, waiting: 0, notifies: 9, failed: 0, problem: undefined };
const SERVER = {
  kind: "forward",
  zone: "example.org",
  server: "192.0.2.53:53",
  isUp: true,
  problem: undefined,
  retryIn: undefined,
  pending: 0,
} as const;

const ZONE = { name: "example.org", serial: 1 };

const CASES: readonly { readonly what: string; readonly status: NamesStatus | undefined; readonly lines: readonly string[] }[] = [
  { what: "nobody sees to names", status: undefined, lines: [] },
  { what: "nothing is known yet", status: NOTHING_KNOWN, lines: ["names: the leases are being read"] },
  {
    what: "all is well",
    status: {
      names: 42,
      conflicts: 0,
      ready: true,
      updates: { pending: 0, sending: 0, conflicts: 0, results: noResults(), dropped: 0, servers: [SERVER] },
      responder: {
        listening: ["192.0.2.1:53"],
        problems: [],
        zones: [ZONE],
        secondaries: [SECONDARY],
        connections: 0,
        counters: createCounters(),
      },
      hosts: HOSTS,
    },
    lines: [
      "names: 42 known",
      "  updates: 0 pending",
      "    192.0.2.53:53 for example.org: up",
      "  DNS is answered at 192.0.2.1:53, for 1 zone",
      "    secondary 192.0.2.2:53: well",
      "  hosts file /srv/hosts: written 1 time",
    ],
  },
  {
    what: "nothing is well",
    status: {
      names: 42,
      conflicts: 1,
      ready: true,
      problem: "disk I/O error",
      updates: {
        pending: 7,
        sending: 1,
        conflicts: 2,
        results: noResults(),
        dropped: 0,
        servers: [
          { ...SERVER, isUp: false, problem: "it does not answer", retryIn: 12, pending: 3 },
          { ...SERVER, kind: "reverse", zone: undefined, problem: "REFUSED: it does not permit this update" },
          { ...SERVER, zone: undefined, isUp: false, pending: 4 },
        ],
      },
      responder: {
        listening: [],
        problems: ["dns: 192.0.2.1:53 is in use"],
        zones: [ZONE, ZONE],
        secondaries: [
          { ...SECONDARY, waiting: 1, problem: "it does not answer" },
          { ...SECONDARY, address: "2001:db8::2", waiting: 2 },
        ],
        connections: 0,
        counters: createCounters(),
      },
      hosts: { ...HOSTS, written: 2, problem: "EACCES", runProblem: "it ended with status 1" },
    },
    lines: [
      "names: 42 known; 1 host goes without the name that it claims",
      "  they stay as they are, for the leases can't be read: disk I/O error",
      "  updates: 7 pending; somebody else has the place of 2 in the DNS",
      "    192.0.2.53:53 for example.org: down, asked again in 12 s; it does not answer",
      "    192.0.2.53:53 for all other addresses: up; REFUSED: it does not permit this update",
      "    192.0.2.53:53 for all other names: down",
      "  DNS is answered at no address, for 2 zones",
      "    dns: 192.0.2.1:53 is in use",
      "    secondary 192.0.2.2:53: it does not answer; it has yet to confirm changes of 1 zone",
      "    secondary [2001:db8::2]:53: well; it has yet to confirm changes of 2 zones",
      "  hosts file /srv/hosts: written 2 times",
      "    it can't be written: EACCES",
      "    the program that is run for it failed: it ended with status 1",
    ],
  },
];

for (const { what, status, lines } of CASES) {
  test(`the lines of names in \`leasehold status\` where ${what}`, () => {
    assert.deepEqual(linesOfNames(status), lines);
  });
}
