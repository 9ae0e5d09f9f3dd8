import { judge, type Verified } from "./tsig.ts";
import type { TsigKey } from "./tsig-key.ts";
import { signedPart, timersOf, variablesOf, withLength } from "./tsig-mac.ts";
import { readTsig } from "./tsig-record.ts";

/** Messages in a row that need no TSIG record of their own. */
const MAX_UNSIGNED = 99;

/** What is known of one message of an answer that has several. */
export type StreamVerified =
  | Verified
  /** It has no TSIG record: one of the messages behind it says whether it is right. */
  | { readonly kind: "pending" };

/** Verifies the messages of one answer over TCP, in their order: those of an AXFR. */
export interface StreamVerifier {
  /**
   * Judges the next message, which stays as it is until a signed one has been judged. `now`:
   * seconds since 1970. Anything but `verified` and `pending` ends the answer: nothing in it
   * counts.
   */
  next(message: Uint8Array, now: number): StreamVerified;
  /** The last message was signed: were it the last of all, the answer would be whole. */
  isWhole(): boolean;
}

/**
 * Verifies the answer to a request that was signed with this key and got `requestMac` (RFC 8945
 * section 5.3.1). The first and the last message are signed, and one in a hundred.
 */
export function createStreamVerifier(key: TsigKey, requestMac: Uint8Array): StreamVerifier {
  let before = requestMac;
  let isFirst = true;
  let unsigned: Uint8Array[] = [];
  let failure: Verified | undefined;

  const judgeNext = (message: Uint8Array, now: number): StreamVerified => {
    const tsig = readTsig(message);
    if (tsig === "malformed") return { kind: "wrong", error: "FORMERR" };
    if (tsig === undefined) {
      if (isFirst || unsigned.length === MAX_UNSIGNED) return { kind: "unsigned" };
      unsigned.push(message);
      return { kind: "pending" };
    }
    const timers = timersOf(tsig.timeSigned, tsig.fudge);
    const variables = isFirst ? variablesOf(key, timers, tsig.error, tsig.otherData) : [timers];
    return judge(tsig, key, now, () => [withLength(before), ...unsigned, ...signedPart(message, tsig), ...variables]);
  };

  return {
    next(message, now) {
      if (failure !== undefined) return failure;
      const judged = judgeNext(message, now);
      if (judged.kind === "verified") {
        before = judged.mac;
        isFirst = false;
        unsigned = [];
      } else if (judged.kind !== "pending") failure = judged;
      return judged;
    },
    isWhole: () => failure === undefined && !isFirst && unsigned.length === 0,
  };
}
