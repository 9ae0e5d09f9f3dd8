import type { TsigKey } from "../../config/model/names.ts";
import { type DnsMessage, readHeader, readRecords } from "../../wire/dns/read.ts";
import { type TsigProblem, verify } from "../../wire/dns/tsig.ts";

/** What came back for a message. */
export type Outcome =
  /** An answer that is from the server, as far as can be told. */
  | { readonly kind: "answered"; readonly message: DnsMessage }
  /** The server did not take the signature: `error` is BADKEY, BADSIG or BADTIME, `serverTime` what it has for a clock. */
  | { readonly kind: "key-refused"; readonly error: string; readonly serverTime: number | undefined }
  /** The request was signed, the answer was not: anybody may have sent it. */
  | { readonly kind: "unsigned"; readonly rcode: number }
  /** Or it was, by somebody who does not have the key. */
  | { readonly kind: "forged"; readonly error: TsigProblem }
  | { readonly kind: "malformed"; readonly problem: string }
  | { readonly kind: "timeout" }
  /** `code`: the errno name. */
  | { readonly kind: "unreachable"; readonly code: string }
  /** Nobody waits for it any more. */
  | { readonly kind: "closed" };

/** What was sent, and what its answer is known by. */
export interface Request {
  readonly id: number;
  readonly bytes: Uint8Array;
  readonly opcode: number;
  readonly key: TsigKey | undefined;
  /** Of its signature. */
  readonly mac: Uint8Array;
}

/** Whether these bytes are an answer to the request, by what they say themselves. */
export function isAnswerTo(bytes: Uint8Array, { id, opcode }: Request): boolean {
  const header = readHeader(bytes);
  return header?.qr === true && header.id === id && header.opcode === opcode;
}

/** What an answer is worth. `now`: seconds since 1970. */
export function outcomeOf(bytes: Uint8Array, { key, mac }: Request, now: number): Outcome {
  const message = readRecords(bytes);
  if (message.problem !== undefined) return { kind: "malformed", problem: message.problem };
  if (key === undefined) return { kind: "answered", message };
  const verified = verify(bytes, key, mac, now);
  switch (verified.kind) {
    case "verified":
      return { kind: "answered", message };
    case "unsigned":
      return { kind: "unsigned", rcode: message.header.rcode };
    case "wrong":
      return { kind: "forged", error: verified.error };
    case "refused":
      return { kind: "key-refused", error: verified.error, serverTime: verified.serverTime };
  }
}
