import assert from "node:assert/strict";
import { test } from "node:test";
import { printConfig } from "../../src/config/print.ts";
import { toHex } from "../../src/net/bytes.ts";
import { inNetwork, load, problemsOf } from "./load.ts";

const SHARED = (shared: string, first: string, second: string): string =>
  `shared_networks: {a: {networks: [10.0.0.0/24, 10.0.1.0/24]${shared}}}\nnetworks: {10.0.0.0/24: {${first}}, 10.0.1.0/24: {${second}}}`;

test("vss: the VPN of a link, by name or by VPN-ID", () => {
  for (const [source, expected] of [
    [inNetwork("vss: customer a"), "00637573746f6d65722061"],
    [inNetwork("vss: {vpn_id: 00:00:5e:00:00:00:01}"), "0100005e00000001"],
    [SHARED(", vss: red", "", ""), "00726564"],
    [SHARED("", "vss: red", "vss: red"), "00726564"],
  ] as const) {
    const config = load(source);
    assert.equal(toHex(config.links[0]?.vss ?? new Uint8Array(0)), expected);
    assert.deepEqual(load(printConfig(config)), config);
  }
});

test("vss: mistakes", () => {
  const table: readonly (readonly [source: string, ...problems: string[]])[] = [
    [inNetwork("vss: ''"), "4:10 the name of a VPN is 1 to 254 printable ASCII characters"],
    [inNetwork("vss: 7"), "4:10 expected the name of a VPN such as customer-a, or {vpn_id: 00:00:5e:00:00:00:01}, got 7"],
    [inNetwork("vss: {vpn_id: '0001'}"), '4:19 expected a VPN-ID (RFC 2685), 7 bytes in hex such as 00:00:5e:00:00:00:01, got "0001"'],
    ["options: {virtual_subnet_selection: {vss_type: 255, info: ''}}", "1:11 option 221 (virtual_subnet_selection) can't be configured"],
    [
      SHARED("", "vss: red", ""),
      "2:12 warning: the network 10.0.0.0/24 has neither ranges nor reserved addresses: no client gets an address in it",
      "2:37 the network 10.0.1.0/24 is in another VPN than 10.0.0.0/24",
    ],
    [
      SHARED(", vss: red", "", "vss: blue"),
      "2:12 warning: the network 10.0.0.0/24 has neither ranges nor reserved addresses: no client gets an address in it",
      "2:29 the network 10.0.1.0/24 is in another VPN than 10.0.0.0/24",
    ],
  ];
  for (const [source, ...problems] of table) assert.deepEqual(problemsOf(source), problems, source);
});
