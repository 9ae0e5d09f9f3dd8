import type { LeaseDatabase } from "../leases/database.ts";
import type { Lease, LeaseChange, Seconds } from "../leases/lease.ts";
import type { Destination } from "../net/destination.ts";
import type { Decision, Question, Settled, SilenceReason } from "./decision.ts";
import type { Notice } from "./notice.ts";

/**
 * What a server does about one packet, as a value: the next database, and what to send. Nothing has
 * happened: whoever adopts the database sends the reply, and who does neither has had no packet.
 * `M` is a message, `A` an address, `O` what is on record of a
 * client. A reply is to leave when what it says is as durable as it shall be.
 */
export type Step<M, A, O> =
  | SettledStep<M, A, O>
  /**
   * Whether somebody uses an address has to be asked first. `database` keeps it for the client
   * meanwhile; with the answer decide about the packet again (`answers`), or take `unanswered`
   * where nobody can ask.
   */
  | (Passed<A, O> & { readonly kind: "question"; readonly about: Question<A>; readonly unanswered: SettledStep<M, A, O> });

/** A step that is done. */
export type SettledStep<M, A, O> =
  /** Nothing is sent, nothing has changed, and nobody has to do anything about it. */
  | (Passed<A, O> & { readonly kind: "silence"; readonly reason: SilenceReason })
  /** The same, and the operator should know: `notices` has something. */
  | (Passed<A, O> & { readonly kind: "warning"; readonly reason: SilenceReason })
  /** The packet is no message: why, in words. */
  | (Passed<A, O> & { readonly kind: "error"; readonly problem: string })
  /** Leases have changed, and nothing is sent: RELEASE, DECLINE. */
  | (Passed<A, O> & { readonly kind: "update"; readonly changes: readonly LeaseChange<A, O>[] })
  | (Passed<A, O> & {
      readonly kind: "reply";
      readonly message: M;
      /** The largest message that the client accepts, in bytes of UDP payload. */
      readonly limit: number;
      readonly to: Destination<A>;
      readonly changes: readonly LeaseChange<A, O>[];
    });

/** What every step has. */
export interface Passed<A, O> {
  readonly database: LeaseDatabase<A, O>;
  /** Leases that had run out by now, as they are since: to take their names out of DNS, say. */
  readonly expired: readonly Lease<A, O>[];
  readonly notices: readonly Notice<A>[];
}

/** The packet is no message. */
export function failed<M, A, O>(passed: Passed<A, O>, problem: string): Step<M, A, O> {
  return { ...passed, kind: "error", problem };
}

/** What time does to a database. */
export function passTime<A, O>(database: LeaseDatabase<A, O>, now: Seconds): Passed<A, O> {
  return { ...database.expire(now), notices: [] };
}

/** Carries a decision out on the database that it was made for. */
export function carryOut<M, A, O>(passed: Passed<A, O>, decision: Decision<M, A, O>): Step<M, A, O> {
  if (decision.kind !== "question") return settle(passed, decision);
  const database = passed.database.apply(decision.holds);
  return { ...passed, kind: "question", about: decision.about, database, unanswered: settle(passed, decision.unanswered) };
}

function settle<M, A, O>(passed: Passed<A, O>, decision: Settled<M, A, O>): SettledStep<M, A, O> {
  switch (decision.kind) {
    case "silence":
      return { ...passed, kind: passed.notices.length === 0 ? "silence" : "warning", reason: decision.reason };
    case "update":
      return { ...passed, kind: "update", changes: decision.changes, database: passed.database.apply(decision.changes) };
    case "reply": {
      const { message, limit, to, changes } = decision;
      return { ...passed, kind: "reply", message, limit, to, changes, database: passed.database.apply(changes) };
    }
  }
}
