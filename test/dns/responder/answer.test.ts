import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Answered, type Asked, answer, answerByTcpOnly } from "../../../src/dns/responder/answer.ts";
import type { Authority } from "../../../src/dns/responder/authority.ts";
import { writeU16, writeU32 } from "../../../src/net/bytes.ts";
import { wireOfName } from "../../../src/wire/dns/name.ts";
import { Opcode, RecordType } from "../../../src/wire/dns/type-code.ts";
import { HeaderField, writeMessage, writeQuestion, writeRecord } from "../../../src/wire/dns/write.ts";
import { claim, nameTable, reservation } from "../name-table.ts";
import { authorityOf, NOW, question, SERIAL, shown, withOpcode } from "./support.ts";

const { A, AAAA, PTR, TXT, SOA, NS, ANY, AXFR, IXFR, DHCID, CNAME } = RecordType;

const NAMES = nameTable(
  claim("laptop.lan", "192.168.5.9", { expiry: NOW + 3600 }),
  claim("laptop.lan", "2001:db8::9", { expiry: NOW + 7200.5 }),
  claim("phone.lan", "192.168.5.10", { expiry: NOW + 20.9 }),
  claim("late.lan", "192.168.5.11", { expiry: NOW - 5 }),
  claim("desk.floor2.lan", "192.168.5.12"),
  claim("host.example", "192.168.5.13"),
  claim("only6.lan", "2001:db8::14"),
  claim("ns.lan", "192.168.5.15"),
  reservation("printer.lan", "192.168.5.20"),
);
const AUTHORITY = authorityOf(NAMES);

const LAN = (ttl: number): string => `lan ${ttl} SOA ns.lan hostmaster.lan ${SERIAL} 900 60 604800 60`;
const REVERSE = (ttl: number): string => `5.168.192.in-addr.arpa ${ttl} SOA ns.lan hostmaster.lan ${SERIAL} 900 60 604800 60`;
const REVERSE6 = (ttl: number): string => `8.b.d.0.1.0.0.2.ip6.arpa ${ttl} SOA ns.lan hostmaster.lan ${SERIAL} 900 60 604800 60`;
const LAPTOP6 = "9.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa";

const BY_UDP: Asked = { over: "udp", mayTransfer: false, now: NOW };

function ask(bytes: Uint8Array, asked: Partial<Asked> = {}, authority: Authority = AUTHORITY): Answered {
  return answer(bytes, authority, { ...BY_UDP, ...asked });
}

function textOf(answered: Answered): readonly string[] {
  return answered.kind === "answer"
    ? shown(answered.bytes)
    : [answered.kind === "silence" ? answered.reason : `transfer of ${answered.zone.name}`];
}

