import { joinBytes, NO_BYTES, readU16, writeU16 } from "../../net/bytes.ts";
import { wireOfName } from "./name.ts";
import type { TsigKey } from "./tsig-key.ts";
import { isSameMac, macOf, macSize, signedPart, timersOf, variablesOf, withLength } from "./tsig-mac.ts";
import { BEHIND_MAC, readTime, readTsig, TIME_SIZE, type TsigRecord } from "./tsig-record.ts";
import { nameOfRcode, Rcode, RecordClass, RecordType } from "./type-code.ts";
import { HeaderField, writeRecord } from "./write.ts";

/*
 * TSIG (RFC 8945): requests are signed with a key that both sides have, and their answers verified.
 */

export type { TsigAlgorithm, TsigKey } from "./tsig-key.ts";

/** Seconds that the clocks of both sides may be apart (RFC 8945 section 10). */
export const DEFAULT_FUDGE = 300;

/** A signed message, and what its answer is verified with. */
export interface Signed {
  readonly bytes: Uint8Array;
  readonly mac: Uint8Array;
}

/** What is the matter with an answer that cannot be trusted. */
export type TsigProblem = "FORMERR" | "BADSIG" | "BADKEY" | "BADTIME" | "BADTRUNC";

/** What the TSIG record of an answer says, and whether to believe it. */
export type Verified =
  /** The answer is from who has the key. */
  | { readonly kind: "verified"; readonly mac: Uint8Array }
  /** It has no TSIG record: anybody may have sent it. */
  | { readonly kind: "unsigned" }
  /** Its record is none that who has the key would have made for this request (section 5.4). */
  | { readonly kind: "wrong"; readonly error: TsigProblem }
  /**
   * The server says that it did not take the signature of the request (sections 5.2 and 5.4).
   * `error`: BADSIG, BADKEY, BADTIME, BADTRUNC, or `RCODE` and a number. `signed`: it is signed
   * itself, which BADSIG and BADKEY can't be; others may be forged if it is not. `serverTime`: of
   * BADTIME, in seconds since 1970.
   */
  | { readonly kind: "refused"; readonly error: string; readonly signed: boolean; readonly serverTime: number | undefined };

/**
 * Adds a TSIG record to a whole message (RFC 8945 section 5.1). `now`: seconds since 1970; `fudge`:
 * seconds; `requestMac`: of the request, if the message is an answer.
 */
export function sign(
  message: Uint8Array,
  key: TsigKey,
  now: number,
  { fudge = DEFAULT_FUDGE, requestMac }: { readonly fudge?: number; readonly requestMac?: Uint8Array } = {},
): Signed {
  const timers = timersOf(now, fudge);
  const request = requestMac === undefined ? [] : [withLength(requestMac)];
  const mac = macOf(key, [...request, message, ...variablesOf(key, timers, Rcode.NOERROR, NO_BYTES)]);
  const end = new Uint8Array(BEHIND_MAC);
  writeU16(end, 0, readU16(message, HeaderField.id));
  const data = joinBytes(wireOfName(key.algorithm), timers, withLength(mac), end);
  const bytes = joinBytes(message, writeRecord(key.name, RecordType.TSIG, RecordClass.ANY, 0, data));
  writeU16(bytes, HeaderField.additionals, readU16(message, HeaderField.additionals) + 1);
  return { bytes, mac };
}

/**
 * Judges the answer to a request that was signed with this key and got `requestMac` (RFC 8945
 * section 5.4). `now`: seconds since 1970. Truncated MACs are not taken.
 */
export function verify(answer: Uint8Array, key: TsigKey, requestMac: Uint8Array, now: number): Verified {
  const tsig = readTsig(answer);
  if (tsig === undefined) return { kind: "unsigned" };
  if (tsig === "malformed") return { kind: "wrong", error: "FORMERR" };
  return judge(tsig, key, now, () => [
    withLength(requestMac),
    ...signedPart(answer, tsig),
    ...variablesOf(key, timersOf(tsig.timeSigned, tsig.fudge), tsig.error, tsig.otherData),
  ]);
}

/** What to think of a TSIG record. `digested`: what its MAC should have been made of. */
export function judge(tsig: TsigRecord, key: TsigKey, now: number, digested: () => readonly Uint8Array[]): Verified {
  const isRefused = tsig.error !== Rcode.NOERROR;
  if (isRefused && tsig.mac.length === 0) return refused(tsig, false);
  if (tsig.keyName !== key.name || tsig.algorithm !== key.algorithm) return { kind: "wrong", error: "BADKEY" };
  if (tsig.mac.length > macSize(key)) return { kind: "wrong", error: "FORMERR" };
  if (tsig.mac.length < macSize(key)) return { kind: "wrong", error: "BADTRUNC" };
  if (!isSameMac(macOf(key, digested()), tsig.mac)) return { kind: "wrong", error: "BADSIG" };
  // The time in a BADTIME is that of the request (section 5.2.3), which is the wrong one.
  if (isRefused) return refused(tsig, true);
  if (Math.abs(now - tsig.timeSigned) > tsig.fudge) return { kind: "wrong", error: "BADTIME" };
  return { kind: "verified", mac: tsig.mac.slice() };
}

function refused({ error, otherData }: TsigRecord, signed: boolean): Verified {
  const hasTime = error === Rcode.BADTIME && otherData.length === TIME_SIZE;
  return { kind: "refused", error: nameOfRcode(error), signed, serverTime: hasTime ? readTime(otherData, 0) : undefined };
}
