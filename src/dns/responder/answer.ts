import type { Header } from "../../wire/dns/read.ts";
import { serialOfSoa } from "../../wire/dns/read.ts";
import { Opcode, Rcode, RecordClass, RecordType } from "../../wire/dns/type-code.ts";
import { type Answer, decodePacket, type Edns, encodePacket, MIN_UDP_SIZE, type Packet } from "../packet.ts";
import type { Authority } from "./authority.ts";
import { lookUp } from "./lookup.ts";
import { hostRecords, negativeTtl, soaRecord } from "./records.ts";
import { isNewerSerial } from "./serial.ts";
import type { Zone } from "./zones.ts";

/** Longest message by UDP in either direction, in bytes: it is not divided on any way. */
export const MOST_UDP_SIZE = 1232;
/** Longest message by TCP. */
const MOST_TCP_SIZE = 0xffff;

/** How a question came. */
export interface Asked {
  readonly over: "udp" | "tcp";
  /** Who asks may have whole zones. */
  readonly mayTransfer: boolean;
  /** Seconds since 1970. */
  readonly now: number;
}

/** What becomes of a message. Nothing has happened yet: the caller carries it out. */
export type Answered =
  | {
      readonly kind: "answer";
      readonly bytes: Uint8Array;
      /** The type that was asked for; undefined: no question could be read. */
      readonly type: number | undefined;
      readonly rcode: number;
      /** It did not fit: the same is to be asked by TCP. */
      readonly truncated: boolean;
    }
  /** The whole zone is to be sent (RFC 5936). */
  | { readonly kind: "transfer"; readonly zone: Zone; readonly packet: Packet }
  /** Nothing is answered: it is too short to be, or an answer itself. */
  | { readonly kind: "silence"; readonly reason: "malformed" | "response" };

/** What is said, but for what follows from the question. */
interface Said {
  readonly rcode: number;
  readonly aa?: boolean;
  readonly answers?: readonly Answer[];
  readonly authorities?: readonly Answer[];
  /** What is left out rather than asked for by TCP. */
  readonly additionals?: readonly Answer[];
}

/**
 * Answers a question from the table of names, with authority for its zones and for nothing else
 * (RFC 1035, RFC 2308, RFC 6891, RFC 8482). Any bytes may come.
 */
export function answer(bytes: Uint8Array, authority: Authority, asked: Asked): Answered {
  const packet = decodePacket(bytes);
  const { header } = packet;
  if (header === undefined) return { kind: "silence", reason: "malformed" };
  // Two servers that answer answers never come to an end.
  if (header.qr) return { kind: "silence", reason: "response" };
  if (header.opcode !== Opcode.QUERY) return write(header, undefined, asked, { rcode: Rcode.NOTIMP });
  if (packet.kind === "malformed" || packet.question === undefined) return write(header, undefined, asked, { rcode: Rcode.FORMERR });
  const { question, edns } = packet;
  const say = (said: Said): Answered => write(header, packet, asked, said);
  if (edns !== undefined && edns.version !== 0) return say({ rcode: Rcode.BADVERS });
  if (question.class !== RecordClass.IN) return say({ rcode: Rcode.REFUSED });
  const zone = authority.zones.of(question.name);
  if (zone === undefined) return say({ rcode: Rcode.REFUSED });
  if (question.type === RecordType.AXFR || question.type === RecordType.IXFR) return transferOf(packet, zone, authority, asked, say);
  return say(look(authority, zone, question, asked.now));
}

function look(authority: Authority, zone: Zone, { name, type }: { readonly name: string; readonly type: number }, now: number): Said {
  const found = lookUp(authority, zone, name, type, now);
  const authorities = [soaRecord(authority, zone, negativeTtl(authority))];
  if (found.kind === "no-name") return { rcode: Rcode.NXDOMAIN, aa: true, authorities };
  if (found.kind === "no-data") return { rcode: Rcode.NOERROR, aa: true, authorities };
  const additionals = type === RecordType.NS ? hostRecords(authority, zone, now) : [];
  return { rcode: Rcode.NOERROR, aa: true, answers: found.records, additionals };
}

/** Who has the zone as it is gets its SOA record only (RFC 1995 section 4). */
function transferOf(packet: Packet, zone: Zone, authority: Authority, asked: Asked, say: (said: Said) => Answered): Answered {
  const { question, authorities } = packet;
  if (!asked.mayTransfer) return say({ rcode: Rcode.REFUSED });
  if (question?.name !== zone.name) return say({ rcode: Rcode.NOTAUTH });
  const isIncremental = question.type === RecordType.IXFR;
  if (!isIncremental && asked.over === "udp") return say({ rcode: Rcode.FORMERR });
  const [soa] = authorities;
  const serial = soa && serialOfSoa(soa.data);
  if (isIncremental && serial === undefined) return say({ rcode: Rcode.FORMERR });
  const isCurrent = serial !== undefined && !isNewerSerial(authority.serialOf(zone), serial);
  // By UDP only what fits: the SOA record leads to TCP.
  if (isIncremental && (isCurrent || asked.over === "udp"))
    return say({ rcode: Rcode.NOERROR, aa: true, answers: [soaRecord(authority, zone)] });
  return { kind: "transfer", zone, packet };
}

/** Without a packet nothing of the question is repeated: it could not be read. */
function write(header: Header, packet: Packet | undefined, { over }: Asked, said: Said): Answered {
  const limit = over === "tcp" ? MOST_TCP_SIZE : udpLimit(packet?.edns);
  const whole = encode(header, packet, said, false);
  const bytes = whole.length <= limit ? whole : encode(header, packet, { ...said, additionals: [] }, false);
  const truncated = bytes.length > limit;
  return {
    kind: "answer",
    bytes: truncated ? encode(header, packet, { rcode: said.rcode, aa: said.aa ?? false }, true) : bytes,
    type: packet?.question?.type,
    rcode: said.rcode,
    truncated,
  };
}

function udpLimit(edns: Edns | undefined): number {
  return edns === undefined ? MIN_UDP_SIZE : Math.min(edns.udpSize, MOST_UDP_SIZE);
}

function encode(asked: Header, packet: Packet | undefined, said: Said, tc: boolean): Uint8Array {
  const { id, opcode, rd } = asked;
  const { rcode, aa = false, answers = [], authorities = [], additionals = [] } = said;
  return encodePacket({
    header: { id, qr: true, opcode, aa, tc, rd, ra: false, rcode },
    question: packet?.question?.bytes,
    answers,
    authorities,
    additionals,
    udpSize: packet?.edns && MOST_UDP_SIZE,
    dnssecOk: packet?.edns?.dnssecOk === true,
  });
}

/**
 * The same question, and that it has to be asked by TCP; undefined: it is none. For those who ask
 * too much, or in whose name somebody does: it is no longer than what came.
 */
export function answerByTcpOnly(bytes: Uint8Array): Uint8Array | undefined {
  const packet = decodePacket(bytes);
  if (packet.kind === "malformed" || packet.header.qr || packet.header.opcode !== Opcode.QUERY || packet.question === undefined)
    return undefined;
  return encode(packet.header, packet, { rcode: Rcode.NOERROR }, true);
}
