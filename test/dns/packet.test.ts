import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decode } from "dns-packet";
import { type Answer, decodePacket, encodePacket, type Reply } from "../../src/dns/packet.ts";
import { readU16, toHex } from "../../src/net/bytes.ts";
import { formatIpv6 } from "../../src/net/ipv6.ts";
import { encodeQuery } from "../../src/wire/dns/query.ts";
import { type Header, nameOfData, type ResourceRecord, readRecords, serialOfSoa } from "../../src/wire/dns/read.ts";
import { nameOfType, Rcode, RecordType } from "../../src/wire/dns/type-code.ts";
import { hex, nameHex } from "../wire/dns/bytes.ts";

const HEADER: Header = { id: 0xabcd, qr: false, opcode: 0, aa: false, tc: false, rd: true, ra: false, rcode: 0 };
const HEAD = "abcd 0100 0001 0000 0000";
const QUESTION = `${nameHex("example.com")} 001c 0001`;

describe("a question is decoded", () => {
  test("with its bytes as they were asked", () => {
    const bytes = hex(`${HEAD} 0000 04 486f5374 07 4578416d506c45 03 636f6d 00 00ff 0003`);
    assert.deepEqual(decodePacket(bytes), {
      kind: "packet",
      header: HEADER,
      question: { name: "host.example.com", type: 255, class: 3, bytes: bytes.subarray(12) },
      edns: undefined,
      authorities: [],
    });
  });

  const names: readonly (readonly [bytes: string, name: string])[] = [
    ["00", ""],
    ["02 612e 00", "a\\."],
    ["03 ff00fe 00", "\\255\\000\\254"],
    [nameHex("a.b"), "a.b"],
  ];
  for (const [bytes, name] of names) {
    test(`of the name ${JSON.stringify(name)}`, () => {
      const decoded = decodePacket(hex(`${HEAD} 0000 ${bytes} 0041 0001`));
      assert.ok(decoded.kind === "packet");
      assert.deepEqual(decoded.question, { name, type: 65, class: 1, bytes: hex(`${bytes} 0041 0001`) });
    });
  }

  const edns: readonly (readonly [what: string, opt: string, edns: object])[] = [
    ["EDNS", "00 0029 04d0 00000000 0000", { version: 0, udpSize: 1232, dnssecOk: false }],
    ["a smaller size than all have", "00 0029 0000 00000000 0000", { version: 0, udpSize: 512, dnssecOk: false }],
    ["another version", "00 0029 1000 00010000 0000", { version: 1, udpSize: 4096, dnssecOk: false }],
    ["DNSSEC wanted", "00 0029 1000 00008000 0000", { version: 0, udpSize: 4096, dnssecOk: true }],
    ["a cookie", "00 0029 1000 00000000 000c 000a 0008 0102030405060708", { version: 0, udpSize: 4096, dnssecOk: false }],
    ["options that are none", "00 0029 1000 00000000 0003 0008 ff", { version: 0, udpSize: 4096, dnssecOk: false }],
  ];
  for (const [what, opt, expected] of edns) {
    test(`with ${what}`, () => {
      const decoded = decodePacket(hex(`${HEAD} 0001 ${QUESTION} ${opt}`));
      assert.ok(decoded.kind === "packet");
      assert.deepEqual(decoded.edns, expected);
      assert.deepEqual(decoded.question?.bytes, hex(QUESTION));
    });
  }

  test("with other records around, such as TSIG", () => {
    const tsig = `${nameHex("a.key")} 00fa 00ff 00000000 0000`;
    const soa = "00 0006 0001 00000000 0016 00 00 00000007 00000000 00000000 00000000 00000000";
    const decoded = decodePacket(
      hex(`abcd 0100 0001 0000 0001 0002 ${nameHex("example.com")} 00fb 0001 ${soa} 00 0029 04d0 00000000 0000 ${tsig}`),
    );
    assert.ok(decoded.kind === "packet");
    assert.deepEqual([decoded.question?.type, decoded.edns?.udpSize], [RecordType.IXFR, 1232]);
    assert.deepEqual(
      decoded.authorities.map(({ type, data }) => [type, data.length]),
      [[RecordType.SOA, 22]],
    );
  });

  const counts: readonly (readonly [what: string, bytes: string])[] = [
    ["none", "abcd 0100 0000 0000 0000 0000"],
    ["two", `abcd 0100 0002 0000 0000 0000 ${QUESTION} ${QUESTION}`],
  ];
  for (const [what, bytes] of counts) {
    test(`or ${what}`, () => {
      const decoded = decodePacket(hex(bytes));
      assert.deepEqual(decoded, { kind: "packet", header: HEADER, question: undefined, edns: undefined, authorities: [] });
    });
  }
});

