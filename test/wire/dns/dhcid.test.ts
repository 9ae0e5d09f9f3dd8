import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { toHex } from "../../../src/net/bytes.ts";
import { dhcidOf } from "../../../src/wire/dns/dhcid.ts";
import { hex } from "./bytes.ts";

describe("the examples of RFC 4701 section 3.6", () => {
  const cases: readonly (readonly [what: string, identifier: string, name: string, data: string])[] = [
    [
      "a DUID",
      "0002 00 01 00 06 41 2d f1 66 01 02 03 04 05 06",
      "chi6.example.com",
      "000201636fc0b8271c82825bb1ac5c41cf5351aa69b4febd94e8f17cdb95000da48c40",
    ],
    [
      "a client identifier option",
      "0001 01 07 08 09 0a 0b 0c",
      "chi.example.com",
      "0001013920fe5d1dceb3fd0ba3379756a70d73b17009f41d58bddbfcd6a2503956d8da",
    ],
    [
      "htype and chaddr",
      "0000 01 01 02 03 04 05 06",
      "client.example.com",
      "000001c4b9a5b249651343158dde7bcc77169841f7a4243a572b5c283fffedeb3f75e6",
    ],
  ];
  for (const [what, identifier, name, data] of cases) {
    test(what, () => {
      assert.equal(toHex(dhcidOf(hex(identifier), name)), data);
      assert.equal(toHex(dhcidOf(hex(identifier), name.toUpperCase())), data);
    });
  }
});
