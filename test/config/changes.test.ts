import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type ConfigChange, changesOf, summaryOf } from "../../src/config/changes.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Config } from "../../src/config/model/config.ts";

const BASE = `config: {lease_time: 1h}
options: {ntp_servers: 10.0.0.2}
networks:
  10.0.0.0/24:
    options: {routers: 10.0.0.1}
    ranges: [{range: 10.0.0.10-10.0.0.19}, {range: 10.0.0.20-10.0.0.29, except: [10.0.0.25]}]
    reservations: [{match: {chaddr: "02:00:00:00:00:01"}, ip: 10.0.0.15, hostname: one}]
  10.0.1.0/24: {options: {routers: 10.0.1.1}, ranges: [{range: 10.0.1.10-10.0.1.19}]}
reservations:
  - {match: {chaddr: "02:00:00:00:00:02"}, hostname: two}
v6:
  networks:
    2001:db8::/64: {ranges: [{range: "2001:db8::10-2001:db8::20"}], prefix_pools: [{prefix: "2001:db8:1::/48", delegated_length: 56}]}
`;

function load(text: string): Config {
  const loaded = loadConfig(text, "a.yaml");
  assert.ok(loaded.ok, JSON.stringify(loaded));
  return loaded.config;
}

const brief = ({ how, what, name, section, network }: ConfigChange): string =>
  `${how} ${what} ${name}${network === undefined ? "" : ` of ${network}`}${section === "v6" ? " (v6)" : ""}`;

