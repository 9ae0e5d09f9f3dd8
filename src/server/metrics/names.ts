import type { NamesStatus } from "../../dns/status.ts";
import { UPDATE_RESULTS } from "../../dns/updates/result.ts";

/* The numbers of names in the block, in this order. */

/** What names are, and what DNS servers are told. */
const NUMBERS = ["names", "conflicts", "pending", "refusedPlaces", "dropped"] as const;
export type NamesNumber = (typeof NUMBERS)[number];

/** Answers by their result; what has no name here is "other". */
export const ANSWERS = ["NOERROR", "NXDOMAIN", "REFUSED", "FORMERR", "NOTIMP", "SERVFAIL", "BADVERS", "other"] as const;

/** What came to the responder, or was to leave it, and was not answered as it was asked. */
export const UNANSWERED = ["truncated", "slipped", "limited", "malformed", "responses", "unsent", "refusedConnections"] as const;

const TRANSFERS = ["transfers"] as const;

export const NAMES_NUMBERS = NUMBERS.length + UPDATE_RESULTS.length + ANSWERS.length + UNANSWERED.length + TRANSFERS.length;

/** Undefined: the configuration does not speak of names. */
export function numbersOfNames(status: NamesStatus | undefined): readonly number[] {
  if (status === undefined) return new Array<number>(NAMES_NUMBERS).fill(0);
  const { names, conflicts, updates, responder } = status;
  const answers = new Map<string, number>(ANSWERS.map((name) => [name, 0]));
  for (const [name, count] of Object.entries(responder?.counters.answers ?? {})) {
    const known = answers.has(name) ? name : "other";
    answers.set(known, (answers.get(known) ?? 0) + count);
  }
  return [
    names,
    conflicts,
    updates?.pending ?? 0,
    updates?.conflicts ?? 0,
    updates?.dropped ?? 0,
    ...UPDATE_RESULTS.map((result) => updates?.results[result] ?? 0),
    ...answers.values(),
    ...UNANSWERED.map((name) => responder?.counters[name] ?? 0),
    responder?.counters.transfers ?? 0,
  ];
}

/** Numbers of names, as `numbersOfNames` wrote them. */
export interface NamesNumbers {
  number(name: NamesNumber): number;
  readonly updates: ReadonlyMap<string, number>;
  readonly answers: ReadonlyMap<string, number>;
  readonly unanswered: ReadonlyMap<string, number>;
  readonly transfers: number;
}

/** `at`: where they begin. */
export function namesIn(numbers: Float64Array, at: number): NamesNumbers {
  let next = at;
  const take = <K extends string>(names: readonly K[]): ReadonlyMap<K, number> =>
    new Map(names.map((name) => [name, numbers[next++] as number]));
  const own = take(NUMBERS);
  const [updates, answers, unanswered, transfers] = [take(UPDATE_RESULTS), take(ANSWERS), take(UNANSWERED), take(TRANSFERS)];
  return {
    number: (name) => own.get(name) ?? 0,
    updates,
    answers,
    unanswered,
    transfers: transfers.get("transfers") ?? 0,
  };
}
