import assert from "node:assert/strict";
import { test } from "node:test";
import { bundleForBrowser } from "../support/chromium.ts";

/** As in the page, where `leasehold/...` are the sources of this checkout. */
const bundle = await bundleForBrowser('export * from "./docs/playground/leases.ts";');
const { formatLease4, formatLease6, readLeases } = (await import(
  `data:text/javascript;base64,${Buffer.from(bundle).toString("base64")}`
)) as typeof import("../../docs/playground/leases.ts");

const NOW = 1_700_000_000;

test("a list of leases is read, and written the same again", () => {
  const lines = [
    "192.168.5.10 52:54:00:00:00:01 bound 600",
    "192.168.5.11 id:01:52:54:00:00:00:02 declined 60",
    "192.168.5.12 52:54:00:00:00:03 expired 5",
    "2001:db8::10 00:03:00:01:52:54:00:00:00:01/7 released 60",
    "2001:db8:100::/56 00:03:00:01:52:54:00:00:00:01/1 bound 3600",
  ];
  const list = readLeases(`# all kinds\n\n${lines.join("\n")}`, NOW);
  assert.deepEqual(list.problems, []);
  assert.deepEqual([...list.dhcp4.map((lease) => formatLease4(lease, NOW)), ...list.dhcp6.map((lease) => formatLease6(lease, NOW))], lines);
  assert.deepEqual(
    list.dhcp4.map(({ start, expiry }) => [start - NOW, expiry - NOW]),
    [
      [0, 600],
      [0, 60],
      [-5, -5],
    ],
  );
});

test("state, seconds, separators and IAID may be left out", () => {
  const { dhcp4, dhcp6, problems } = readLeases("10.0.0.1\t525400000001  # printer\r\n2001:db8::1 00030001525400000001", NOW);
  assert.deepEqual(problems, []);
  assert.deepEqual(
    dhcp4.map((lease) => formatLease4(lease, NOW)),
    ["10.0.0.1 52:54:00:00:00:01 bound 3600"],
  );
  assert.deepEqual(
    dhcp6.map((lease) => formatLease6(lease, NOW)),
    ["2001:db8::1 00:03:00:01:52:54:00:00:00:01/1 bound 3600"],
  );
});

const WRONG: readonly (readonly [line: string, message: RegExp])[] = [
  ["10.0.0.1", /^write the address, then the client$/],
  ["10.0.0 52:54:00:00:00:01", /^"10\.0\.0" is neither an address nor an IPv6 prefix$/],
  ["10.0.0.1 52:54:00:00:00", /is a hardware address, .*"52:54:00:00:00" is neither$/],
  ["10.0.0.1 id:5", /"id:5" is neither$/],
  ["2001:db8::1 52:54", /hex of its DUID/],
  ["2001:db8::1 00:03:00:01:52:54:00:00:00:01/x", /hex of its DUID/],
  ["10.0.0.1 52:54:00:00:00:01 free", /^the state is one of bound, released, expired, declined$/],
  ["10.0.0.1 52:54:00:00:00:01 bound soon", /^"soon" is no number of seconds$/],
  ["10.0.0.1 52:54:00:00:00:01 bound 1 2", /^what is "2"\?/],
];
for (const [line, message] of WRONG) {
  test(`a line that is wrong is told with its number: ${line}`, () => {
    const list = readLeases(`\n${line}\n10.0.0.2 52:54:00:00:00:02`, NOW);
    assert.equal(list.problems.length, 1);
    assert.equal(list.problems[0]?.line, 2);
    assert.match(list.problems[0]?.message ?? "", message);
    assert.equal(list.dhcp4.length, 1);
  });
}
