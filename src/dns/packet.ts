import { type Answer, encode, type OptAnswer } from "dns-packet";
import { writeU16 } from "../net/bytes.ts";
import { type DnsMessage, type Header, type Question, type ResourceRecord, readHeader, readRecords } from "../wire/dns/read.ts";
import { Rcode, RecordType } from "../wire/dns/type-code.ts";
import { HEADER_SIZE, HeaderField } from "../wire/dns/write.ts";

/*
 * Messages of the DNS, for who answers questions. The library `dns-packet` encodes them. It does
 * not decode them, for strangers send them: of twelve bytes that promise 65,535 records of each
 * kind it makes room for all of these, in five milliseconds and two megabytes; it follows thousands
 * of pointers for each name; it throws; and names that are no text become others. `readRecords`
 * reads what the library would, and the tests compare the two.
 */

export type { Answer } from "dns-packet";

/** Smallest UDP message that everybody takes, in bytes (RFC 1035 section 2.3.4). */
export const MIN_UDP_SIZE = 512;

/** The flag in an OPT record that says that DNSSEC records are wanted (RFC 3225). */
const DNSSEC_OK = 0x8000;

/** The question of a message. */
export interface PacketQuestion {
  /** In small letters, without a dot at its end. */
  readonly name: string;
  readonly type: number;
  readonly class: number;
  /** All of it as it was asked: an answer repeats this, with its capitals. A view. */
  readonly bytes: Uint8Array;
}

/** What a message says about EDNS (RFC 6891 section 6.1.3), without its options. */
export interface Edns {
  readonly version: number;
  /** Longest message that its sender takes by UDP, in bytes: at least `MIN_UDP_SIZE`. */
  readonly udpSize: number;
  /** DNSSEC records are wanted: an answer says so too, whatever it has (RFC 3225 section 3). */
  readonly dnssecOk: boolean;
}

/** A message, as far as a server that answers questions needs to know it. */
export interface Packet {
  readonly kind: "packet";
  readonly header: Header;
  /** Undefined: there is none, or more than one. */
  readonly question: PacketQuestion | undefined;
  /** Undefined: the sender says nothing about EDNS. */
  readonly edns: Edns | undefined;
  /** For who asks by IXFR: the SOA record that it has (RFC 1995 section 3). */
  readonly authorities: readonly ResourceRecord[];
}

/** What is no message: FORMERR, if it has a header at least. */
export interface MalformedPacket {
  readonly kind: "malformed";
  readonly header: Header | undefined;
  readonly problem: string;
}

/** An answer, or another message that this server sends. */
export interface Reply {
  /** Flags and numbers of the header; `rcode` may have the twelve bits that EDNS gives it. */
  readonly header: Header;
  /** `PacketQuestion.bytes`; undefined: the section is empty. */
  readonly question: Uint8Array | undefined;
  readonly answers: readonly Answer[];
  readonly authorities: readonly Answer[];
  readonly additionals: readonly Answer[];
  /** An OPT record says that this server takes so many bytes by UDP; undefined: there is none. */
  readonly udpSize: number | undefined;
  /** `Edns.dnssecOk` of the question; false by default. */
  readonly dnssecOk?: boolean;
}

/** Reads a message of a stranger: any bytes, in time and memory that their number bounds. */
export function decodePacket(bytes: Uint8Array): Packet | MalformedPacket {
  const message = readRecords(bytes);
  if (message.problem !== undefined) return malformed(bytes, message.problem);
  const { header, authorities } = message;
  const opt = optOf(message);
  if (opt === "malformed") return malformed(bytes, "has an OPT record too many, or in the wrong place");
  const [question, second] = message.questions;
  return {
    kind: "packet",
    header,
    question: question === undefined || second !== undefined ? undefined : questionOf(bytes, question),
    edns: opt === undefined ? undefined : ednsOf(opt),
    authorities,
  };
}

function questionOf(message: Uint8Array, { name, type, class: klass, start, end }: Question): PacketQuestion {
  return { name, type, class: klass, bytes: message.subarray(start, end) };
}

/** An OPT record has these in the place of class and TTL. */
function ednsOf({ class: udpSize, ttl }: ResourceRecord): Edns {
  return { version: (ttl >>> 16) & 255, udpSize: Math.max(udpSize, MIN_UDP_SIZE), dnssecOk: (ttl & DNSSEC_OK) !== 0 };
}

function malformed(bytes: Uint8Array, problem: string): MalformedPacket {
  return { kind: "malformed", header: readHeader(bytes), problem };
}

/** The only OPT record of a message, whose place and name RFC 6891 section 6.1.1 says. */
function optOf({ answers, authorities, additionals }: DnsMessage): ResourceRecord | "malformed" | undefined {
  const isOpt = ({ type }: ResourceRecord): boolean => type === RecordType.OPT;
  const [opt, second] = additionals.filter(isOpt);
  if (answers.some(isOpt) || authorities.some(isOpt) || second !== undefined || (opt !== undefined && opt.name !== "")) return "malformed";
  return opt;
}

/**
 * Writes a message. Names in its records are without backslashes: those of this server have none.
 * Records that cannot be encoded are left out, and the result is SERVFAIL.
 */
export function encodePacket(reply: Reply): Uint8Array {
  const { header, question = new Uint8Array(0), answers, authorities, additionals, udpSize, dnssecOk = false } = reply;
  const opt: OptAnswer[] = udpSize === undefined ? [] : [optAnswer(udpSize, header.rcode >>> 4, dnssecOk)];
  let encoded: Uint8Array;
  try {
    encoded = encode({
      ...headerOf(header),
      answers: [...answers],
      authorities: [...authorities],
      additionals: [...additionals, ...opt],
    });
  } catch {
    return encodePacket({ ...reply, header: { ...header, rcode: Rcode.SERVFAIL }, answers: [], authorities: [], additionals: [] });
  }
  // The library knows questions only that are text; this one is repeated byte for byte.
  const message = new Uint8Array(encoded.length + question.length);
  message.set(encoded.subarray(0, HEADER_SIZE));
  message.set(question, HEADER_SIZE);
  message.set(encoded.subarray(HEADER_SIZE), HEADER_SIZE + question.length);
  if (question.length > 0) writeU16(message, HeaderField.questions, 1);
  return message;
}

function headerOf({ id, qr, opcode, aa, tc, rd, ra, rcode }: Header): { id: number; type: "query" | "response"; flags: number } {
  const flags = (opcode << 11) | (aa ? 0x0400 : 0) | (tc ? 0x0200 : 0) | (rd ? 0x0100 : 0) | (ra ? 0x0080 : 0) | (rcode & 15);
  return { id, type: qr ? "response" : "query", flags };
}

function optAnswer(udpPayloadSize: number, extendedRcode: number, dnssecOk: boolean): OptAnswer {
  const flags = dnssecOk ? DNSSEC_OK : 0;
  return { type: "OPT", name: ".", udpPayloadSize, extendedRcode, ednsVersion: 0, flags, flag_do: dnssecOk, options: [] };
}
