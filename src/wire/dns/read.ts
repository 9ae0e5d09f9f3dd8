import { NO_BYTES, readU16, readU32 } from "../../net/bytes.ts";
import { createNameReader, type NameReader } from "./name-reader.ts";
import { RecordType } from "./type-code.ts";
import { HEADER_SIZE, HeaderField, RECORD_SIZE } from "./write.ts";

/** The header of a message (RFC 1035 section 4.1.1), by the names that its fields have there. */
export interface Header {
  readonly id: number;
  /** It is an answer. */
  readonly qr: boolean;
  readonly opcode: number;
  /** It has authority for the name. */
  readonly aa: boolean;
  /** It is truncated. */
  readonly tc: boolean;
  /** Recursion is desired. */
  readonly rd: boolean;
  /** Recursion is available. */
  readonly ra: boolean;
  readonly rcode: number;
}

/** An entry of the section of questions. */
export interface Question {
  /** In small letters, without a dot at its end. */
  readonly name: string;
  readonly type: number;
  readonly class: number;
  /** Where in the message it begins and ends. */
  readonly start: number;
  readonly end: number;
}

/** A record as it stands in a message. */
export interface ResourceRecord {
  /** In small letters, without a dot at its end. */
  readonly name: string;
  readonly type: number;
  readonly class: number;
  /** In seconds; something else in an OPT record. */
  readonly ttl: number;
  /**
   * In NS, CNAME, PTR and SOA records names are uncompressed and in small letters: two of these
   * with the same meaning are the same bytes. Else a view of the message, as it was.
   */
  readonly data: Uint8Array;
  /** Where in the message it begins and ends. */
  readonly start: number;
  readonly end: number;
}

/** A message with all that is in it. */
export interface DnsMessage {
  readonly problem?: undefined;
  readonly header: Header;
  readonly questions: readonly Question[];
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  readonly additionals: readonly ResourceRecord[];
}

/** What is wrong with a message. */
export interface Malformed {
  readonly problem: string;
}

/** Fewest bytes of a question and of a record. */
const QUESTION_MIN = 5;
const RECORD_MIN = 1 + RECORD_SIZE;
/** Bytes of an SOA record behind its two names. */
const SOA_NUMBERS = 20;

/** The header; undefined: there are too few bytes for one. */
export function readHeader(message: Uint8Array): Header | undefined {
  if (message.length < HEADER_SIZE) return undefined;
  const flags = readU16(message, HeaderField.flags);
  return {
    id: readU16(message, HeaderField.id),
    qr: (flags & 0x8000) !== 0,
    opcode: (flags >>> 11) & 15,
    aa: (flags & 0x0400) !== 0,
    tc: (flags & 0x0200) !== 0,
    rd: (flags & 0x0100) !== 0,
    ra: (flags & 0x0080) !== 0,
    rcode: flags & 15,
  };
}

/**
 * Reads a message, or says what is wrong with it: any bytes, in time and memory that their number
 * bounds. A message has nothing behind its last record.
 */
export function readRecords(message: Uint8Array): DnsMessage | Malformed {
  const header = readHeader(message);
  if (header === undefined) return { problem: "has no whole header" };
  const counts = [HeaderField.answers, HeaderField.authorities, HeaderField.additionals].map((at) => readU16(message, at));
  const questionCount = readU16(message, HeaderField.questions);
  const least = questionCount * QUESTION_MIN + counts.reduce((sum, count) => sum + count) * RECORD_MIN;
  if (HEADER_SIZE + least > message.length) return { problem: "is shorter than its numbers of records say" };

  const nameAt = createNameReader(message);
  let at = HEADER_SIZE;
  const questions: Question[] = [];
  for (let i = 0; i < questionCount; i++) {
    const question = readQuestion(message, at, nameAt);
    if (typeof question === "string") return { problem: question };
    questions.push(question);
    at = question.end;
  }
  const sections: ResourceRecord[][] = [];
  for (const count of counts) {
    const section: ResourceRecord[] = [];
    for (let i = 0; i < count; i++) {
      const record = readRecord(message, at, nameAt);
      if (typeof record === "string") return { problem: record };
      section.push(record);
      at = record.end;
    }
    sections.push(section);
  }
  if (at !== message.length) return { problem: "has bytes behind its last record" };
  const [answers = [], authorities = [], additionals = []] = sections;
  return { header, questions, answers, authorities, additionals };
}

function readQuestion(message: Uint8Array, start: number, nameAt: NameReader): Question | string {
  const name = nameAt(start);
  if (typeof name === "string") return name;
  const end = name.next + 4;
  if (end > message.length) return "a question is cut off";
  return { name: name.text, type: readU16(message, name.next), class: readU16(message, name.next + 2), start, end };
}

function readRecord(message: Uint8Array, start: number, nameAt: NameReader): ResourceRecord | string {
  const name = nameAt(start);
  if (typeof name === "string") return name;
  const { next } = name;
  const dataStart = next + RECORD_SIZE;
  if (dataStart > message.length) return "a record is cut off";
  const end = dataStart + readU16(message, next + 8);
  if (end > message.length) return "the data of a record is cut off";
  const type = readU16(message, next);
  const data = readData(message, type, dataStart, end, nameAt);
  if (typeof data === "string") return data;
  return { name: name.text, type, class: readU16(message, next + 2), ttl: readU32(message, next + 4), data, start, end };
}

/** The data of a record, with the names in it made whole. */
function readData(message: Uint8Array, type: number, start: number, end: number, nameAt: NameReader): Uint8Array | string {
  // Without data it says something about all records of its type (RFC 2136 sections 2.4 and 2.5).
  if (start === end) return NO_BYTES;
  if (type !== RecordType.NS && type !== RecordType.CNAME && type !== RecordType.PTR && type !== RecordType.SOA)
    return message.subarray(start, end);
  const name = nameAt(start);
  if (typeof name === "string") return name;
  if (type !== RecordType.SOA) return name.next === end ? name.bytes : "a name is not as long as the record that it is in";
  const mailbox = nameAt(name.next);
  if (typeof mailbox === "string") return mailbox;
  if (mailbox.next + SOA_NUMBERS !== end) return "an SOA record is not as long as what it is made of";
  const data = new Uint8Array(name.bytes.length + mailbox.bytes.length + SOA_NUMBERS);
  data.set(name.bytes);
  data.set(mailbox.bytes, name.bytes.length);
  data.set(message.subarray(mailbox.next, end), data.length - SOA_NUMBERS);
  return data;
}

/** The name that is the data of an NS, CNAME or PTR record; undefined: it is none. */
export function nameOfData(data: Uint8Array): string | undefined {
  const name = createNameReader(data)(0);
  return typeof name !== "string" && name.next === data.length ? name.text : undefined;
}

/** The serial number in the data of an SOA record; undefined: it is none. */
export function serialOfSoa(data: Uint8Array): number | undefined {
  return data.length < 2 + SOA_NUMBERS ? undefined : readU32(data, data.length - SOA_NUMBERS);
}
