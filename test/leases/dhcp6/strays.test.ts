import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { createStrays } from "../../../src/leases/dhcp6/strays.ts";
import { equalBytes } from "../../../src/net/bytes.ts";
import { ipv6Prefix, ipv6PrefixesOverlap } from "../../../src/net/ipv6-prefix.ts";
import { prefix } from "../../support/dhcp6-config.ts";

suite("prefixes that are in no pool as they are", () => {
  test("overlap what they lie in and what lies in them, but not themselves nor their neighbours", () => {
    const strays = createStrays([48, 56, 60]);
    for (const one of ["2001:db8:1::/56", "2001:db8:1:100::/64", "2001:db8:1:101::/64"]) strays.use(prefix(one));
    const counts = [
      "2001:db8:1::/48",
      "2001:db8:1::/56",
      "2001:db8:1:100::/56",
      "2001:db8:1:10::/60",
      "2001:db8:1:110::/60",
      "2001:db8:2::/48",
    ];
    assert.deepEqual(
      counts.map((one) => strays.overlapping(prefix(one))),
      [3, 0, 2, 1, 0, 0],
    );
    assert.equal(strays.overlapping(prefix("2001:db8:1:10::1")), 0);
  });

  test("count as long as they are used, however often that is said", () => {
    const lengths = [120, 122, 124];
    const any = fc.tuple(fc.integer({ min: 0, max: 255 }), fc.constantFrom(119, ...lengths, 126)).map(([last, length]) => {
      const address = new Uint8Array(16);
      address[15] = last;
      return ipv6Prefix(address, length);
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), any), { maxLength: 30 }), any, (steps, asked) => {
        fc.pre(lengths.includes(asked[16] as number));
        const strays = createStrays(lengths);
        const used = new Map<string, Uint8Array>();
        for (const [isUsed, one] of steps) {
          if (isUsed) {
            strays.use(one);
            used.set(one.join(), one);
          } else {
            strays.release(one);
            used.delete(one.join());
          }
        }
        const expected = [...used.values()].filter((one) => ipv6PrefixesOverlap(one, asked) && !equalBytes(one, asked));
        assert.equal(strays.overlapping(asked), expected.length);
      }),
    );
  });
});
