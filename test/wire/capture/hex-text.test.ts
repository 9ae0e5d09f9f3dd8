import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import fc from "fast-check";
import { toHex } from "../../../src/net/bytes.ts";
import { readHexText } from "../../../src/wire/capture/hex-text.ts";
import { requirePrograms } from "../../support/requirement.ts";

/** Packets as hex, problems as `line N: text`. */
function read(text: string): readonly string[] {
  return readHexText(text).map((item) => (item.kind === "packet" ? toHex(item.bytes) : `line ${item.line}: ${item.text}`));
}

const A = "0a0b0c0d0e0f1011121314151617";
const LONG = "ab".repeat(20);

const CASES: readonly (readonly [name: string, text: string, expected: readonly string[]])[] = [
  ["nothing", "", []],
  ["digits", A, [A]],
  ["digits in capitals and groups", "0A0B 0C0D\t0E0F 1011 1213 1415 1617\r\n", [A]],
  ["digits over several lines are one packet", "0a0b\n0c0d", ["0a0b0c0d"]],
  ["a blank line begins another", "0a0b\n\n0c0d", ["0a0b", "0c0d"]],
  ["so does other text", "first\n0a0b\nsecond:\n0c0d\n", ["0a0b", "0c0d"]],
  ["colons", "0a:0b:0c", ["0a0b0c"]],
  ["a leading 0x", "0x0a0b0c", ["0a0b0c"]],
  ["a list as in C", "{ 0x0a, 0x0b,\n  0x0c };", ["0a0b0c"]],
  ["a string as in Python", 'b"\\x0a\\x0b"', ["line 1: an odd number of hex digits"]],
  ["a string as in C", '"\\x0a\\x0b"', ["0a0b"]],
  ["half a byte", "0a0\n\n0c0d", ["line 1: an odd number of hex digits", "0c0d"]],
  [
    "tcpdump -x, with its lines between",
    "12:00:01.5 IP 0.0.0.0.68 > 255.255.255.255.67: BOOTP\n\t0x0000:  4500 0148 0000 4000 4011 39a6 0000 0000\n\t0x0010:  ffff ff\n12:00:02.5 IP\n\t0x0000:  4500 01",
    ["450001480000400040113" + "9a600000000ffffff", "450001"],
  ],
  [
    "tcpdump -X",
    "\t0x0000:  4500 0148 0000 4000 4011 39a6 0000 0000  E..H..@.@.9.....\n\t0x0010:  6162 63                                  abc",
    ["450001480000400040113" + "9a600000000616263"],
  ],
  [
    "Wireshark",
    "0000   61 62 63 64 65 66 67 68 69 6a 6b 6c 6d 6e 6f 70   abcdefghijklmnop\n0010   61 62 63                                          abc",
    ["6162636465666768696a6b6c6d6e6f70616263"],
  ],
  [
    "Wireshark's older form",
    "0000  61 62 63 64 65 66 67 68  69 6a 6b 6c 6d 6e 6f 70   abcdefgh ijklmnop\n0010  61 62 63   abc",
    ["6162636465666768696a6b6c6d6e6f70616263"],
  ],
  ["a dump without characters", "0000  61 62 63 64 65 66 67 68  69 6a 6b\n", ["6162636465666768696a6b"]],
  ["a dump of one line after another", "0000  61 62\n0000  63 64", ["6162", "6364"]],
  [
    "a dump with a line missing",
    "0000  61 62\n0010  63 64\n\n0000 65 66",
    ["line 2: bytes from 16 on, where those from 2 on should follow: lines are missing", "6566"],
  ],
  ["a dump, then digits", "0000  61 62\n0c0d0e", ["6162", "0c0d0e"]],
  ["a line of a log", `2026-01-01 debug packet ${LONG} from 10.0.0.1, id abcd`, [LONG]],
  ["the same with colons", `received ${LONG.match(/../g)?.join(":")}`, [LONG]],
  ["words of few digits are none", "added deadbeef to face", []],
];
for (const [name, text, expected] of CASES) test(`hex text: ${name}`, () => assert.deepEqual(read(text), expected));

test("the line of each packet is told", () => {
  const text = "one\n0a0b\n0c0d\n\n\n0e0f";
  assert.deepEqual(
    readHexText(text).map(({ line }) => line),
    [2, 6],
  );
});

test("a packet is not longer than any can be", () => {
  assert.deepEqual(read(`${"00".repeat(262_144)}\n00`), ["line 2: a packet of more than 262144 bytes"]);
});

const bytes = fc.uint8Array({ minLength: 1, maxLength: 100 });

for (const [program, ...args] of [["xxd"], ["xxd", "-g1"], ["hexdump", "-C"], ["od", "-A", "x", "-t", "x1z", "-v"]] as const) {
  test(`what ${program} ${args.join(" ")} prints of any bytes is read`, (t) => {
    if (!requirePrograms(t, program)) return;
    fc.assert(
      fc.property(bytes, (input) => {
        // hexdump writes * for lines that are the same.
        const different = input.map((byte, i) => byte ^ (i >> 4));
        const { stdout } = spawnSync(program, args, { input: different, encoding: "utf8" });
        assert.deepEqual(read(stdout)[0], toHex(different), stdout);
      }),
      { numRuns: 40 },
    );
  });
}

test("a long line takes time in proportion to its length", () => {
  for (const line of [
    `0000: 61${"  61".repeat(250_000)}`,
    " ".repeat(1_000_000),
    "61 ".repeat(300_000),
    "6 ".repeat(500_000),
    `x${"61:".repeat(19)}6z`.repeat(15_000),
  ]) {
    const began = performance.now();
    read(line);
    assert.ok(performance.now() - began < 5000, line.slice(0, 20));
  }
});

test("any text is read without an exception", () => {
  const piece = fc.constantFrom("0000", " ", "  ", ":", "0x", "61", "6162", "|", "zz", "\n", "-", "0010", "\t");
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(piece, { maxLength: 60 }).map((list) => list.join("")),
      ),
      (text) => {
        for (const item of readHexText(text)) assert.ok(item.line >= 1);
      },
    ),
    { numRuns: 500 },
  );
});
