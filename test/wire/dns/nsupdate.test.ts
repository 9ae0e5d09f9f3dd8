import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { toHex } from "../../../src/net/bytes.ts";
import { type DnsMessage, type ResourceRecord, readRecords } from "../../../src/wire/dns/read.ts";
import { sign } from "../../../src/wire/dns/tsig.ts";
import { TSIG_ALGORITHMS, type TsigKey } from "../../../src/wire/dns/tsig-key.ts";
import { readTsig } from "../../../src/wire/dns/tsig-record.ts";
import { Opcode, RecordClass, RecordType } from "../../../src/wire/dns/type-code.ts";
import { encodeUpdate, nameData } from "../../../src/wire/dns/update.ts";
import { writeMessage, writeQuestion, writeRecord } from "../../../src/wire/dns/write.ts";
import { requirePrograms } from "../../support/requirement.ts";
import { hex } from "./bytes.ts";

/*
 * An update of nsupdate says what ours says, and has the signature that ours would have; it takes
 * answers that are signed here.
 */

const DHCID = hex("0001013920fe5d1dceb3fd0ba3379756a70d73b17009f41d58bddbfcd6a2503956d8da");
const NAME = "chi.example.com";

const UPDATE = {
  zone: "example.com",
  prerequisites: [
    { kind: "name-in-use", name: NAME },
    { kind: "name-not-in-use", name: "other.example.com" },
    { kind: "rrset-exists", name: NAME, type: RecordType.A },
    { kind: "rrset-absent", name: NAME, type: RecordType.CNAME },
    { kind: "rr-exists", name: NAME, type: RecordType.DHCID, data: DHCID },
  ],
  changes: [
    { kind: "delete-rr", name: NAME, type: RecordType.A, data: hex("c0000201") },
    { kind: "delete-rrset", name: NAME, type: RecordType.AAAA },
    { kind: "delete-name", name: "old.example.com" },
    { kind: "add", name: NAME, type: RecordType.A, ttl: 3600, data: hex("c0000202") },
    { kind: "add", name: NAME, type: RecordType.AAAA, ttl: 3600, data: hex("20010db8000000000000000000000002") },
    { kind: "add", name: NAME, type: RecordType.DHCID, ttl: 3600, data: DHCID },
    { kind: "add", name: "ptr.example.com", type: RecordType.PTR, ttl: 60, data: nameData(NAME) },
  ],
} as const;

const SCRIPT = `
prereq yxdomain ${NAME}.
prereq nxdomain other.example.com.
prereq yxrrset ${NAME}. A
prereq nxrrset ${NAME}. CNAME
prereq yxrrset ${NAME}. DHCID ${Buffer.from(DHCID).toString("base64")}
update delete ${NAME}. A 192.0.2.1
update delete ${NAME}. AAAA
update delete old.example.com.
update add ${NAME}. 3600 A 192.0.2.2
update add ${NAME}. 3600 AAAA 2001:db8::2
update add ${NAME}. 3600 DHCID ${Buffer.from(DHCID).toString("base64")}
update add ptr.example.com. 60 PTR ${NAME}.
send
`;

/**
 * The update that nsupdate sends when it is told this, to a server that answers it with a signature. It asks for the zone's SOA before.
 */
async function sentByNsupdate(t: TestContext, key: TsigKey, script: string): Promise<Uint8Array> {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  t.after(() => void socket.close());
  await once(socket, "listening");
  const sent: Uint8Array[] = [];
  socket.on("message", (message, from) => {
    sent.push(Uint8Array.from(message));
    socket.send(signedAnswer(message, key), from.port, from.address);
  });
  const program = spawn("nsupdate", ["-u", "5", "-r", "2"], { stdio: ["pipe", "ignore", "pipe"] });
  t.after(() => void program.kill("SIGKILL"));
  const { name, algorithm, secret } = key;
  const secretText = Buffer.from(secret).toString("base64");
  program.stdin.end(`server 127.0.0.1 ${socket.address().port}\nzone ${UPDATE.zone}\nkey ${algorithm}:${name} ${secretText}\n${script}`);
  const said: Buffer[] = [];
  program.stderr.on("data", (chunk) => said.push(chunk));
  const [status] = await once(program, "close", { signal: AbortSignal.timeout(30_000) });
  assert.equal(status, 0, Buffer.concat(said).toString());
  return sent.at(-1) as Uint8Array;
}

/** An answer without a problem, with the zone's SOA for who asks for it. */
function signedAnswer(request: Uint8Array, key: TsigKey): Uint8Array {
  const tsig = readTsig(request);
  const read = readRecords(request);
  assert.ok(tsig !== undefined && tsig !== "malformed" && read.problem === undefined);
  const { id, opcode } = read.header;
  const zone = UPDATE.zone;
  const soa = Uint8Array.of(...nameData(zone), ...nameData(zone), ...new Uint8Array(20));
  const answer = writeMessage(id, 0x8400 | (opcode << 11), {
    questions: [writeQuestion(zone, RecordType.SOA)],
    answers: opcode === Opcode.UPDATE ? [] : [writeRecord(zone, RecordType.SOA, RecordClass.IN, 60, soa)],
    authorities: [],
    additionals: [],
  });
  return sign(answer, key, tsig.timeSigned, { requestMac: tsig.mac }).bytes;
}

/** What a message says, without where it says so. */
function meaning({ questions, answers, authorities }: DnsMessage): object {
  const record = ({ name, type, class: klass, ttl, data }: ResourceRecord): string => `${name} ${type} ${klass} ${ttl} ${toHex(data)}`;
  return {
    zone: questions.map(({ name, type, class: klass }) => `${name} ${type} ${klass}`),
    prerequisites: answers.map(record),
    changes: authorities.map(record),
  };
}

for (const algorithm of TSIG_ALGORITHMS) {
  test(`an update signed with ${algorithm}`, async (t) => {
    if (!requirePrograms(t, "nsupdate")) return;
    const key: TsigKey = { name: "a.key", algorithm, secret: hex("000102030405060708090a0b0c0d0e0f") };
    const theirs = await sentByNsupdate(t, key, SCRIPT);
    const read = readRecords(theirs);
    const tsig = readTsig(theirs);
    assert.ok(read.problem === undefined && tsig !== undefined && tsig !== "malformed");

    const ours = readRecords(encodeUpdate({ id: read.header.id, ...UPDATE }));
    assert.ok(ours.problem === undefined);
    assert.deepEqual(read.header, ours.header);
    assert.deepEqual(meaning(read), meaning(ours));

    // Without its record, and signed at the same second by us, theirs is as it was.
    const unsigned = theirs.slice(0, tsig.start);
    unsigned[11] = 0;
    assert.equal(toHex(sign(unsigned, key, tsig.timeSigned).mac), toHex(tsig.mac));
    assert.equal(toHex(sign(unsigned, key, tsig.timeSigned).bytes), toHex(theirs));
  });
}
