import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { loadConfig } from "../../../src/config/load.ts";
import type { LocalInterface } from "../../../src/io/transport.ts";
import type { Ipv4 } from "../../../src/net/ipv4.ts";
import { formatIpv4, parseIpv4 } from "../../../src/net/ipv4.ts";
import { chooseInterfaces, INTERFACES, ownAddresses } from "../../../src/server/dhcp4/served-interfaces.ts";
import { explainMissing, InterfaceList } from "../../../src/server/interface-list.ts";

function local(index: number, name: string, addresses: readonly string[], more: Partial<LocalInterface<Ipv4>> = {}): LocalInterface<Ipv4> {
  const parsed = addresses.map((text) => ({ address: parseIpv4(text) as number, prefixLength: 24 }));
  return { index, name, up: true, loopback: false, hardwareAddress: new Uint8Array(6), addresses: parsed, ...more };
}

const MACHINE = [
  local(1, "lo", ["127.0.0.1"], { loopback: true }),
  local(2, "eth0", ["192.0.2.1", "10.0.0.1", "10.0.0.2"]),
  local(3, "eth1", ["10.0.1.1"]),
  local(4, "eth2", ["10.0.2.1"], { up: false }),
  local(5, "eth3", []),
];

/** What is written as `interfaces`, what is served, and what is missing. */
const CASES: readonly [name: string, interfaces: string, served: readonly string[], missing: readonly string[]][] = [
  ["without a list, all that are up and have an address", "", ["lo 127.0.0.1", "eth0 10.0.0.1", "eth1 10.0.1.1"], []],
  ["of several addresses the first one in a configured network, not the first one", "[eth0]", ["eth0 10.0.0.1"], []],
  ["of several addresses the one that is asked for", "[eth0@10.0.0.2]", ["eth0 10.0.0.2"], []],
  ["of several addresses the one whose subnet is asked for", "[eth0@192.0.2.99]", ["eth0 192.0.2.1"], []],
  [
    "an address of no subnet of the interface",
    "[eth0@10.9.9.9]",
    [],
    ["interface eth0 has no address in the subnet of 10.9.9.9; it has 192.0.2.1, 10.0.0.1, 10.0.0.2"],
  ],
  ["an interface that is down", "[eth1, eth2]", ["eth1 10.0.1.1"], ["interface eth2 is down; bring it up with `ip link set eth2 up`"]],
  ["an interface without address", "[eth3]", [], ["interface eth3 has no IPv4 address; give it one in the network it is to serve"]],
  ["an interface that is not there", "[eth9]", [], ["interface eth9 does not exist; this machine has lo, eth0, eth1, eth2, eth3"]],
];

for (const [name, interfaces, served, missing] of CASES) {
  test(`interfaces: ${name}`, () => {
    const loaded = loadConfig(`interfaces: ${interfaces || "[]"}\nnetworks: {10.0.0.0/24: {}}`, "x.yaml");
    assert.ok(loaded.ok, JSON.stringify(loaded));
    const chosen = chooseInterfaces(loaded.config, MACHINE);
    assert.deepEqual(
      chosen.served.map((one) => `${one.name} ${formatIpv4(one.address)}`),
      served,
    );
    assert.deepEqual(chosen.missing.map(explainMissing), missing);
  });
}

/**
 * What is written as `interfaces`, more of the configuration, and what is said of subnets that get
 * no service.
 */
const LEFT_OUT: readonly [name: string, interfaces: string, more: string, unserved: readonly string[]][] = [
  [
    "the second subnet of an interface, with the cure",
    "[eth0]",
    "",
    [
      "interface eth0 is in network 192.0.2.0/24, so clients on it get no address of 10.0.0.0/24, although the interface has 10.0.0.1 in it: " +
        "`shared_networks: { eth0: [192.0.2.0/24, 10.0.0.0/24] }` serves both",
    ],
  ],
  ["nothing where both are on one link", "[eth0]", "shared_networks: { eth0: [192.0.2.0/24, 10.0.0.0/24] }", []],
];

for (const [name, interfaces, more, unserved] of LEFT_OUT) {
  test(`subnets without service: ${name}`, () => {
    const loaded = loadConfig(`interfaces: ${interfaces}\nnetworks: {192.0.2.0/24: {}, 10.0.0.0/24: {}}\n${more}`, "x.yaml");
    assert.ok(loaded.ok, JSON.stringify(loaded));
    const chosen = chooseInterfaces(loaded.config, MACHINE);
    assert.deepEqual(
      chosen.served.map((one) => one.name),
      ["eth0"],
    );
    assert.deepEqual(chosen.unserved, unserved);
  });
}

