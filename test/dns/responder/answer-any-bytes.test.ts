import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { answer, answerByTcpOnly } from "../../../src/dns/responder/answer.ts";
import { readRecords } from "../../../src/wire/dns/read.ts";
import { RecordType } from "../../../src/wire/dns/type-code.ts";
import { createRandom } from "../../support/random.ts";
import { claim, nameTable, reservation } from "../name-table.ts";
import { authorityOf, NOW, question } from "./support.ts";

/*
 * Any bytes: DNS_MESSAGES=1000000 for as many. What is answered is a whole message, with the id and
 * the question that came, and no longer than it may be.
 */

const MESSAGES = Number(process.env.DNS_MESSAGES ?? 50_000);

const AUTHORITY = authorityOf(
  nameTable(
    claim("laptop.lan", "192.168.5.9", { expiry: NOW + 60 }),
    reservation("desk.floor2.lan", "2001:db8::9"),
    ...Array.from({ length: 100 }, (_, i) => claim("many.lan", `192.168.5.${i + 10}`)),
  ),
);
const NAMES = ["laptop.lan", "many.lan", "floor2.lan", "lan", "", "9.5.168.192.in-addr.arpa", "ns.lan", "x.lan", "\\000.lan", "example"];
const TYPES: readonly number[] = [...Object.values(RecordType), 0, 65, 65_535];

function check(bytes: Uint8Array): "silence" | "answer" | "transfer" {
  for (const over of ["udp", "tcp"] as const) {
    const answered = answer(bytes, AUTHORITY, { over, mayTransfer: false, now: NOW });
    assert.notEqual(answered.kind, "transfer");
    if (answered.kind !== "answer") continue;
    const read = readRecords(answered.bytes);
    assert.equal(read.problem, undefined);
    assert.ok(answered.bytes.length <= (over === "udp" ? 1232 : 65_535));
    assert.deepEqual(answered.bytes.subarray(0, 2), bytes.subarray(0, 2));
    assert.ok(((answered.bytes[2] as number) & 0x80) !== 0 && ((answered.bytes[3] as number) & 0x80) === 0);
    if (read.problem === undefined && read.questions.length > 0)
      assert.deepEqual(answered.bytes.subarray(12, read.questions[0]?.end), bytes.subarray(12, read.questions[0]?.end));
    // Without an OPT record nobody gets more than he is sure to take.
    if (over === "udp" && read.problem === undefined && !read.additionals.some(({ type }) => type === RecordType.OPT))
      assert.ok(answered.bytes.length <= 512);
  }
  const short = answerByTcpOnly(bytes);
  assert.ok(short === undefined || short.length <= bytes.length);
  return answer(bytes, AUTHORITY, { over: "udp", mayTransfer: false, now: NOW }).kind;
}

describe(`${MESSAGES} messages of any bytes`, () => {
  test("that are changed questions", () => {
    const random = createRandom(53);
    const kinds = new Set<string>();
    for (let i = 0; i < MESSAGES / 2; i++) {
      const bytes = question(random.pick(NAMES), random.pick(TYPES), random.pick([1, 1, 1, 3, 255]));
      let mutant =
        random.below(3) === 0
          ? Uint8Array.of(...bytes, 0, 0, 41, random.below(256), random.below(256), 0, random.below(2), 0, 0, 0, 0)
          : bytes;
      if (mutant !== bytes) mutant[11] = 1;
      for (let changes = random.below(4); changes > 0; changes--) mutant[random.below(mutant.length)] = random.below(256);
      if (random.below(5) === 0) mutant = mutant.subarray(0, random.below(mutant.length + 1));
      kinds.add(check(mutant));
    }
    assert.deepEqual([...kinds].sort(), ["answer", "silence"]);
  });

  test("that are random", () => {
    const random = createRandom(5353);
    for (let i = 0; i < MESSAGES / 2; i++) {
      const bytes = Uint8Array.from({ length: random.below(80) }, () => random.below(256));
      // Most are questions at first sight.
      if (bytes.length > 12 && random.below(4) > 0) bytes.set([0, 1, 0, 0, 0, 0, 0, random.below(3)], 4);
      if (bytes.length > 12 && random.below(4) > 0) bytes[2] = 1;
      check(bytes);
    }
  });
});
