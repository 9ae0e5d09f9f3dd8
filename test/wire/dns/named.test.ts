import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, type TestContext, test } from "node:test";
import { readU16, toHex, writeU16 } from "../../../src/net/bytes.ts";
import { dhcidOf } from "../../../src/wire/dns/dhcid.ts";
import { encodeQuery } from "../../../src/wire/dns/query.ts";
import { readHeader, readRecords } from "../../../src/wire/dns/read.ts";
import { sign, type Verified, verify } from "../../../src/wire/dns/tsig.ts";
import { TSIG_ALGORITHMS, type TsigKey } from "../../../src/wire/dns/tsig-key.ts";
import { createStreamVerifier } from "../../../src/wire/dns/tsig-stream.ts";
import { nameOfRcode, RecordType } from "../../../src/wire/dns/type-code.ts";
import { addressType, type Change, encodeUpdate, nameData, type Prerequisite } from "../../../src/wire/dns/update.ts";
import { type Named, startNamed } from "../../support/bind.ts";
import { requirePrograms } from "../../support/requirement.ts";
import { hex } from "./bytes.ts";

/*
 * BIND takes what is written here, and what it answers is read here. Needs `named` and `dig`.
 */

const PROGRAMS = ["named", "dig"] as const;
const KEYS: readonly TsigKey[] = TSIG_ALGORITHMS.map((algorithm, i) => ({
  name: `${algorithm}.key`,
  algorithm,
  secret: new Uint8Array(20 + 10 * i).map((_, at) => at * 7 + i),
}));
const SHA256 = KEYS[2] as TsigKey;
/** `named` may make MACs of half their length with it. */
const HALF: TsigKey = { name: "half.key", algorithm: "hmac-sha256", secret: new Uint8Array(32).fill(9) };

const zoneOf = ({ name }: TsigKey): string => `${name}.example`;
const base64 = ({ secret }: TsigKey): string => Buffer.from(secret).toString("base64");
const now = (): number => Math.floor(Date.now() / 1000);

/** One `named` with a zone for each key, named after it, that is updated and transferred with it. */
function startWithKeys(t: TestContext): Promise<Named> {
  const keys = KEYS.map((key) => ({ name: key.name, algorithm: key.algorithm as string, secret: base64(key) }));
  const half = { name: HALF.name, algorithm: "hmac-sha256-128", secret: base64(HALF) };
  const zones = [...KEYS, HALF].map((key) => ({ name: zoneOf(key), updates: key.name, transfers: key.name }));
  return startNamed(t, { keys: [...keys, half], zones });
}

/** The answer to a message by UDP. */
async function ask({ address, port }: Named, message: Uint8Array): Promise<Uint8Array> {
  const socket = createSocket("udp4");
  try {
    const answered = once(socket, "message", { signal: AbortSignal.timeout(20_000) });
    socket.send(message, port, address);
    const [bytes] = await answered;
    return Uint8Array.from(bytes);
  } finally {
    socket.close();
  }
}

/** The messages of an answer over TCP, until the server has said all. */
async function askStream(
  { address, port }: Named,
  message: Uint8Array,
  isLast: (answer: Uint8Array) => boolean,
): Promise<readonly Uint8Array[]> {
  const socket = connect(port, address);
  socket.setTimeout(20_000, () => socket.destroy(new Error("no answer")));
  const length = new Uint8Array(2);
  writeU16(length, 0, message.length);
  socket.write(Buffer.concat([length, message]));
  const answers: Uint8Array[] = [];
  let waiting = Buffer.alloc(0);
  for await (const chunk of socket) {
    waiting = Buffer.concat([waiting, chunk]);
    while (waiting.length >= 2 && waiting.length >= 2 + readU16(waiting, 0)) {
      const end = 2 + readU16(waiting, 0);
      answers.push(Uint8Array.from(waiting.subarray(2, end)));
      waiting = waiting.subarray(end);
      if (isLast(answers.at(-1) as Uint8Array)) return answers;
    }
  }
  return answers;
}

interface Asked {
  readonly rcode: string;
  readonly verified: Verified;
  readonly answer: Uint8Array;
  readonly mac: Uint8Array;
}