describe("a question", () => {
  const TABLE: readonly [name: string, type: number, answer: readonly string[]][] = [
    ["laptop.lan", A, ["7 NOERROR qr aa rd", "? laptop.lan A", "= laptop.lan 300 A 192.168.5.9"]],
    ["laptop.lan", AAAA, ["7 NOERROR qr aa rd", "? laptop.lan AAAA", "= laptop.lan 300 AAAA 2001:db8::9"]],
    ["laptop.lan", ANY, ["7 NOERROR qr aa rd", "? laptop.lan ANY", "= laptop.lan 300 A 192.168.5.9", "= laptop.lan 300 AAAA 2001:db8::9"]],
    [
      "laptop.lan",
      TXT,
      [
        "7 NOERROR qr aa rd",
        "? laptop.lan TXT",
        "= laptop.lan 300 TXT lease expires=2026-11-18T12:08:20Z",
        "= laptop.lan 300 TXT lease expires=2026-11-18T13:08:20Z",
      ],
    ],
    // No record outlives its lease.
    ["phone.lan", A, ["7 NOERROR qr aa rd", "? phone.lan A", "= phone.lan 20 A 192.168.5.10"]],
    ["late.lan", A, ["7 NOERROR qr aa rd", "? late.lan A", "= late.lan 0 A 192.168.5.11"]],
    ["printer.lan", A, ["7 NOERROR qr aa rd", "? printer.lan A", "= printer.lan 300 A 192.168.5.20"]],
    ["printer.lan", TXT, ["7 NOERROR qr aa rd", "? printer.lan TXT", "= printer.lan 300 TXT reserved"]],
    ["desk.floor2.lan", TXT, ["7 NOERROR qr aa rd", "? desk.floor2.lan TXT", "= desk.floor2.lan 300 TXT lease expires=never"]],
    // The name is there, the record is not.
    ["only6.lan", A, ["7 NOERROR qr aa rd", "? only6.lan A", `^ ${LAN(60)}`]],
    ["laptop.lan", CNAME, ["7 NOERROR qr aa rd", "? laptop.lan CNAME", `^ ${LAN(60)}`]],
    ["laptop.lan", DHCID, ["7 NOERROR qr aa rd", "? laptop.lan DHCID", `^ ${LAN(60)}`]],
    ["laptop.lan", 65, ["7 NOERROR qr aa rd", "? laptop.lan UNKNOWN_65", `^ ${LAN(60)}`]],
    // There is a name below it.
    ["floor2.lan", A, ["7 NOERROR qr aa rd", "? floor2.lan A", `^ ${LAN(60)}`]],
    ["floor2.lan", ANY, ["7 NOERROR qr aa rd", "? floor2.lan ANY", `^ ${LAN(60)}`]],
    ["nobody.lan", A, ["7 NXDOMAIN qr aa rd", "? nobody.lan A", `^ ${LAN(60)}`]],
    ["a.laptop.lan", A, ["7 NXDOMAIN qr aa rd", "? a.laptop.lan A", `^ ${LAN(60)}`]],
    ["nobody.lan", ANY, ["7 NXDOMAIN qr aa rd", "? nobody.lan ANY", `^ ${LAN(60)}`]],
    // The zone itself.
    ["lan", SOA, ["7 NOERROR qr aa rd", "? lan SOA", `= ${LAN(300)}`]],
    ["lan", NS, ["7 NOERROR qr aa rd", "? lan NS", "= lan 300 NS ns.lan", "+ ns.lan 300 A 192.168.5.1"]],
    ["lan", ANY, ["7 NOERROR qr aa rd", "? lan ANY", `= ${LAN(300)}`, "= lan 300 NS ns.lan"]],
    ["lan", A, ["7 NOERROR qr aa rd", "? lan A", `^ ${LAN(60)}`]],
    // The name of this server no client gets by calling itself so.
    ["ns.lan", A, ["7 NOERROR qr aa rd", "? ns.lan A", "= ns.lan 300 A 192.168.5.1"]],
    ["ns.lan", AAAA, ["7 NOERROR qr aa rd", "? ns.lan AAAA", `^ ${LAN(60)}`]],
    ["ns.lan", TXT, ["7 NOERROR qr aa rd", "? ns.lan TXT", `^ ${LAN(60)}`]],
    // From addresses to names.
    [
      "9.5.168.192.in-addr.arpa",
      PTR,
      ["7 NOERROR qr aa rd", "? 9.5.168.192.in-addr.arpa PTR", "= 9.5.168.192.in-addr.arpa 300 PTR laptop.lan"],
    ],
    [
      "9.5.168.192.in-addr.arpa",
      ANY,
      ["7 NOERROR qr aa rd", "? 9.5.168.192.in-addr.arpa ANY", "= 9.5.168.192.in-addr.arpa 300 PTR laptop.lan"],
    ],
    [
      "10.5.168.192.in-addr.arpa",
      PTR,
      ["7 NOERROR qr aa rd", "? 10.5.168.192.in-addr.arpa PTR", "= 10.5.168.192.in-addr.arpa 20 PTR phone.lan"],
    ],
    [
      "20.5.168.192.in-addr.arpa",
      TXT,
      ["7 NOERROR qr aa rd", "? 20.5.168.192.in-addr.arpa TXT", "= 20.5.168.192.in-addr.arpa 300 TXT reserved"],
    ],
    [
      "13.5.168.192.in-addr.arpa",
      PTR,
      ["7 NOERROR qr aa rd", "? 13.5.168.192.in-addr.arpa PTR", "= 13.5.168.192.in-addr.arpa 300 PTR host.example"],
    ],
    [LAPTOP6, PTR, ["7 NOERROR qr aa rd", `? ${LAPTOP6} PTR`, `= ${LAPTOP6} 300 PTR laptop.lan`]],
    ["9.5.168.192.in-addr.arpa", A, ["7 NOERROR qr aa rd", "? 9.5.168.192.in-addr.arpa A", `^ ${REVERSE(60)}`]],
    ["99.5.168.192.in-addr.arpa", PTR, ["7 NXDOMAIN qr aa rd", "? 99.5.168.192.in-addr.arpa PTR", `^ ${REVERSE(60)}`]],
    ["256.5.168.192.in-addr.arpa", PTR, ["7 NXDOMAIN qr aa rd", "? 256.5.168.192.in-addr.arpa PTR", `^ ${REVERSE(60)}`]],
    ["1.9.5.168.192.in-addr.arpa", PTR, ["7 NXDOMAIN qr aa rd", "? 1.9.5.168.192.in-addr.arpa PTR", `^ ${REVERSE(60)}`]],
    ["5.168.192.in-addr.arpa", SOA, ["7 NOERROR qr aa rd", "? 5.168.192.in-addr.arpa SOA", `= ${REVERSE(300)}`]],
    [
      "5.168.192.in-addr.arpa",
      NS,
      ["7 NOERROR qr aa rd", "? 5.168.192.in-addr.arpa NS", "= 5.168.192.in-addr.arpa 300 NS ns.lan", "+ ns.lan 300 A 192.168.5.1"],
    ],
    // There may be addresses below it.
    ["0.0.8.b.d.0.1.0.0.2.ip6.arpa", PTR, ["7 NOERROR qr aa rd", "? 0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR", `^ ${REVERSE6(60)}`]],
    ["g.0.8.b.d.0.1.0.0.2.ip6.arpa", PTR, ["7 NXDOMAIN qr aa rd", "? g.0.8.b.d.0.1.0.0.2.ip6.arpa PTR", `^ ${REVERSE6(60)}`]],
    // Nothing is known of others.
    ["host.example", A, ["7 REFUSED qr rd", "? host.example A"]],
    ["", NS, ["7 REFUSED qr rd", "? . NS"]],
    ["x\\.lan", A, ["7 REFUSED qr rd", "? x.lan A"]],
    ["168.192.in-addr.arpa", PTR, ["7 REFUSED qr rd", "? 168.192.in-addr.arpa PTR"]],
  ];
  for (const [name, type, expected] of TABLE) {
    test(`of ${type} of ${name || "the root"}`, () => {
      assert.deepEqual(textOf(ask(question(name, type))), expected);
      assert.deepEqual(textOf(ask(question(name, type), { over: "tcp" })), expected);
    });
  }

  test("is answered whatever its capitals are, and comes back with them", () => {
    const asked = question("laptop.lan", A);
    for (const at of [13, 15, 20]) asked[at] = (asked[at] as number) - 32;
    const answered = ask(asked);
    assert.deepEqual(textOf(answered), ["7 NOERROR qr aa rd", "? LaPtop.Lan A", "= laptop.lan 300 A 192.168.5.9"]);
  });

  test("comes back byte for byte if its name is no text", () => {
    const asked = question("\\255\\000x.lan", A);
    const answered = ask(asked);
    assert.ok(answered.kind === "answer" && answered.rcode === 3);
    assert.deepEqual(answered.bytes.subarray(12, asked.length), asked.subarray(12));
  });

  test("of another class is refused", () => {
    assert.deepEqual(textOf(ask(question("version.bind", TXT, 3))), ["7 REFUSED qr rd", "? version.bind TXT CH"]);
    assert.deepEqual(textOf(ask(question("laptop.lan", A, 255))), ["7 REFUSED qr rd", "? laptop.lan A ANY"]);
  });

  test("is answered from nothing but the present", () => {
    const names = nameTable(claim("a.b.c.lan", "192.168.5.9"));
    const authority = authorityOf(names);
    const rcodeOf = (name: string): number | undefined => {
      const answered = ask(question(name, A), {}, authority);
      return answered.kind === "answer" ? answered.rcode : undefined;
    };
    assert.deepEqual(["a.b.c.lan", "b.c.lan", "c.lan", "x.lan"].map(rcodeOf), [0, 0, 0, 3]);
    authority.branches.changed(names.put(claim("x.lan", "192.168.5.9"), claim("d.c.lan", "192.168.5.10")));
    assert.deepEqual(["a.b.c.lan", "b.c.lan", "c.lan", "x.lan"].map(rcodeOf), [3, 3, 0, 0]);
    authority.branches.changed(names.remove("192.168.5.10"));
    assert.deepEqual(["a.b.c.lan", "b.c.lan", "c.lan", "d.c.lan"].map(rcodeOf), [3, 3, 3, 3]);
  });

  test("of the name of this server is answered with what is reserved for it", () => {
    const authority = authorityOf(nameTable(reservation("ns.lan", "192.168.5.3"), claim("ns.lan", "192.168.5.4")));
    assert.deepEqual(textOf(ask(question("ns.lan", A), {}, authority)), ["7 NOERROR qr aa rd", "? ns.lan A", "= ns.lan 300 A 192.168.5.3"]);
    assert.deepEqual(textOf(ask(question("lan", NS), {}, authority)).at(-1), "+ ns.lan 300 A 192.168.5.3");
  });

  test("of a reverse zone alone is answered by a server that is called something in it", () => {
    const authority = authorityOf(nameTable(), ["5.168.192.in-addr.arpa"]);
    assert.deepEqual(textOf(ask(question("ns.5.168.192.in-addr.arpa", A), {}, authority)), [
      "7 NOERROR qr aa rd",
      "? ns.5.168.192.in-addr.arpa A",
      "= ns.5.168.192.in-addr.arpa 300 A 192.168.5.1",
    ]);
  });

  test("of a zone within another is answered from the smaller one, and the larger knows that it is there", () => {
    const authority = authorityOf(nameTable(claim("a.x.y.lan", "192.168.5.9")), ["lan", "x.y.lan"]);
    assert.deepEqual(
      textOf(ask(question("b.x.y.lan", A), {}, authority)).at(-1),
      `^ x.y.lan 60 SOA ns.x.y.lan hostmaster.x.y.lan ${SERIAL} 900 60 604800 60`,
    );
    assert.deepEqual(textOf(ask(question("y.lan", A), {}, authority))[0], "7 NOERROR qr aa rd");
    assert.deepEqual(textOf(ask(question("z.lan", A), {}, authority))[0], "7 NXDOMAIN qr aa rd");
  });

  test("about leases of a short time to live has a shorter one still for what there is not", () => {
    const authority = authorityOf(NAMES, ["lan"], { ttl: 30 });
    assert.deepEqual(
      textOf(ask(question("nobody.lan", A), {}, authority)).at(-1),
      `^ lan 30 SOA ns.lan hostmaster.lan ${SERIAL} 900 60 604800 30`,
    );
  });
});

