import assert from "node:assert/strict";
import { test } from "node:test";
import { formatCount, share, usageRows } from "../../../src/cli/usage/rows.ts";
import type { Usage, UsageNumbers } from "../../../src/server/usage.ts";

const numbers = (capacity: number, used: number): UsageNumbers => ({
  ...{ capacity, used, held: 0, declined: 0, free: capacity - used, remembered: 0 },
});
const place = { protocol: "dhcp6", link: "lan", network: "2001:db8::/64" };
const reserved = { reserved: 1, reserved_used: 1 };
const USAGE: Usage = {
  ranges: [
    { ...place, range: "2001:db8::1-2001:db8::9", ...numbers(9, 3) },
    { ...place, range: "2001:db8:8000::/40 /56", prefixes: true, ...numbers(65536, 10) },
  ],
  networks: [{ ...place, ...numbers(9, 3), prefixes: numbers(65536, 10), ...reserved }],
  links: [{ protocol: "dhcp6", link: "lan", ...numbers(9, 3), prefixes: numbers(65536, 10), ...reserved }],
};

test("pools of prefixes stand below their network, whose numbers are those of addresses", () => {
  assert.deepEqual(usageRows(USAGE, "network"), [
    { ...place, name: "2001:db8::/64", ...numbers(9, 3), ...reserved },
    { ...place, range: "2001:db8:8000::/40 /56", prefixes: true, name: "  2001:db8:8000::/40 /56", ...numbers(65536, 10) },
  ]);
  assert.deepEqual(usageRows(USAGE, "link"), [
    { protocol: "dhcp6", link: "lan", name: "lan", ...numbers(9, 3), ...reserved },
    { protocol: "dhcp6", name: "  prefixes", ...numbers(65536, 10) },
  ]);
  assert.deepEqual(
    usageRows(USAGE, "range").map(({ name }) => name),
    ["2001:db8::1-2001:db8::9", "2001:db8:8000::/40 /56"],
  );
});

test("shares and numbers are for people", () => {
  const shares = [share(0, 0), share(0, 9), share(1, 1000), share(1, 14), share(999, 1000), share(4, 4)];
  assert.deepEqual(shares, ["", "0%", "<1%", "7%", "99%", "100%"]);
  assert.deepEqual([0, 65536, 2 ** 40, Number.MAX_SAFE_INTEGER].map(formatCount), ["0", "65536", "1.1e12", ">9e15"]);
});
