import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { loadConfig } from "../../../../src/config/load.ts";
import { printConfig } from "../../../../src/config/print.ts";
import { formatAddress } from "../../../../src/net/address.ts";
import { load } from "../../load.ts";

const NETWORKS = `options: {domain_name: top.org}
reservations:
  - {hostname: everywhere, match: {chaddr: "02:00:00:00:00:01"}}
  - {hostname: placed, match: {chaddr: "02:00:00:00:00:02"}, ip: 10.0.1.5}
  - {hostname: both, match: {chaddr: "02:00:00:00:00:03"}, ip: 10.0.0.6, addresses: ["2001:db8::6"]}
  - {match: {chaddr: "02:00:00:00:00:04"}, ip: 10.0.0.7}
networks:
  10.0.0.0/24:
    options: {domain_name: Net.Org.}
    reservations:
      - {hostname: MY_Printer, match: {chaddr: "02:00:00:00:00:05"}, ip: 10.0.0.8}
      - {hostname: whole.b.org, match: {chaddr: "02:00:00:00:00:06"}, ip: 10.0.0.9}
      - {hostname: own, match: {chaddr: "02:00:00:00:00:07"}, ip: 10.0.0.10, options: {domain_name: own.org}}
      - {hostname: none, match: {chaddr: "02:00:00:00:00:08"}, ip: 10.0.0.11, options: {domain_name: {value: null}}}
  10.0.1.0/24: {}
v6:
  networks:
    2001:db8::/64:
      options: {domain_search: [six.org, no.org]}
      reservations: [{hostname: six, match: {duid: "00:03:00:01:02:00:00:00:00:09"}, addresses: ["2001:db8::8", "2001:db8::9"], prefixes: ["2001:db8:5::/48"]}]
    2001:db8:1::/64: {}
`;

function told(text: string, added: readonly unknown[] = []): readonly string[] {
  const loaded = loadConfig(
    text,
    "a.yaml",
    added.map((reservation, i) => ({ id: String(i), origin: `added ${i}`, reservation })),
  );
  assert.ok(loaded.ok, JSON.stringify(loaded));
  return (loaded.config.reservedNames ?? []).map(({ address, name }) => `${formatAddress(address)} ${name}`);
}

describe("reserved addresses have the names that their hosts would be given", () => {
  const table: readonly (readonly [source: string, names: readonly string[]])[] = [
    [
      "dns: {listen: 10.0.0.1}",
      [
        "10.0.0.8 my-printer.net.org",
        "10.0.0.9 whole.b.org",
        "10.0.0.10 own.own.org",
        "10.0.0.6 both.net.org",
        "10.0.1.5 placed.top.org",
        "2001:db8::8 six.six.org",
        "2001:db8::9 six.six.org",
        "2001:db8::6 both.six.org",
      ],
    ],
    [
      "dns: {hosts_file: h}\nddns: {qualifying_suffix: all.org}",
      [
        "10.0.0.8 my-printer.all.org",
        "10.0.0.9 whole.b.org",
        "10.0.0.10 own.all.org",
        "10.0.0.11 none.all.org",
        "10.0.0.6 both.all.org",
        "10.0.1.5 placed.all.org",
        "2001:db8::8 six.all.org",
        "2001:db8::9 six.all.org",
        "2001:db8::6 both.all.org",
      ],
    ],
    ["ddns: {qualifying_suffix: all.org}", []],
  ];
  for (const [source, names] of table)
    test(source.replaceAll("\n", " "), () => {
      assert.deepEqual(told(`${source}\n${NETWORKS}`), names);
      // The same, though perhaps in another order: what is inherited is written where it applies.
      assert.deepEqual([...told(printConfig(load(`${source}\n${NETWORKS}`)))].sort(), [...names].sort());
    });

  test("those too that were added to a server that runs", () => {
    const added = [
      { hostname: "late", match: { chaddr: "02:00:00:00:00:0a" }, ip: "10.0.1.9" },
      { hostname: "late", match: { chaddr: "02:00:00:00:00:0a" }, addresses: ["2001:db8:1::9"] },
      { hostname: "wrong", match: { chaddr: "02:00:00:00:00:0b" }, ip: "10.0.1.9" },
    ];
    const names = told(`dns: {listen: 10.0.0.1}\n${NETWORKS}`, added);
    assert.deepEqual(
      names.filter((text) => /late|wrong/.test(text)),
      // Clients of this network are given no domain of DHCPv6, but others are.
      ["10.0.1.9 late.top.org"],
    );
  });

  test("two hosts with one name are warned of", () => {
    const text = `dns: {listen: 10.0.0.1}\n${NETWORKS.replace("hostname: own", "hostname: placed")}`;
    const loaded = loadConfig(text, "a.yaml");
    assert.ok(loaded.ok);
    assert.deepEqual(
      loaded.warnings
        .filter(({ message }) => message.includes("host name"))
        .map(({ line, column, message }) => `${line}:${column} ${message}`),
      ['14:10 another reservation has the host name "placed" already'],
    );
  });
});
