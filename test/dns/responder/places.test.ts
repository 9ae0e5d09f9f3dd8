import assert from "node:assert/strict";
import type { NetworkInterfaceInfo } from "node:os";
import { describe, test } from "node:test";
import { followsInterfaces, type Interfaces, placesOf, reachableAt } from "../../../src/dns/responder/places.ts";
import { formatAddress } from "../../../src/net/address.ts";

const entry = (address: string): NetworkInterfaceInfo => ({ address }) as NetworkInterfaceInfo;
const INTERFACES: Interfaces = {
  lo: [entry("127.0.0.1"), entry("::1")],
  eth0: [entry("192.168.5.1"), entry("2001:db8::1"), entry("fe80::1")],
  eth1: [entry("10.0.0.1"), entry("fe80::1")],
};

describe("where to listen", () => {
  const TABLE: readonly [listen: readonly string[], places: string, isFollowed: boolean][] = [
    [["192.168.5.1"], "192.168.5.1", false],
    [["192.0.2.9"], "192.0.2.9", false],
    [["0.0.0.0"], "127.0.0.1 192.168.5.1 10.0.0.1", true],
    [["::"], "127.0.0.1 ::1 192.168.5.1 2001:db8::1 fe80::1%eth0 10.0.0.1 fe80::1%eth1", true],
    [["0:0:0:0:0:0:0:0"], "127.0.0.1 ::1 192.168.5.1 2001:db8::1 fe80::1%eth0 10.0.0.1 fe80::1%eth1", true],
    [["192.168.5.1", "0.0.0.0"], "192.168.5.1 127.0.0.1 10.0.0.1", true],
    [[], "", false],
  ];
  for (const [listen, places, isFollowed] of TABLE) {
    test(`${listen.join(" and ") || "nowhere"} is ${places || "nowhere"}`, () => {
      const endpoints = listen.map((address) => ({ address, port: 53 }));
      assert.equal(
        placesOf(endpoints, INTERFACES)
          .map(({ address }) => address)
          .join(" "),
        places,
      );
      assert.equal(followsInterfaces(endpoints), isFollowed);
    });
  }

  test("ports are told apart", () => {
    const listen = [
      { address: "::1", port: 53 },
      { address: "::1", port: 5353 },
      { address: "::1", port: 53 },
    ];
    assert.deepEqual(placesOf(listen, INTERFACES), listen.slice(0, 2));
  });
});

describe("where others reach it", () => {
  const TABLE: readonly [places: string, reachable: string][] = [
    ["192.168.5.1 127.0.0.1 ::1 10.0.0.1", "10.0.0.1 192.168.5.1"],
    ["127.0.0.1", "127.0.0.1"],
    ["::1 127.0.0.1", "127.0.0.1 ::1"],
    ["2001:db8::1 fe80::1%eth0 2001:db8::1", "2001:db8::1"],
    ["fe80::1%eth0", ""],
    ["", ""],
  ];
  for (const [places, reachable] of TABLE) {
    test(`${places || "nothing"} is ${reachable || "nowhere"}`, () => {
      const all = places.split(" ").filter((address) => address !== "");
      assert.equal(
        reachableAt(all.map((address) => ({ address, port: 53 })))
          .map(formatAddress)
          .join(" "),
        reachable,
      );
    });
  }
});