/** A question with an OPT record: its size, its version, and the flag of DNSSEC. */
function withOpt(bytes: Uint8Array, size: number, version = 0, more: readonly Uint8Array[] = []): Uint8Array {
  const opt = writeRecord("", RecordType.OPT, size, (version << 16) | 0x8000, new Uint8Array(0));
  const all = [opt, ...more];
  const message = new Uint8Array(bytes.length + all.reduce((sum, one) => sum + one.length, 0));
  message.set(bytes);
  let at = bytes.length;
  for (const one of all) {
    message.set(one, at);
    at += one.length;
  }
  writeU16(message, HeaderField.additionals, all.length);
  return message;
}

describe("EDNS", () => {
  test("is answered with what this server takes", () => {
    assert.deepEqual(textOf(ask(withOpt(question("laptop.lan", A), 4096))), [
      "7 NOERROR qr aa rd",
      "? laptop.lan A",
      "= laptop.lan 300 A 192.168.5.9",
      "+ OPT 1232 0 0 do",
    ]);
  });

  test("without the wish for DNSSEC is answered without it", () => {
    const asked = withOpt(question("laptop.lan", A), 1232);
    asked[asked.length - 4] = 0;
    assert.deepEqual(textOf(ask(asked)).at(-1), "+ OPT 1232 0 0");
  });

  test("of a version that is not known is told so", () => {
    assert.deepEqual(textOf(ask(withOpt(question("laptop.lan", A), 4096, 1))), ["7 NOERROR qr rd", "? laptop.lan A", "+ OPT 1232 1 0 do"]);
  });

  test("is there once", () => {
    const twice = withOpt(question("laptop.lan", A), 4096, 0, [writeRecord("", RecordType.OPT, 512, 0, new Uint8Array(0))]);
    assert.deepEqual(textOf(ask(twice)), ["7 FORMERR qr rd"]);
  });

  const MANY = nameTable(...Array.from({ length: 40 }, (_, i) => claim("many.lan", `192.168.5.${i + 1}`)));
  const SIZES: readonly [size: number | undefined, over: "udp" | "tcp", count: number, isTruncated: boolean][] = [
    [undefined, "udp", 0, true],
    [512, "udp", 0, true],
    [100, "udp", 0, true],
    [996, "udp", 0, true],
    [997, "udp", 40, false],
    [1232, "udp", 40, false],
    [65_535, "udp", 40, false],
    [undefined, "tcp", 40, false],
    [512, "tcp", 40, false],
  ];
  for (const [size, over, count, isTruncated] of SIZES) {
    test(`with a size of ${size ?? "nothing"} by ${over} gives ${count} records of 40`, () => {
      const asked = question("many.lan", A);
      const answered = ask(size === undefined ? asked : withOpt(asked, size), { over }, authorityOf(MANY));
      assert.ok(answered.kind === "answer");
      const text = shown(answered.bytes);
      assert.equal(text[0], isTruncated ? "7 NOERROR qr aa tc rd" : "7 NOERROR qr aa rd");
      assert.equal(answered.truncated, isTruncated);
      assert.equal(text.filter((line) => line.startsWith("=")).length, count);
      assert.equal(text.at(-1) === "+ OPT 1232 0 0 do", size !== undefined);
    });
  }

  test("by TCP has a hundred addresses of one name, however many there are", () => {
    const names = nameTable(...Array.from({ length: 5000 }, (_, i) => claim("many.lan", `10.0.${i >> 8}.${i & 255}`)));
    const answered = ask(question("many.lan", A), { over: "tcp" }, authorityOf(names));
    assert.ok(answered.kind === "answer");
    assert.equal(shown(answered.bytes).filter((line) => line.startsWith("=")).length, 100);
    assert.equal(answered.truncated, false);
  });

  test("with a size that may be divided on the way gives no more than is not", () => {
    const names = nameTable(...Array.from({ length: 60 }, (_, i) => claim("many.lan", `192.168.5.${i + 1}`)));
    const answered = ask(withOpt(question("many.lan", A), 65_535), {}, authorityOf(names));
    assert.deepEqual(textOf(answered), ["7 NOERROR qr aa tc rd", "? many.lan A", "+ OPT 1232 0 0 do"]);
  });

  test("of a size that is too small for more than the answer leaves out what was not asked for", () => {
    const addresses = Array.from({ length: 30 }, (_, i) => Uint8Array.of(10, 0, 0, i));
    const authority = authorityOf(NAMES, ["lan"], { addresses });
    assert.deepEqual(textOf(ask(question("lan", NS), {}, authority)), ["7 NOERROR qr aa rd", "? lan NS", "= lan 300 NS ns.lan"]);
    assert.equal(textOf(ask(question("lan", NS), { over: "tcp" }, authority)).length, 33);
  });
});

