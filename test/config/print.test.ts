import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { stringify } from "yaml";
import type { Config } from "../../src/config/model/config.ts";
import type { Network } from "../../src/config/model/dhcp4.ts";
import { printConfig } from "../../src/config/print.ts";
import { load } from "./load.ts";

test("the normalised configuration has every default, and what is inherited where it applies", () => {
  const printed = printConfig(
    load(`
options: {domain_name: x}
flood_protection_threshold: {packets: 6, secs: 60}
next_server: 10.0.0.2
networks:
  10.0.0.0/24:
    options: {routers: 10.0.0.1, 224: {type: str, value: abc, always: true}, domain_name: {value: null}}
    ranges: [{prefix: 10.0.0.128/25, config: {lease_time: 90m}}]
    reservations: [{ip: 10.0.0.200, match: {chaddr: "02:00:00:00:00:01"}, file_name: a.img}]
`),
  );
  assert.equal(
    printed,
    `chaddr_only: false
offer_hold: 30s
affinity: 1d
cache_threshold: 0
rapid_commit: false
subnet_selection: true
flood_protection_threshold:
  packets: 6
  secs: 1m
store:
  sqlite: {}
log:
  level: info
  format: pretty
options:
  domain_name: x
networks:
  10.0.0.0/24:
    authoritative: true
    probation_period: 1d
    ping_check: false
    allocation: hashed
    reservations_only: false
    next_server: 10.0.0.2
    config:
      lease_time:
        default: 1d
        min: 20m
        max: 1w
    options:
      "224":
        type: hex
        value: "616263"
        always: true
      routers:
        - 10.0.0.1
      domain_name:
        value: null
    ranges:
      - start: 10.0.0.128
        end: 10.0.0.255
        except:
          - 10.0.0.200
          - 10.0.0.255
        config:
          lease_time:
            default: 90m
            min: 90m
            max: 90m
    reservations:
      - ip: 10.0.0.200
        match:
          chaddr: 02:00:00:00:00:01
        file_name: a.img
`,
  );
});

test("limits are printed where they stand, with their classes", () => {
  const source = `
limits: [{key: "relay4[1].hex", max: 3, class: KNOWN}]
networks:
  10.0.0.0/24: {limits: [{key: "'all'", max: 50}]}
`;
  const printed = printConfig(load(source));
  assert.ok(printed.includes("limits:\n  - key: relay4[1].hex\n    max: 3\n    class: KNOWN\n"), printed);
  assert.ok(printed.includes("    limits:\n      - key: \"'all'\"\n        max: 50\n"), printed);
  assert.equal(printConfig(load(printed)), printed);
});

/** With the reservations of each network in one list: what stood at the top level is printed where it applies. */
function flat(config: Config): unknown {
  const ofNetwork = (network: Network): unknown => ({ ...network, reservations: network.reservations.flat() });
  return {
    ...config,
    networks: config.networks.map(ofNetwork),
    links: config.links.map((link) => ({ ...link, networks: link.networks.map(ofNetwork) })),
  };
}

function assertSame(source: string): void {
  const config = load(source);
  const printed = printConfig(config);
  assert.deepEqual(flat(load(printed)), flat(config), printed);
  assert.equal(printConfig(load(printed)), printed);
}

test("leasequery is printed as it is written", () => {
  const source = "leasequery:\n  requesters:\n    - 10.0.0.2\n    - 10.1.0.0/16\n";
  assert.ok(printConfig(load(source)).includes(source));
  assertSame(source);
});

test("the examples load to the same model again after printing", () => {
  for (const name of ["home", "names", "office", "quickstart"])
    assertSame(readFileSync(new URL(`../../examples/${name}.yaml`, import.meta.url), "utf8"));
});

const duration = fc.constantFrom("10m", "1h", 7200, "1d", "infinite");
const options = fc.dictionary(
  fc.constantFrom("routers", "domain_name_servers", "150", "ntp_servers"),
  fc.oneof(
    fc.constantFrom<unknown>(
      "10.0.0.1",
      ["10.0.0.2", "10.0.0.3"],
      { value: null },
      { value: "10.0.0.4", always: true },
      { type: "hex", value: "0a000005" },
    ),
  ),
);
const more = fc.record(
  {
    options,
    config: fc.tuple(duration, fc.nat(7)).map(([time, keys]) => ({
      ...(keys & 1 && { lease_time: time }),
      ...(keys & 2 && { renew_time: 60 }),
      ...(keys === 7 && { rebind_time: "2m" }),
    })),
    next_server: fc.constantFrom("10.0.0.9", "0.0.0.0"),
    server_name: fc.constantFrom("boot", ""),
    file_name: fc.constantFrom("ä.img", "b"),
  },
  { requiredKeys: [] },
);
const place = fc.record(
  {
    authoritative: fc.boolean(),
    probation_period: duration,
    ping_check: fc.boolean(),
    ping_timeout_ms: fc.constantFrom(1, 500, 10_000),
    reservations_only: fc.boolean(),
    adaptive_threshold: fc.constantFrom(0, 0.75, 1),
  },
  { requiredKeys: [] },
);
const range = more.map(({ options: rangeOptions, config }) => JSON.parse(JSON.stringify({ options: rangeOptions, config })));
const match = fc.constantFrom<unknown>(
  { client_id: "'a b'" },
  { client_id: "00ff" },
  { chaddr: "02:00:00:00:00:01", options: { 60: "x" } },
  { options: { 77: { type: "hex", value: "0161" } } },
);
const network = (index: number) =>
  fc
    .record({
      own: more,
      flags: place,
      ranges: fc.array(range, { maxLength: 3 }),
      hosts: fc.uniqueArray(match, { maxLength: 4 }),
      hostMore: more,
      dynamic: fc.boolean(),
    })
    .map(({ own, flags, ranges, hosts, hostMore, dynamic }) => ({
      ...own,
      ...flags,
      ranges: ranges.map((part, i) => ({ ...part, start: `10.0.${index}.${10 + 20 * i}`, end: `10.0.${index}.${29 + 20 * i}` })),
      reservations: hosts.map((part, i) => ({ ...hostMore, match: part, ...(dynamic ? {} : { ip: `10.0.${index}.${12 + 9 * i}` }) })),
    }));
const file = fc
  .record({
    top: more,
    flags: place,
    first: network(0),
    second: network(1),
    third: network(2),
    shared: more,
    share: fc.constantFrom(0, 1, 2, 3),
  })
  .map(({ top, flags, first, second, third, shared, share }) => ({
    ...top,
    ...flags,
    networks: { "10.0.2.0/24": third, "10.0.0.0/24": first, "10.0.1.0/24": second },
    shared_networks: {
      "with name": {
        networks: ["10.0.1.0/24", "10.0.2.0/24", "10.0.0.0/24"].slice(0, Math.max(1, share)),
        ...JSON.parse(JSON.stringify({ options: shared.options, config: shared.config })),
      },
    },
  }));

test("any configuration loads to the same model again after printing", () => {
  fc.assert(
    fc.property(file, (value) => assertSame(stringify(value, { aliasDuplicateObjects: false }))),
    { numRuns: 100 },
  );
});