describe("what differs between two configurations", () => {
  const cases: readonly [string, (text: string) => string, readonly string[], string][] = [
    ["nothing, though it is written otherwise", (text) => text.replace("1h", "60m"), [], "nothing has changed"],
    [
      "a network with all that is in it",
      (text) =>
        text
          .replace("v6:", '  - {match: {chaddr: "02:00:00:00:00:03"}, ip: 10.0.2.5}\nv6:')
          .replace(
            "reservations:\n",
            "  10.0.2.0/24: {options: {routers: 10.0.2.1}, ranges: [{range: 10.0.2.10-10.0.2.19}]}\nreservations:\n",
          ),
      ["added network 10.0.2.0/24"],
      "1 network added",
    ],
    [
      "ranges and pools",
      (text) =>
        text
          .replace("10.0.0.10-10.0.0.19", "10.0.0.10-10.0.0.18")
          .replace("delegated_length: 56", "delegated_length: 60")
          .replace("10.0.0.25]", "10.0.0.26]"),
      [
        "removed range 10.0.0.10-10.0.0.19 of 10.0.0.0/24",
        "changed range 10.0.0.20-10.0.0.29 of 10.0.0.0/24",
        "changed prefix pool 2001:db8:1::/48 of 2001:db8::/64 (v6)",
        "added range 10.0.0.10-10.0.0.18 of 10.0.0.0/24",
      ],
      "1 range added, 1 range removed, 1 range and 1 prefix pool changed",
    ],
    [
      "reservations, of one network and of all",
      (text) => text.replace("hostname: one", "hostname: uno").replace('00:02"}, hostname: two', '00:04"}, hostname: two'),
      [
        "changed reservation chaddr 02:00:00:00:00:01 of 10.0.0.0/24",
        "removed reservation chaddr 02:00:00:00:00:02",
        "added reservation chaddr 02:00:00:00:00:04",
      ],
      "1 reservation added, 1 reservation removed, 1 reservation changed",
    ],
    [
      "a reserved address in a range is no change of the range",
      (text) => text.replace("ip: 10.0.0.15", "ip: 10.0.0.16"),
      ["changed reservation chaddr 02:00:00:00:00:01 of 10.0.0.0/24"],
      "1 reservation changed",
    ],
    [
      "what is inherited, where it applies",
      (text) => text.replace("10.0.0.2}", "10.0.0.3}").replace("lease_time: 1h", "lease_time: 2h"),
      [
        "changed option ntp_servers",
        "changed setting config of 10.0.0.0/24",
        "changed setting config of 10.0.1.0/24",
        "changed setting config of 2001:db8::/64 (v6)",
      ],
      "options changed at the top level, settings changed in 3 networks",
    ],
    [
      "classes, without what is only written otherwise because of them",
      (text) =>
        `client_classes: {v4: [{name: a, assert: "option[60].exists"}, {name: b, assert: "not option[60].exists"}]}\n${text.replace("range: 10.0.1.10-10.0.1.19", "range: 10.0.1.10-10.0.1.19, class: a")}`,
      ["changed range 10.0.1.10-10.0.1.19 of 10.0.1.0/24", "added class a", "added class b"],
      "2 classes added, 1 range changed",
    ],
  ];
  for (const [name, edit, expected, summary] of cases)
    test(name, () => {
      const [before, after] = [load(BASE), load(edit(BASE))];
      const changes = changesOf(before, after);
      assert.deepEqual([changes.map(brief).sort(), summaryOf(changes)], [[...expected].sort(), summary]);
      const back = { added: "removed", removed: "added", changed: "changed" } as const;
      const returned = changesOf(after, before).map(({ how, ...rest }) => brief({ how: back[how], ...rest }));
      assert.deepEqual(returned.sort(), [...expected].sort());
    });

  test("the values stand beside what has changed", () => {
    const [change] = changesOf(load(BASE), load(BASE.replace("routers: 10.0.1.1", "routers: 10.0.1.2")));
    assert.deepEqual(change, {
      how: "changed",
      what: "option",
      name: "routers",
      section: "v4",
      network: "10.0.1.0/24",
      before: ["10.0.1.1"],
      after: ["10.0.1.2"],
    });
  });

  test("names: servers, zones and what clients are called", () => {
    const withNames = (ddns: string, dns = ""): string => `${BASE}ddns: {qualifying_suffix: a.org, ${ddns}}\n${dns}`;
    const server = (ip: string): string => `forward: [{name: a.org, ip: ${ip}}]`;
    const listen = "dns: {listen: 10.0.0.2}\n";
    const cases: readonly (readonly [before: string, after: string, expected: readonly string[]])[] = [
      [BASE, withNames(server("10.0.0.3")), ["added setting ddns"]],
      [withNames(server("10.0.0.3")), withNames(server("'10.0.0.3:53'")), []],
      [withNames(server("10.0.0.3")), withNames(server("10.0.0.4")), ["changed setting ddns"]],
      [withNames(server("10.0.0.3")), withNames(server("10.0.0.3"), listen), ["added setting dns"]],
      [withNames("", listen), withNames("", "dns: {listen: 10.0.0.2, zones: [a.org]}\n"), []],
      [withNames("", listen), withNames("", "dns: {listen: 10.0.0.2, zones: [a.org, b.org]}\n"), ["changed setting dns"]],
      // Its zone of addresses comes with a network.
      [
        withNames("", listen),
        withNames("", listen).replace("10.0.1.0/24: {options: {routers: 10.0.1.1}, ranges: [{range: 10.0.1.10-10.0.1.19}]}", ""),
        ["removed network 10.0.1.0/24"],
      ],
    ];
    for (const [before, after, expected] of cases)
      assert.deepEqual(changesOf(load(before), load(after)).map(brief), expected, `${before}\n${after}`);
  });

  test("that a secret is another one is told, and not which", () => {
    const withApi = (token: string, secret: string): string =>
      `${BASE}ddns: {forward: [{name: "*", ip: 10.0.0.3, key: k}], tsig_keys: {k: {algorithm: hmac-sha256, data: ${btoa(secret)}}}}\napi: {tokens: [{token: ${token}, role: read}]}\nevents: [{webhook: {url: "https://example.org", secret: ${secret}}}]\n`;
    const changes = changesOf(load(withApi("abcdefghijklmnop", "first-secret")), load(withApi("qrstuvwxyzabcdef", "second-secret")));
    assert.deepEqual(changes.map(brief).sort(), ["changed setting api", "changed setting ddns", "changed setting events"]);
    assert.match(JSON.stringify(changes), /"data":"\(removed\)"/);
    for (const secret of ["first", "second"]) assert.ok(!JSON.stringify(changes).includes(btoa(secret).slice(0, 6)));
    assert.match(JSON.stringify(changes), /"token":"\(removed\)"/);
    assert.doesNotMatch(JSON.stringify(changes), /abcdef|first|second/);
  });

  test("a reservation for every network is one change, however many networks there are", () => {
    const many = Array.from({ length: 300 }, (_, i) => `  10.1.${i % 256}.${i < 256 ? 0 : 128}/25: {options: {routers: {value: null}}}\n`);
    const text = BASE.replace("reservations:\n  -", `${many.slice(0, 256).join("")}reservations:\n  -`);
    assert.deepEqual(changesOf(load(text), load(text.replace("hostname: two", "hostname: zwei"))).map(brief), [
      "changed reservation chaddr 02:00:00:00:00:02",
    ]);
  });
});