describe("what is no question", () => {
  const NOTIFY = withOpcode(question("lan", SOA), Opcode.NOTIFY);
  const two = writeMessage(7, 0, {
    questions: [writeQuestion("lan", A), writeQuestion("lan", NS)],
    answers: [],
    authorities: [],
    additionals: [],
  });
  const TABLE: readonly [what: string, bytes: Uint8Array, said: readonly string[]][] = [
    ["nothing", new Uint8Array(0), ["malformed"]],
    ["half a header", new Uint8Array(11), ["malformed"]],
    ["an answer", withOpcode(question("laptop.lan", A), 16), ["response"]],
    ["a header alone", Uint8Array.of(0, 7, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0), ["7 FORMERR qr rd"]],
    ["two questions", two, ["7 FORMERR qr"]],
    ["a question that is cut off", question("laptop.lan", A).subarray(0, 20), ["7 FORMERR qr rd"]],
    ["a question with bytes behind it", Uint8Array.of(...question("laptop.lan", A), 0), ["7 FORMERR qr rd"]],
    ["NOTIFY", NOTIFY, ["7 NOTIMP qr"]],
    ["UPDATE", withOpcode(question("lan", SOA), Opcode.UPDATE), ["7 NOTIMP qr"]],
    ["STATUS", withOpcode(question("lan", SOA), 2), ["7 NOTIMP qr"]],
    ["another one that is cut off", NOTIFY.subarray(0, 14), ["7 NOTIMP qr"]],
  ];
  for (const [what, bytes, said] of TABLE) test(`${what}: ${said[0]}`, () => assert.deepEqual(textOf(ask(bytes)), said));
});