/** Sends an update that is signed as it was at this time, and judges the answer as of now. */
async function update(
  named: Named,
  key: TsigKey,
  changes: readonly Change[],
  at = now(),
  prerequisites: readonly Prerequisite[] = [],
): Promise<Asked> {
  const { bytes, mac } = sign(encodeUpdate({ id: 4711, zone: zoneOf(key), prerequisites, changes }), key, at);
  const answer = await ask(named, bytes);
  const header = readHeader(answer);
  assert.deepEqual([header?.id, header?.qr, header?.opcode], [4711, true, 5]);
  return { rcode: nameOfRcode(header?.rcode ?? -1), verified: verify(answer, key, mac, now()), answer, mac };
}

const ADDRESS4 = hex("c0000207");
const ADDRESS6 = hex("20010db8000000000000000000000007");

function add(name: string, type: number, data: Uint8Array): Change {
  return { kind: "add", name, type, ttl: 600, data };
}

describe("updates are taken, with each algorithm", () => {
  for (const key of KEYS) {
    test(key.algorithm, async (t) => {
      if (!requirePrograms(t, ...PROGRAMS)) return;
      const named = await startWithKeys(t);
      const host = `host.${zoneOf(key)}`;
      const dhcid = dhcidOf(hex("0001 01 02 03 04 05 06 07"), host);
      const { rcode, verified, answer, mac } = await update(named, key, [
        add(host, addressType(ADDRESS4), ADDRESS4),
        add(host, addressType(ADDRESS6), ADDRESS6),
        add(host, RecordType.DHCID, dhcid),
        add(`ptr.${zoneOf(key)}`, RecordType.PTR, nameData(host)),
      ]);
      assert.deepEqual([rcode, verified.kind], ["NOERROR", "verified"]);

      for (const [name, type, data] of [
        [host, "A", "192.0.2.7"],
        [host, "AAAA", "2001:db8::7"],
        [host, "DHCID", Buffer.from(dhcid).toString("base64")],
        [`ptr.${zoneOf(key)}`, "PTR", host],
      ] as const) {
        const { answers } = await named.query(name, type);
        assert.deepEqual(answers, [{ name, ttl: 600, type, data }]);
      }

      const at = answer.length - 10;
      const changed = answer.with(at, (answer[at] as number) ^ 4);
      assert.deepEqual(verify(changed, key, mac, now()), { kind: "wrong", error: "BADSIG" });
      assert.deepEqual(verify(answer, key, mac.with(0, (mac[0] as number) ^ 1), now()), { kind: "wrong", error: "BADSIG" });
      assert.deepEqual(verify(answer, key, mac, now() + 1000), { kind: "wrong", error: "BADTIME" });
    });
  }
});

test("what is wrong with a signature is told apart (RFC 8945 section 5.2)", async (t) => {
  if (!requirePrograms(t, ...PROGRAMS)) return;
  const named = await startWithKeys(t);
  const changes = [add(`host.${zoneOf(SHA256)}`, RecordType.A, ADDRESS4)];
  const asked = async (key: TsigKey, at = now()): Promise<unknown> => {
    const { rcode, verified } = await update(named, key, changes, at);
    return { rcode, verified };
  };
  const refused = (error: string) => ({ rcode: "NOTAUTH", verified: { kind: "refused", error, signed: false, serverTime: undefined } });

  assert.deepEqual(await asked({ ...SHA256, secret: hex("00") }), refused("BADSIG"));
  for (const [what, key] of [
    ["an unknown name", { ...SHA256, name: "nobody.key" }],
    ["another algorithm", { ...SHA256, algorithm: "hmac-sha512" }],
  ] as const) {
    const message = sign(encodeUpdate({ id: 4711, zone: zoneOf(SHA256), prerequisites: [], changes }), key, now());
    const answer = await ask(named, message.bytes);
    assert.deepEqual(
      { rcode: nameOfRcode(readHeader(answer)?.rcode ?? -1), verified: verify(answer, key, message.mac, now()) },
      refused("BADKEY"),
      what,
    );
  }

  for (const skew of [-4000, 4000]) {
    const { rcode, verified } = await update(named, SHA256, changes, now() + skew);
    assert.ok(verified.kind === "refused" && verified.serverTime !== undefined);
    assert.ok(Math.abs(verified.serverTime - now()) < 60);
    assert.deepEqual([rcode, verified.error, verified.signed], ["NOTAUTH", "BADTIME", true]);
  }

  // Without a signature it is refused, and so is the answer's lack of one to be seen.
  const message = encodeUpdate({ id: 4711, zone: zoneOf(SHA256), prerequisites: [], changes });
  const answer = await ask(named, message);
  assert.equal(nameOfRcode(readHeader(answer)?.rcode ?? -1), "REFUSED");
  assert.deepEqual(verify(answer, SHA256, new Uint8Array(32), now()), { kind: "unsigned" });

  // A signed one that is not allowed is refused with a signature.
  const other = encodeUpdate({ id: 4711, zone: zoneOf(KEYS[0] as TsigKey), prerequisites: [], changes: [] });
  const signed = sign(other, SHA256, now());
  const refusal = await ask(named, signed.bytes);
  assert.equal(nameOfRcode(readHeader(refusal)?.rcode ?? -1), "REFUSED");
  assert.equal(verify(refusal, SHA256, signed.mac, now()).kind, "verified");

  assert.deepEqual((await named.query(`host.${zoneOf(SHA256)}`, "A")).answers, []);
});

