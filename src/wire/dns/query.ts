import { NO_BYTES } from "../../net/bytes.ts";
import { RecordType } from "./type-code.ts";
import { writeMessage, writeQuestion, writeRecord } from "./write.ts";

/** A question to a DNS server. */
export interface Query {
  /** 16 bits that the answer repeats. */
  readonly id: number;
  readonly name: string;
  readonly type: number;
  /** The server is asked to ask others (RFC 1035 section 4.1.1); false by default. */
  readonly recursionDesired?: boolean;
  /** Longest answer by UDP, in bytes (RFC 6891 section 6.2.3); by default 512. */
  readonly udpSize?: number;
}

const RECURSION_DESIRED = 0x0100;

/** The message of a question of the class IN. */
export function encodeQuery({ id, name, type, recursionDesired = false, udpSize }: Query): Uint8Array {
  return writeMessage(id, recursionDesired ? RECURSION_DESIRED : 0, {
    questions: [writeQuestion(name, type)],
    answers: [],
    authorities: [],
    additionals: udpSize === undefined ? [] : [writeRecord("", RecordType.OPT, udpSize, 0, NO_BYTES)],
  });
}