describe("the interfaces while the server runs", () => {
  function listOf(interfaces: string) {
    const loaded = loadConfig(`interfaces: ${interfaces}\nnetworks: {10.0.0.0/24: {}, 10.0.1.0/24: {}}`, "x.yaml");
    assert.ok(loaded.ok, JSON.stringify(loaded));
    const lines: string[] = [];
    const log = { info: (text: string) => lines.push(`info: ${text}`), warn: (text: string) => lines.push(`warn: ${text}`) };
    const time = { now: 0 };
    return { list: new InterfaceList(INTERFACES, loaded.config, MACHINE, log, () => time.now), lines, time, config: loaded.config };
  }

  test("one of several that is not there yet is a warning, and served when it comes", () => {
    const { list, lines } = listOf("[eth1, eth9]");
    assert.deepEqual(lines, [
      "warn: interface eth9 does not exist; this machine has lo, eth0, eth1, eth2, eth3: it is served when that has changed",
    ]);
    list.update(MACHINE);
    list.update([...MACHINE, local(9, "eth9", ["10.0.0.9"])]);
    assert.deepEqual(lines.slice(1), ["info: now serving eth9 (10.0.0.9)"]);
    const address = parseIpv4("10.0.0.9");
    const addresses = [{ address, prefixLength: 24 }];
    assert.deepEqual(list.at(9), { index: 9, name: "eth9", mtu: undefined, address, prefixLength: 24, addresses });
  });

  test("what the machine has is told once, however many are missing and whatever comes and goes", () => {
    const { list, lines, config } = listOf("[eth1, eth8, eth9]");
    const changed = "it is served when that has changed";
    const listed = `warn: interface eth8 does not exist; this machine has lo, eth0, eth1, eth2, eth3: ${changed}`;
    const short = `warn: interface eth9 does not exist: ${changed}`;
    assert.deepEqual(lines, [listed, short]);
    list.update([...MACHINE, local(7, "veth1", ["172.17.0.1"])]);
    list.update(MACHINE);
    assert.deepEqual(lines.slice(2), []);
    list.update([...MACHINE, local(9, "eth9", ["10.0.0.9"])]);
    list.update(MACHINE);
    assert.deepEqual(lines.slice(2), [
      "info: now serving eth9 (10.0.0.9)",
      short,
      "warn: no longer serving eth9 (10.0.0.9): it is gone, down, or has another address",
    ]);
    // Another configuration may have it from a mistake.
    lines.length = 0;
    list.configure(
      {
        ...config,
        interfaces: [
          { name: "eth1", address: undefined },
          { name: "ech9", address: undefined },
        ],
      },
      MACHINE,
    );
    assert.deepEqual(lines, [`warn: interface ech9 does not exist; this machine has lo, eth0, eth1, eth2, eth3: ${changed}`]);
  });

  const unplug = (index: number) => MACHINE.map((one) => (one.index === index ? { ...one, linkUp: false } : { ...one, linkUp: true }));

  test("a cable that is pulled is told, and that it is there again", () => {
    for (const interfaces of ["[eth1]", "[]"]) {
      const { list, lines } = listOf(interfaces);
      list.update(unplug(3));
      list.update(unplug(3));
      list.update(unplug(0));
      list.update(unplug(3));
      const pulled = "warn: eth1 (10.0.1.1) has no link: no cable is plugged in, or what is at its other end is off";
      assert.deepEqual(lines, [pulled, "info: eth1 (10.0.1.1) has a link again", pulled]);
      assert.ok(
        list.served.some(({ name }) => name === "eth1"),
        "it is served all the same",
      );
    }
  });

  test("a cable that comes and goes all the time is told of 60 times a minute", () => {
    const { list, lines, time } = listOf("[eth1]");
    for (let i = 0; i < 1000; i++) list.update(unplug(i % 2 === 0 ? 3 : 0));
    assert.equal(lines.length, 60);
    time.now = 60_000;
    list.update(unplug(3));
    assert.match(lines.at(-1) ?? "", /^warn: eth1 \(10\.0\.1\.1\) has no link: .* \(940 such entries before it were left out\)$/);
  });

  test("a network that is gone plugs no cable in", () => {
    const { list, lines, config } = listOf("[eth1]");
    list.update(unplug(3));
    lines.length = 0;
    const networks = config.networks.filter(({ name }) => name !== "10.0.1.0/24");
    list.configure({ ...config, networks }, unplug(3));
    assert.deepEqual(lines, []);
  });

  test("a bridge without anything, and in no network, is not told of where all interfaces are served", () => {
    const { list, lines } = listOf("[]");
    list.update([...MACHINE, local(9, "docker0", ["172.17.0.1"], { linkUp: false })]);
    assert.deepEqual(lines, ["info: now serving docker0 (172.17.0.1)"]);
  });

  test("an address on the loopback interface is one of the machine's, 127.0.0.1 is everybody's", () => {
    const { list } = listOf("[eth1]");
    const own = list.derive(ownAddresses);
    assert.ok(own().has(0xc0000201));
    list.update([local(1, "lo", ["127.0.0.1", "10.0.1.77"], { loopback: true }), local(3, "eth1", ["10.0.1.1"])]);
    assert.deepEqual([...own()].map(formatIpv4), ["10.0.1.77", "10.0.1.1"]);
  });
});