test("a server whose keys make half MACs gives a whole one for a whole one", async (t) => {
  if (!requirePrograms(t, ...PROGRAMS)) return;
  const named = await startWithKeys(t);
  const { rcode, verified } = await update(named, HALF, []);
  assert.deepEqual([rcode, verified.kind], ["NOERROR", "verified"]);
});

test("prerequisites are told apart by the result (RFC 2136 section 3.2)", async (t) => {
  if (!requirePrograms(t, ...PROGRAMS)) return;
  const named = await startWithKeys(t);
  const name = `host.${zoneOf(SHA256)}`;
  const none = `none.${zoneOf(SHA256)}`;
  const dhcid = dhcidOf(hex("0000 01 02 03 04 05 06 07"), name);
  const A = RecordType.A;
  const DHCID = RecordType.DHCID;
  assert.equal((await update(named, SHA256, [add(name, A, ADDRESS4), add(name, DHCID, dhcid)])).rcode, "NOERROR");

  const cases: readonly (readonly [prerequisite: Prerequisite, rcode: string])[] = [
    [{ kind: "name-in-use", name }, "NOERROR"],
    [{ kind: "name-in-use", name: none }, "NXDOMAIN"],
    [{ kind: "name-not-in-use", name: none }, "NOERROR"],
    [{ kind: "name-not-in-use", name }, "YXDOMAIN"],
    [{ kind: "rrset-exists", name, type: A }, "NOERROR"],
    [{ kind: "rrset-exists", name, type: RecordType.AAAA }, "NXRRSET"],
    [{ kind: "rrset-absent", name, type: RecordType.AAAA }, "NOERROR"],
    [{ kind: "rrset-absent", name, type: A }, "YXRRSET"],
    [{ kind: "rr-exists", name, type: DHCID, data: dhcid }, "NOERROR"],
    [{ kind: "rr-exists", name, type: DHCID, data: dhcid.with(20, (dhcid[20] as number) ^ 1) }, "NXRRSET"],
    [{ kind: "name-in-use", name: "elsewhere.example" }, "NOTZONE"],
    [{ kind: "name-in-use", name: "a..b" }, "FORMERR"],
  ];
  for (const [prerequisite, rcode] of cases) {
    const { rcode: got, verified } = await update(named, SHA256, [], now(), [prerequisite]);
    // What cannot be parsed cannot be seen to be signed.
    assert.deepEqual([got, verified.kind], [rcode, rcode === "FORMERR" ? "unsigned" : "verified"], JSON.stringify(prerequisite));
  }

  const removals: readonly (readonly [change: Change, left: readonly string[]])[] = [
    [{ kind: "delete-rr", name, type: A, data: hex("c0000263") }, ["A", "DHCID"]],
    [{ kind: "delete-rr", name, type: A, data: ADDRESS4 }, ["DHCID"]],
    [{ kind: "delete-rrset", name, type: DHCID }, []],
    [add(name, A, ADDRESS4), ["A"]],
    [{ kind: "delete-name", name }, []],
  ];
  for (const [change, left] of removals) {
    assert.equal((await update(named, SHA256, [change])).rcode, "NOERROR");
    const there = await Promise.all(["A", "DHCID"].map((type) => named.query(name, type)));
    assert.deepEqual(
      there.flatMap(({ answers }) => answers.map(({ type }) => type)),
      left,
      JSON.stringify(change, (_, value) => (value instanceof Uint8Array ? toHex(value) : value)),
    );
  }
});