/** The question of a secondary that has the zone of this serial number. */
function incremental(name: string, serial: number | undefined): Uint8Array {
  const data = Uint8Array.of(...wireOfName("ns.lan"), ...wireOfName("hostmaster.lan"), ...new Uint8Array(20));
  if (serial !== undefined) writeU32(data, data.length - 20, serial);
  const authorities = serial === undefined ? [] : [writeRecord(name, SOA, 1, 0, data)];
  return writeMessage(7, 0, { questions: [writeQuestion(name, IXFR)], answers: [], authorities, additionals: [] });
}

describe("a whole zone", () => {
  const SOA_ONLY = ["7 NOERROR qr aa", "? lan IXFR", `= ${LAN(300)}`];
  const TABLE: readonly [what: string, bytes: Uint8Array, asked: Partial<Asked>, said: readonly string[]][] = [
    ["is refused to strangers", question("lan", AXFR), { over: "tcp" }, ["7 REFUSED qr rd", "? lan AXFR"]],
    ["is refused to strangers who have an older one", incremental("lan", 1), { over: "tcp" }, ["7 REFUSED qr", "? lan IXFR"]],
    ["is sent to a secondary", question("lan", AXFR), { over: "tcp", mayTransfer: true }, ["transfer of lan"]],
    ["is not sent by UDP", question("lan", AXFR), { mayTransfer: true }, ["7 FORMERR qr rd", "? lan AXFR"]],
    ["is no name in it", question("laptop.lan", AXFR), { over: "tcp", mayTransfer: true }, ["7 NOTAUTH qr rd", "? laptop.lan AXFR"]],
    ["of others is refused", question("example", AXFR), { over: "tcp", mayTransfer: true }, ["7 REFUSED qr rd", "? example AXFR"]],
    ["is sent for an older one", incremental("lan", SERIAL - 1), { over: "tcp", mayTransfer: true }, ["transfer of lan"]],
    ["is not sent to who has it", incremental("lan", SERIAL), { over: "tcp", mayTransfer: true }, SOA_ONLY],
    ["is not sent to who has a newer one", incremental("lan", SERIAL + 1), { over: "tcp", mayTransfer: true }, SOA_ONLY],
    [
      "is sent for one from before the numbers began anew",
      incremental("lan", SERIAL + 0x8000_0001),
      { over: "tcp", mayTransfer: true },
      ["transfer of lan"],
    ],
    ["is asked for by TCP, says the answer by UDP", incremental("lan", 1), { mayTransfer: true }, SOA_ONLY],
    [
      "that is not told which one there is",
      incremental("lan", undefined),
      { over: "tcp", mayTransfer: true },
      ["7 FORMERR qr", "? lan IXFR"],
    ],
  ];
  for (const [what, bytes, asked, said] of TABLE) test(what, () => assert.deepEqual(textOf(ask(bytes, asked)), said));
});

describe("who asks too much", () => {
  test("is told to ask by TCP, in no more bytes than came", () => {
    const asked = question("laptop.lan", A);
    const short = answerByTcpOnly(asked);
    assert.deepEqual(short && shown(short), ["7 NOERROR qr tc rd", "? laptop.lan A"]);
    assert.equal(short?.length, asked.length);
    const withEdns = withOpt(asked, 4096);
    assert.equal(answerByTcpOnly(withEdns)?.length, withEdns.length);
  });

  test("is told nothing if it is no question", () => {
    for (const bytes of [
      new Uint8Array(5),
      new Uint8Array(12),
      withOpcode(question("lan", A), 16),
      withOpcode(question("lan", A), Opcode.NOTIFY),
    ])
      assert.equal(answerByTcpOnly(bytes), undefined);
  });
});
