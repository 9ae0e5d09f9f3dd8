import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { type ClientFqdn, clientFqdnOption, FqdnFlag, readClientFqdn } from "../../../src/wire/dhcp6/client-fqdn.ts";
import { hex } from "./arbitrary.ts";

const label = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("the client FQDN option (RFC 4704)", () => {
  const cases: readonly [name: string, bytes: string, value: ClientFqdn][] = [
    ["a whole name", "01 027063 036e6574 00", { flags: FqdnFlag.S, labels: [label("pc"), label("net")], complete: true }],
    ["a partial name", "04 027063", { flags: FqdnFlag.N, labels: [label("pc")], complete: false }],
    ["no name: the server finds one", "00", { flags: 0, labels: [], complete: false }],
    ["bits that are not assigned", "fa 027063", { flags: 0xfa, labels: [label("pc")], complete: false }],
  ];
  for (const [name, bytes, value] of cases) {
    test(name, () => {
      assert.deepEqual(readClientFqdn(hex(bytes)), value);
      assert.deepEqual(clientFqdnOption(value.flags, value), { code: 39, data: hex(bytes) });
    });
  }

  const malformed: readonly [name: string, bytes: string][] = [
    ["no flags", ""],
    ["a label that is cut off", "01 0570"],
    ["a pointer", "01 c000"],
    ["something behind the root label", "01 0161 00 00"],
    ["a dot inside of a label", "01 03612e62 00"],
    ["more than 255 bytes", `01 ${"0161".repeat(128)}`],
  ];
  for (const [name, bytes] of malformed) test(`undefined: ${name}`, () => assert.equal(readClientFqdn(hex(bytes)), undefined));

  test("any bytes give a name or undefined", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (data) => {
        const read = readClientFqdn(data);
        if (read !== undefined && (read.complete || read.labels.length > 0))
          assert.deepEqual(clientFqdnOption(read.flags, read).data, data);
      }),
    );
  });
});
