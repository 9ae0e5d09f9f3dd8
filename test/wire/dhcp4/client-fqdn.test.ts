import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { toHex } from "../../../src/net/bytes.ts";
import { FqdnFlag, readClientFqdn, writeClientFqdn, writeFqdnName } from "../../../src/wire/dhcp4/client-fqdn.ts";
import { fqdnLength, labelsOfText, textOfLabels } from "../../../src/wire/fqdn-name.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (labels: readonly Uint8Array[] | undefined): string | undefined =>
  labels?.map((label) => new TextDecoder().decode(label)).join("|");

/** Option 81 with the codes 1 and 2, which mean nothing. */
const option = (flags: number, ...name: number[]): Uint8Array => Uint8Array.of(flags, 1, 2, ...name);

describe("reading the client FQDN option", () => {
  const cases: readonly [name: string, data: Uint8Array, labels: string, complete: boolean][] = [
    ["a whole name", option(FqdnFlag.E, 2, 0x70, 0x63, 3, 0x6e, 0x65, 0x74, 0), "pc|net", true],
    ["a partial name has no root label", option(FqdnFlag.E, 2, 0x70, 0x63), "pc", false],
    ["no name", option(FqdnFlag.E), "", false],
    ["the root alone is no name", option(FqdnFlag.E, 0), "", false],
    ["text with dots is whole", option(FqdnFlag.S, ...bytes("pc.net")), "pc|net", true],
    ["text with a dot and a NUL at its end", option(0, ...bytes("pc.net.\0")), "pc|net", true],
    ["text without dots is partial", option(0, ...bytes("pc")), "pc", false],
  ];
  for (const [name, data, labels, complete] of cases) {
    test(name, () => {
      const read = readClientFqdn(data);
      assert.deepEqual([text(read?.labels), read?.complete, read?.flags], [labels, complete, data[0]]);
      assert.deepEqual(read?.field, data.subarray(3));
    });
  }

  const malformed: readonly [name: string, data: Uint8Array][] = [
    ["too short for its codes", Uint8Array.of(4, 0)],
    ["a label that is cut off", option(FqdnFlag.E, 5, 0x70)],
    ["something behind the root label", option(FqdnFlag.E, 1, 0x70, 0, 1)],
    ["a label of 64 bytes, or a pointer", option(FqdnFlag.E, 64, ...new Array<number>(64).fill(0x61), 0)],
    ["a dot inside of a label", option(FqdnFlag.E, 3, 0x61, 46, 0x62, 0)],
    ["two dots in a row", option(0, ...bytes("a..b"))],
    ["a tab", option(0, ...bytes("a\tb"))],
    ["more than 255 bytes", option(FqdnFlag.E, ...new Array(130).fill([1, 0x61]).flat(), 0)],
  ];
  for (const [name, data] of malformed) test(`undefined: ${name}`, () => assert.equal(readClientFqdn(data), undefined));

  test("any bytes give a name or undefined", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (data) => {
        const read = readClientFqdn(data);
        if (read !== undefined) assert.ok(fqdnLength(read.labels) <= 256);
      }),
    );
  });
});

test("what is written is read again, in both encodings", () => {
  const label = fc.stringMatching(/^[a-z0-9-]{1,20}$/).map(bytes);
  fc.assert(
    fc.property(fc.array(label, { minLength: 1, maxLength: 8 }), fc.boolean(), (labels, complete) => {
      const wire = writeClientFqdn(FqdnFlag.E, writeFqdnName({ labels, complete }, FqdnFlag.E));
      const read = readClientFqdn(wire);
      assert.deepEqual([text(read?.labels), read?.complete], [text(labels), complete]);
      const ascii = readClientFqdn(writeClientFqdn(0, writeFqdnName({ labels, complete }, 0)));
      assert.equal(text(ascii?.labels), text(labels));
      assert.equal(text(labelsOfText(textOfLabels(labels))), text(labels));
    }),
  );
});

test("a server writes 255 for both codes", () => {
  assert.equal(toHex(writeClientFqdn(FqdnFlag.N, bytes("a"))), "08ffff61");
});
