import { readU16, readU32 } from "../../net/bytes.ts";
import { createNameReader } from "./name-reader.ts";
import { readRecords } from "./read.ts";
import { RecordClass, RecordType } from "./type-code.ts";

/** Bytes of a time, in seconds since 1970. */
export const TIME_SIZE = 6;
/** Bytes of the time and the fudge. */
export const TIMERS_SIZE = TIME_SIZE + 2;
/** Bytes behind the MAC, without other data. */
export const BEHIND_MAC = 6;

/** The fields of a TSIG record (RFC 8945 section 4.2), and its place. Byte strings are views. */
export interface TsigRecord {
  readonly keyName: string;
  readonly algorithm: string;
  /** Seconds since 1970. */
  readonly timeSigned: number;
  /** Seconds that the clocks of both sides may be apart. */
  readonly fudge: number;
  readonly mac: Uint8Array;
  readonly originalId: number;
  readonly error: number;
  readonly otherData: Uint8Array;
  /** Where in the message it begins. */
  readonly start: number;
}

/**
 * The TSIG record of a message; undefined: it has none; malformed: it has several, or one that is
 * not the last record or not what RFC 8945 section 4.2 wants, or it is no message.
 */
export function readTsig(message: Uint8Array): TsigRecord | "malformed" | undefined {
  const read = readRecords(message);
  if (read.problem !== undefined) return "malformed";
  const found = [...read.answers, ...read.authorities, ...read.additionals].filter(({ type }) => type === RecordType.TSIG);
  const [record] = found;
  if (record === undefined) return undefined;
  if (found.length > 1 || record !== read.additionals.at(-1) || record.class !== RecordClass.ANY || record.ttl !== 0) return "malformed";
  const { data } = record;
  const algorithm = createNameReader(data)(0);
  if (typeof algorithm === "string") return "malformed";
  const timers = algorithm.next;
  const macStart = timers + TIMERS_SIZE + 2;
  if (macStart > data.length) return "malformed";
  const macEnd = macStart + readU16(data, macStart - 2);
  const other = macEnd + BEHIND_MAC;
  if (other > data.length || other + readU16(data, other - 2) !== data.length) return "malformed";
  return {
    keyName: record.name,
    algorithm: algorithm.text,
    timeSigned: readTime(data, timers),
    fudge: readU16(data, timers + TIME_SIZE),
    mac: data.subarray(macStart, macEnd),
    originalId: readU16(data, macEnd),
    error: readU16(data, macEnd + 2),
    otherData: data.subarray(other),
    start: record.start,
  };
}

/** A time of `TIME_SIZE` bytes: seconds since 1970. */
export function readTime(bytes: Uint8Array, at: number): number {
  return readU16(bytes, at) * 0x1_0000_0000 + readU32(bytes, at + 2);
}
