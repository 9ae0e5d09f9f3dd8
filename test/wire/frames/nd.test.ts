import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { fromHex, toHex } from "../../../src/net/bytes.ts";
import { formatIpv6, parseIpv6 } from "../../../src/net/ipv6.ts";
import { neighborSolicitation, parseNeighborAdvertisement, solicitedNodeGroup } from "../../../src/wire/frames/nd.ts";

const target = parseIpv6("2001:db8::1:2345:6789") as Uint8Array;
const TARGET = "20010db8000000000000000123456789";

describe("Neighbor Discovery", () => {
  test("a solicitation names the target and the link-layer address of who asks (RFC 4861 section 4.3)", () => {
    const message = neighborSolicitation(target, fromHex("020000000007") as Uint8Array);
    assert.equal(toHex(message), `8700000000000000${TARGET}0101020000000007`);
    assert.equal(formatIpv6(solicitedNodeGroup(target)), "ff02::1:ff45:6789");
  });

  const ADVERTISEMENTS: readonly (readonly [name: string, message: string, read: string | undefined])[] = [
    ["with the target's address", `8800000060000000${TARGET}0201020000000007`, "2001:db8::1:2345:6789 020000000007"],
    ["without it", `8800000060000000${TARGET}`, "2001:db8::1:2345:6789 undefined"],
    ["with another option before it", `8800000060000000${TARGET}0e010000000000000201020000000007`, "2001:db8::1:2345:6789 020000000007"],
    ["a solicitation", `8700000000000000${TARGET}`, undefined],
    ["a code that is not 0", `8801000060000000${TARGET}`, undefined],
    ["too short", `8800000060000000${TARGET.slice(2)}`, undefined],
    ["of a group", "8800000060000000ff020000000000000000000000000001", undefined],
    ["an option of no length", `8800000060000000${TARGET}0200020000000007`, undefined],
    ["an option that is cut off", `8800000060000000${TARGET}020202000000`, undefined],
  ];
  for (const [name, message, read] of ADVERTISEMENTS) {
    test(`an advertisement: ${name}`, () => {
      const found = parseNeighborAdvertisement(fromHex(message) as Uint8Array);
      const text = found && `${formatIpv6(found.target)} ${found.linkLayerAddress && toHex(found.linkLayerAddress)}`;
      assert.equal(text, read);
    });
  }

  test("any bytes are an advertisement or none", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        bytes[0] = 136;
        bytes[1] = 0;
        parseNeighborAdvertisement(bytes);
      }),
    );
  });
});
