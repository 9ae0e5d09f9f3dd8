import { nameOfRcode, nameOfType, Rcode, RecordType } from "../../wire/dns/type-code.ts";

/** What has been asked, and what became of it. */
export interface ResponderCounters {
  /** Questions by their type: those that this server knows by name, and "other". */
  readonly queries: Record<string, number>;
  /** Answers by their result, such as NXDOMAIN. */
  readonly answers: Record<string, number>;
  /** Answers that did not fit, and said to ask by TCP. */
  truncated: number;
  /** Questions beyond the limit that were told to ask by TCP. */
  slipped: number;
  /** Questions beyond the limit that nothing was said to. */
  limited: number;
  /** Messages that are none, or no question. */
  malformed: number;
  /** Answers that came in where questions are asked. */
  responses: number;
  /** Answers that could not be sent. */
  unsent: number;
  /** Connections that were not taken, for there are too many. */
  refusedConnections: number;
  /** Zones that were sent as a whole. */
  transfers: number;
  /** Questions that a defect of this program left without an answer. */
  defects: number;
}

export function createCounters(): ResponderCounters {
  const none = {
    truncated: 0,
    slipped: 0,
    limited: 0,
    malformed: 0,
    responses: 0,
    unsent: 0,
    refusedConnections: 0,
    transfers: 0,
    defects: 0,
  };
  return { queries: {}, answers: {}, ...none };
}

const NAMED: ReadonlySet<number> = new Set(Object.values(RecordType));

/** Counts a question with what was answered. Strangers choose the type, so there are few kinds. */
export function countAnswer(counters: ResponderCounters, type: number | undefined, rcode: number): void {
  if (type !== undefined) add(counters.queries, NAMED.has(type) ? nameOfType(type) : "other");
  // Of an OPT record, whatever the same number means elsewhere.
  add(counters.answers, rcode === Rcode.BADVERS ? "BADVERS" : nameOfRcode(rcode));
}

function add(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
