import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "../../../src/config/load.ts";
import type { Dhcp6Config } from "../../../src/config/model/dhcp6.ts";
import type { LocalInterface } from "../../../src/io/transport.ts";
import { formatIpv6, type Ipv6, parseIpv6 } from "../../../src/net/ipv6.ts";
import { chooseInterfaces, INTERFACES, ownAddresses } from "../../../src/server/dhcp6/served-interfaces.ts";
import { explainMissing } from "../../../src/server/interface-list.ts";

function local(index: number, name: string, addresses: readonly string[], more: Partial<LocalInterface<Ipv6>> = {}): LocalInterface<Ipv6> {
  const parsed = addresses.map((text) => ({ address: parseIpv6(text) as Ipv6, prefixLength: 64 }));
  return { index, name, up: true, loopback: false, hardwareAddress: new Uint8Array(6), addresses: parsed, ...more };
}

const MACHINE = [
  local(1, "lo", ["::1"], { loopback: true }),
  local(2, "eth0", ["2001:db8:1::1", "fe80::1"]),
  local(3, "tun0", ["2001:db8:7::1"]),
  local(4, "eth2", ["fe80::2"], { up: false }),
  local(5, "eth3", []),
  local(6, "eth4", ["febf::4"]),
  local(7, "eth5", [], { linkUp: false }),
];

function configured(interfaces: string): Dhcp6Config {
  const loaded = loadConfig(
    `v6: {interfaces: ${interfaces}, networks: {2001:db8:1::/64: {}, 2001:db8:2::/64: {interfaces: [eth4]}}}`,
    "x.yaml",
  );
  assert.ok(loaded.ok, JSON.stringify(loaded));
  return loaded.config.dhcp6 as Dhcp6Config;
}

/** What is written as `interfaces`, what is served, and what is missing. */
const CASES: readonly [name: string, interfaces: string, served: readonly string[], missing: readonly string[]][] = [
  [
    "without a list, all that are up and have an address, a link-local one or not",
    "[]",
    ["lo ::1", "eth0 fe80::1", "tun0 2001:db8:7::1", "eth4 febf::4"],
    [],
  ],
  ["the address that is asked for answers", "['eth0@2001:db8:1::1', eth4]", ["eth0 2001:db8:1::1", "eth4 febf::4"], []],
  [
    "an address that the interface does not have",
    "['eth0@2001:db8:1::2', eth4]",
    ["eth4 febf::4"],
    ["interface eth0 has no address 2001:db8:1::2; it has 2001:db8:1::1, fe80::1"],
  ],
  ["an interface that is down", "[eth2, eth4]", ["eth4 febf::4"], ["interface eth2 is down; bring it up with `ip link set eth2 up`"]],
  [
    "an interface without address, which may soon have one",
    "[eth3, eth4]",
    ["eth4 febf::4"],
    ["(passing) interface eth3 has no IPv6 address: is IPv6 off there (`sysctl net.ipv6.conf.eth3.disable_ipv6`)?"],
  ],
  [
    "an interface without a link, which the system gives no address before it has one",
    "[eth5, eth4]",
    ["eth4 febf::4"],
    ["(passing) interface eth5 has no IPv6 address, and has no link: no cable is plugged in, or what is at its other end is off"],
  ],
  [
    "an interface that is not there",
    "[eth9, eth4]",
    ["eth4 febf::4"],
    ["interface eth9 does not exist; this machine has lo, eth0, tun0, eth2, eth3, eth4, eth5"],
  ],
];

for (const [name, interfaces, served, missing] of CASES) {
  test(`interfaces: ${name}`, () => {
    const chosen = chooseInterfaces(configured(interfaces), MACHINE);
    assert.deepEqual(
      [
        chosen.served.map((one) => `${one.name} ${formatIpv6(one.address)}`),
        chosen.missing.map((one) => (one.passing ? `(passing) ${explainMissing(one)}` : explainMissing(one))),
        chosen.unserved,
      ],
      [served, missing, []],
    );
  });
}

test("an interface is on a network that has an address of it, and on one that lists it", () => {
  const config = configured("[]");
  const on = chooseInterfaces(config, MACHINE).served.filter((one) => INTERFACES.isOnConfiguredNetwork(config, one));
  assert.deepEqual(
    on.map(({ name }) => name),
    ["eth0", "eth4"],
  );
});

test("the machine's own addresses are those of all interfaces, up or not, but for ::1", () => {
  assert.deepEqual(ownAddresses(MACHINE).map(formatIpv6), ["2001:db8:1::1", "fe80::1", "2001:db8:7::1", "fe80::2", "febf::4"]);
});