describe("what is malformed", () => {
  const OPT = "00 0029 04d0 00000000 0000";
  const misplaced = "has an OPT record too many, or in the wrong place";
  const cases: readonly (readonly [what: string, bytes: string, problem: string, header: Header | undefined])[] = [
    ["nothing", "", "has no whole header", undefined],
    ["eleven bytes", "abcd 0100 0001 0000 0000 00", "has no whole header", undefined],
    ["a header that promises more", "abcd 0100 ffff ffff ffff ffff", "is shorter than its numbers of records say", HEADER],
    ["two OPT records", `${HEAD} 0002 ${QUESTION} ${OPT} ${OPT}`, misplaced, HEADER],
    ["an OPT record with a name", `${HEAD} 0001 ${QUESTION} ${nameHex("a")} ${OPT.slice(3)}`, misplaced, HEADER],
    ["an OPT record among the answers", `abcd 0100 0001 0001 0000 0000 ${QUESTION} ${OPT}`, misplaced, HEADER],
  ];
  for (const [what, bytes, problem, header] of cases)
    test(what, () => assert.deepEqual(decodePacket(hex(bytes)), { kind: "malformed", header, problem }));
});

const SOA: Answer = {
  type: "SOA",
  name: "example.com",
  ttl: 60,
  data: { mname: "ns.example.com", rname: "hostmaster.example.com", serial: 0xfffffffe, refresh: 1, retry: 2, expire: 3, minimum: 4 },
};
const REPLY: Reply = {
  header: { id: 0xbeef, qr: true, opcode: 0, aa: true, tc: false, rd: true, ra: false, rcode: 0 },
  question: hex(QUESTION),
  answers: [],
  authorities: [],
  additionals: [],
  udpSize: undefined,
};

describe("an answer is encoded", () => {
  const names = { ns: nameHex("ns.example.com"), com: nameHex("example.com") };
  const cases: readonly (readonly [what: string, reply: Partial<Reply>, bytes: string])[] = [
    ["without records", {}, `beef 8500 0001 0000 0000 0000 ${QUESTION}`],
    ["without a question", { question: undefined }, "beef 8500 0000 0000 0000 0000"],
    [
      "with all flags",
      { header: { id: 1, qr: true, opcode: 5, aa: true, tc: true, rd: true, ra: true, rcode: 5 } },
      `0001 af85 0001 0000 0000 0000 ${QUESTION}`,
    ],
    ["as a request", { header: { ...REPLY.header, qr: false, opcode: 4, rd: false } }, `beef 2400 0001 0000 0000 0000 ${QUESTION}`],
    ["with EDNS", { udpSize: 1232 }, `beef 8500 0001 0000 0000 0001 ${QUESTION} 00 0029 04d0 00000000 0000`],
    [
      "with EDNS and the wish for DNSSEC",
      { udpSize: 1232, dnssecOk: true },
      `beef 8500 0001 0000 0000 0001 ${QUESTION} 00 0029 04d0 00008000 0000`,
    ],
    [
      "BADVERS",
      { udpSize: 1232, header: { ...REPLY.header, rcode: Rcode.BADVERS } },
      `beef 8500 0001 0000 0000 0001 ${QUESTION} 00 0029 04d0 01000000 0000`,
    ],
    [
      "with addresses",
      {
        answers: [
          { type: "A", name: "example.com", ttl: 60, data: "192.0.2.1" },
          { type: "AAAA", name: "example.com", ttl: 60, data: "2001:db8::1" },
        ],
      },
      `beef 8500 0001 0002 0000 0000 ${QUESTION} ${names.com} 0001 0001 0000003c 0004 c0000201 ${names.com} 001c 0001 0000003c 0010 20010db8000000000000000000000001`,
    ],
    [
      "with an SOA record",
      { authorities: [SOA] },
      `beef 8500 0001 0000 0001 0000 ${QUESTION} ${names.com} 0006 0001 0000003c 003c ${names.ns} ${nameHex("hostmaster.example.com")} fffffffe 00000001 00000002 00000003 00000004`,
    ],
    [
      "with names and text",
      {
        answers: [{ type: "PTR", name: "example.com", ttl: 0, data: "ns.example.com" }],
        additionals: [{ type: "TXT", name: "ns.example.com", ttl: 1, data: ["a b", "c"] }],
      },
      `beef 8500 0001 0001 0000 0001 ${QUESTION} ${names.com} 000c 0001 00000000 0010 ${names.ns} ${names.ns} 0010 0001 00000001 0006 03 612062 01 63`,
    ],
  ];
  for (const [what, reply, bytes] of cases)
    test(what, () => assert.equal(toHex(encodePacket({ ...REPLY, ...reply })), bytes.replace(/\s/g, "")));

  test("with a question that is no text", () => {
    const question = hex("03 ff2e00 01 41 00 0001 0001");
    const { questions, answers } = decode(Buffer.from(encodePacket({ ...REPLY, question, answers: [SOA] })));
    assert.deepEqual([questions?.length, answers?.length], [1, 1]);
    assert.deepEqual(encodePacket({ ...REPLY, question }).subarray(12), question);
  });

  test("with SERVFAIL, when a record cannot be", () => {
    const reply = encodePacket({
      ...REPLY,
      udpSize: 1232,
      answers: [
        { type: "A", name: "example.com", data: "no address" },
        { type: "NULL", name: "a", data: 5 as never },
      ],
    });
    assert.equal(toHex(reply), `beef 8502 0001 0000 0000 0001 ${QUESTION} 00 0029 04d0 00000000 0000`.replace(/\s/g, ""));
  });
});

