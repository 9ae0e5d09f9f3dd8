import assert from "node:assert/strict";
import { test } from "node:test";
import { decodePacket, encodePacket } from "../../src/dns/packet.ts";
import { toHex, writeU16 } from "../../src/net/bytes.ts";
import { isName, wireOfName } from "../../src/wire/dns/name.ts";
import { encodeQuery } from "../../src/wire/dns/query.ts";
import { type DnsMessage, nameOfData, readRecords, serialOfSoa } from "../../src/wire/dns/read.ts";
import { sign, verify } from "../../src/wire/dns/tsig.ts";
import { createStreamVerifier } from "../../src/wire/dns/tsig-stream.ts";
import { RecordType } from "../../src/wire/dns/type-code.ts";
import { encodeUpdate, nameData } from "../../src/wire/dns/update.ts";
import { createRandom, type Random } from "../support/random.ts";
import { hex } from "../wire/dns/bytes.ts";

/*
 * DNS_FUZZ_RUNS=1000000 makes it a million messages, DNS_FUZZ_SEED=2 others.
 */

const RUNS = Number(process.env.DNS_FUZZ_RUNS ?? 100_000);
const SEED = Number(process.env.DNS_FUZZ_SEED ?? 1035);

const KEY = { name: "a.key", algorithm: "hmac-sha256", secret: new Uint8Array(32) } as const;
const NAME = "host.example.com";
const UPDATE = encodeUpdate({
  id: 1,
  zone: "example.com",
  prerequisites: [{ kind: "name-not-in-use", name: NAME }],
  changes: [
    { kind: "add", name: NAME, type: RecordType.A, ttl: 60, data: hex("c0000201") },
    { kind: "delete-rrset", name: NAME, type: RecordType.PTR },
  ],
});
const SIGNED = sign(UPDATE, KEY, 1000);

/** Messages of all kinds, one of them compressed as servers do it. */
const MESSAGES: readonly Uint8Array[] = [
  encodeQuery({ id: 1, name: NAME, type: RecordType.A, udpSize: 1232 }),
  UPDATE,
  SIGNED.bytes,
  sign(hex("000180000001000000000000 03636f6d 00 0006 0001"), KEY, 1000, { requestMac: SIGNED.mac }).bytes,
  hex(`abcd 8583 0001 0002 0001 0001
    04 686f7374 07 6578616d706c65 03 636f6d 00 0001 0001
    c00c 0001 0001 0000003c 0004 c0000201
    c011 000c 0001 ffffffff 0005 02 4e53 c011
    c011 0006 0001 00000e10 0021 02 6e73 c011 05 41646d696e c011 00000001 00000002 00000003 00000004 00000005
    00 0029 04d0 00008000 000c 000a 0008 0102030405060708`),
  encodePacket({
    header: { id: 1, qr: true, opcode: 0, aa: true, tc: false, rd: false, ra: false, rcode: 0 },
    question: hex("03 636f6d 00 0001 0001"),
    answers: [{ type: "TXT", name: "com", ttl: 1, data: ["reserved"] }],
    authorities: [],
    additionals: [],
    udpSize: 1232,
  }),
];

/** Bytes that mean something in some place. */
const TELLING = [0, 1, 2, 4, 5, 6, 10, 11, 12, 13, 16, 17, 28, 41, 49, 63, 64, 65, 90, 97, 127, 128, 191, 192, 193, 250, 252, 254, 255];

function byteOf(random: Random): number {
  return random.below(2) === 0 ? random.pick(TELLING) : random.below(256);
}

/** A real one with some bytes changed, cut off or put in. */
function mutated(random: Random): Uint8Array {
  const message = [...random.pick(MESSAGES)];
  for (let i = random.below(6); i >= 0; i--) {
    const at = random.below(message.length);
    const kind = random.below(8);
    if (kind < 6) message[at] = byteOf(random);
    else if (kind === 6) message.splice(at, random.below(4));
    else message.splice(at, 0, ...Array.from({ length: random.below(4) }, () => byteOf(random)));
  }
  return Uint8Array.from(message);
}

/** Any bytes, of which the header says that there are some records. */
function anyBytes(random: Random): Uint8Array {
  const message = Uint8Array.from({ length: random.below(random.below(8) === 0 ? 600 : 80) }, () => byteOf(random));
  if (message.length >= 12 && random.below(4) > 0) for (let at = 4; at < 12; at += 2) writeU16(message, at, random.below(3));
  return message;
}

/** All that is read of a message is as long as it may be, and stands where it says. */
function check({ questions, answers, authorities, additionals }: DnsMessage, length: number): void {
  let at = 12;
  for (const { name, start, end } of [...questions, ...answers, ...authorities, ...additionals]) {
    assert.ok(start === at && end > start);
    at = end;
    assert.ok(isName(name) && wireOfName(name).length <= 255);
  }
  assert.equal(at, length);
  for (const { type, data } of [...answers, ...authorities, ...additionals]) {
    if (type === RecordType.SOA) serialOfSoa(data);
    if (type !== RecordType.PTR || data.length === 0) continue;
    const name = nameOfData(data);
    assert.ok(name !== undefined);
    assert.deepEqual(nameData(name), data);
  }
}

test(`${RUNS} malformed messages are read, decoded, verified and answered without an exception`, () => {
  const random = createRandom(SEED);
  const counts = { messages: 0, packets: 0, questions: 0, longest: 0 };
  for (let run = 0; run < RUNS; run++) {
    const message = random.below(4) === 0 ? anyBytes(random) : mutated(random);
    const copy = message.slice();
    const started = performance.now();
    try {
      const read = readRecords(message);
      const packet = decodePacket(message);
      const { kind } = verify(message, KEY, SIGNED.mac, 1000);
      const stream = createStreamVerifier(KEY, SIGNED.mac).next(message, 1000);
      counts.longest = Math.max(counts.longest, performance.now() - started);
      if (read.problem !== undefined) {
        assert.equal(packet.kind, "malformed");
        assert.deepEqual([kind, stream.kind], ["wrong", "wrong"]);
      } else {
        counts.messages++;
        check(read, message.length);
        assert.equal(stream.kind, kind);
      }
      if (packet.kind === "malformed") continue;
      counts.packets++;
      const { header, question } = packet;
      if (question === undefined) continue;
      counts.questions++;
      const reply = encodePacket({
        header: { ...header, qr: true },
        question: question.bytes,
        answers: [],
        authorities: [],
        additionals: [],
        udpSize: 1232,
      });
      assert.equal(toHex(reply.subarray(12, 12 + question.bytes.length)), toHex(question.bytes));
      const again = decodePacket(reply);
      assert.ok(again.kind === "packet");
      assert.deepEqual([again.question?.name, again.question?.type, again.question?.class], [question.name, question.type, question.class]);
    } catch (error) {
      throw new Error(`message ${run} of seed ${SEED}: ${toHex(message)}`, { cause: error });
    }
    assert.deepEqual(message, copy);
  }
  // It is malformed in ways that matter.
  assert.ok(counts.messages > RUNS / 20 && counts.messages < RUNS, JSON.stringify(counts));
  assert.ok(counts.questions > RUNS / 50, JSON.stringify(counts));
  assert.ok(counts.longest < 1000, JSON.stringify(counts));
});
