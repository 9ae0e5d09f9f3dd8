import { hmac } from "@noble/hashes/hmac.js";
import { sha1 } from "@noble/hashes/legacy.js";
import { sha224, sha256, sha384, sha512 } from "@noble/hashes/sha2.js";
import { readU16, writeU16, writeU32 } from "../../net/bytes.ts";
import { wireOfName } from "./name.ts";
import type { TsigKey } from "./tsig-key.ts";
import { TIME_SIZE, TIMERS_SIZE, type TsigRecord } from "./tsig-record.ts";
import { RecordClass } from "./type-code.ts";
import { HEADER_SIZE, HeaderField } from "./write.ts";

const HASHES = { "hmac-sha1": sha1, "hmac-sha224": sha224, "hmac-sha256": sha256, "hmac-sha384": sha384, "hmac-sha512": sha512 } as const;

/** Bytes of a whole MAC made with this key. */
export function macSize(key: TsigKey): number {
  return HASHES[key.algorithm].outputLen;
}

/** The MAC of these byte strings, one behind the other (RFC 8945 section 4.3). */
export function macOf(key: TsigKey, parts: readonly Uint8Array[]): Uint8Array {
  const state = hmac.create(HASHES[key.algorithm], key.secret);
  for (const part of parts) state.update(part);
  return state.digest();
}

/** A MAC with its length in front, as those of a request and of a message before are digested. */
export function withLength(mac: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(2 + mac.length);
  writeU16(bytes, 0, mac.length);
  bytes.set(mac, 2);
  return bytes;
}

/** The message as it was before it was signed (RFC 8945 section 4.3.2), in two parts. */
export function signedPart(message: Uint8Array, { start, originalId }: TsigRecord): readonly Uint8Array[] {
  const header = message.slice(0, HEADER_SIZE);
  writeU16(header, HeaderField.id, originalId);
  writeU16(header, HeaderField.additionals, readU16(message, HeaderField.additionals) - 1);
  return [header, message.subarray(HEADER_SIZE, start)];
}

/** The time and the fudge (RFC 8945 section 4.3.3.1), both in seconds. */
export function timersOf(timeSigned: number, fudge: number): Uint8Array {
  const bytes = new Uint8Array(TIMERS_SIZE);
  writeU16(bytes, 0, Math.floor(timeSigned / 0x1_0000_0000));
  writeU32(bytes, 2, timeSigned % 0x1_0000_0000);
  writeU16(bytes, TIME_SIZE, fudge);
  return bytes;
}

/** What of a TSIG record is digested (RFC 8945 section 4.3.3). */
export function variablesOf(key: TsigKey, timers: Uint8Array, error: number, otherData: Uint8Array): readonly Uint8Array[] {
  const classAndTtl = new Uint8Array(6);
  writeU16(classAndTtl, 0, RecordClass.ANY);
  const errorAndLength = new Uint8Array(4);
  writeU16(errorAndLength, 0, error);
  writeU16(errorAndLength, 2, otherData.length);
  return [wireOfName(key.name), classAndTtl, wireOfName(key.algorithm), timers, errorAndLength, otherData];
}

/** Whether two MACs are the same, in a time that does not tell where they differ. */
export function isSameMac(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] ?? 0);
  return difference === 0;
}