test("what is encoded is read, and the other way round", () => {
  const query = decodePacket(encodeQuery({ id: 7, name: "host.example.com", type: RecordType.A, udpSize: 4096, recursionDesired: true }));
  assert.ok(query.kind === "packet" && query.question !== undefined);
  const reply = encodePacket({
    ...REPLY,
    header: { ...query.header, qr: true },
    question: query.question.bytes,
    answers: [{ type: "A", name: query.question.name, ttl: 60, data: "192.0.2.1" }],
  });
  const read = readRecords(reply);
  assert.ok(read.problem === undefined);
  assert.deepEqual(read.header, { id: 7, qr: true, opcode: 0, aa: false, tc: false, rd: true, ra: false, rcode: 0 });
  assert.deepEqual(
    read.answers.map(({ name, type, ttl, data }) => [name, type, ttl, toHex(data)]),
    [["host.example.com", 1, 60, "c0000201"]],
  );
  assert.equal(readU16(reply, 6), 1);
});

describe("the library reads the same, of messages that are in order", () => {
  const ALL: Reply = {
    ...REPLY,
    answers: [
      { type: "A", name: "a.example.com", ttl: 1, data: "192.0.2.1" },
      { type: "AAAA", name: "b.example.com", ttl: 2, data: "2001:db8::1" },
      { type: "CNAME", name: "c.example.com", ttl: 3, data: "a.example.com" },
    ],
    authorities: [SOA, { type: "NS", name: "example.com", ttl: 4, data: "ns.example.com" }],
    additionals: [
      { type: "PTR", name: "1.2.0.192.in-addr.arpa", ttl: 0x7fffffff, data: "a.example.com" },
      { type: "TXT", name: "a.example.com", ttl: 0, data: ["reserved"] },
    ],
  };
  const COMPRESSED = hex(`abcd 8583 0001 0002 0001 0000
    04 686f7374 07 6578616d706c65 03 636f6d 00 0001 0001
    c00c 0001 0001 0000003c 0004 c0000201
    c011 000c 0001 7fffffff 0005 02 6e73 c011
    c011 0006 0001 00000e10 0021 02 6e73 c011 05 61646d696e c011 00000001 00000002 00000003 00000004 00000005`);

  /** The data as the library has it. */
  const dataOf = ({ type, data }: ResourceRecord): unknown => {
    if (type === RecordType.A) return data.join(".");
    if (type === RecordType.AAAA) return formatIpv6(data);
    if (type === RecordType.TXT) return [Buffer.from(data.subarray(1))];
    return type === RecordType.SOA ? serialOfSoa(data) : nameOfData(data);
  };
  const cases: readonly (readonly [what: string, message: Uint8Array])[] = [
    ["records of all types", encodePacket(ALL)],
    ["compressed names", COMPRESSED],
    ["a question", encodeQuery({ id: 9, name: "a.b", type: RecordType.SOA, recursionDesired: true })],
    ["a question with EDNS", encodeQuery({ id: 9, name: "a.b", type: RecordType.SOA, udpSize: 1232 })],
  ];
  for (const [what, message] of cases) {
    test(what, () => {
      const read = readRecords(message);
      assert.ok(read.problem === undefined);
      const { id, flag_qr, flag_aa, flag_tc, flag_rd, flag_ra, ...decoded } = decode(Buffer.from(message));
      const { header } = read;
      assert.deepEqual(
        [id, flag_qr, flag_aa, flag_tc, flag_rd, flag_ra],
        [header.id, header.qr, header.aa, header.tc, header.rd, header.ra],
      );
      assert.deepEqual(
        decoded.questions,
        read.questions.map(({ name, type }) => ({ name, type: nameOfType(type), class: "IN" })),
      );
      for (const section of ["answers", "authorities", "additionals"] as const) {
        assert.deepEqual(
          decoded[section]?.map((one) => {
            if (one.type === "OPT") return [".", "OPT", one.udpPayloadSize];
            return [one.name, one.type, one.ttl, one.type === "SOA" ? one.data.serial : one.data];
          }),
          read[section].map((one) => {
            if (one.type === RecordType.OPT) return [".", "OPT", one.class];
            return [one.name, nameOfType(one.type), one.ttl, dataOf(one)];
          }),
        );
      }
    });
  }
});