test("a zone of many messages is transferred, and verified message by message", async (t) => {
  if (!requirePrograms(t, ...PROGRAMS)) return;
  const zone = "many.example";
  const COUNT = 5000;
  const names = Array.from({ length: COUNT }, (_, i) => `host-${i}`);
  const records = names.map((name, i) => `${name} A 10.1.${i >> 8}.${i & 255}`);
  const key = { name: SHA256.name, algorithm: SHA256.algorithm, secret: base64(SHA256) };
  const named = await startNamed(t, { keys: [key], zones: [{ name: zone, records, transfers: SHA256.name }] });

  const { bytes, mac } = sign(encodeQuery({ id: 99, name: zone, type: RecordType.AXFR }), SHA256, now());
  let isFirst = true;
  const answers = await askStream(named, bytes, (answer) => {
    const message = readRecords(answer);
    assert.equal(message.problem, undefined);
    const isLast =
      message.problem === undefined && !(isFirst && message.answers.length === 1) && message.answers.at(-1)?.type === RecordType.SOA;
    isFirst = false;
    return isLast;
  });
  assert.ok(answers.length > 2);

  const verifier = createStreamVerifier(SHA256, mac);
  const kinds = new Set(answers.map((answer) => verifier.next(answer, now()).kind));
  assert.ok([...kinds].every((kind) => kind === "verified" || kind === "pending"));
  assert.equal(verifier.isWhole(), true);
  const found = answers
    .flatMap((answer) => readRecords(answer))
    .flatMap((message) => (message.problem === undefined ? message.answers : []));
  assert.equal(found.length, COUNT + 3);
  assert.deepEqual(
    new Set(found.filter(({ type }) => type === RecordType.A).map(({ name, data }) => `${name} ${data.join(".")}`)),
    new Set(records.map((record) => record.replace(" A ", `.${zone} `))),
  );

  // One byte of the second message, and one message left out.
  const second = answers[1] as Uint8Array;
  const broken = [second.with(40, (second[40] as number) ^ 1), undefined].map((changed) => {
    const another = createStreamVerifier(SHA256, mac);
    const messages = answers.with(1, changed ?? new Uint8Array(0)).filter(({ length }) => length > 0);
    for (const message of messages) another.next(message, now());
    return another.isWhole();
  });
  assert.deepEqual(broken, [false, false]);
});

test("questions are answered", async (t) => {
  if (!requirePrograms(t, ...PROGRAMS)) return;
  const named = await startNamed(t, { zones: [{ name: "plain.example", records: ["host AAAA 2001:db8::7"] }] });
  const asked = async (message: Uint8Array) => {
    const answer = readRecords(await ask(named, message));
    assert.ok(answer.problem === undefined);
    return answer;
  };

  const { header, answers, additionals } = await asked(
    encodeQuery({ id: 1, name: "host.plain.example", type: RecordType.AAAA, udpSize: 1232 }),
  );
  assert.deepEqual(header, { id: 1, qr: true, opcode: 0, aa: true, tc: false, rd: false, ra: false, rcode: 0 });
  assert.deepEqual(
    answers.map(({ name, type, ttl, data }) => ({ name, type, ttl, data })),
    [{ name: "host.plain.example", type: RecordType.AAAA, ttl: 300, data: ADDRESS6 }],
  );
  assert.deepEqual(
    additionals.map(({ type }) => type),
    [RecordType.OPT],
  );

  const negative = await asked(encodeQuery({ id: 2, name: "none.plain.example", type: RecordType.A, recursionDesired: true }));
  assert.deepEqual(
    [negative.header.rcode, negative.header.rd, negative.authorities.map(({ name, type }) => [name, type])],
    [3, true, [["plain.example", RecordType.SOA]]],
  );
});
