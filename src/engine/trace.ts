import { toHex } from "../net/bytes.ts";
import { SILENCE_REASONS, type SilenceReason } from "./decision.ts";

/**
 * Told of each rule that was applied on the way to a decision, in order: what it found, as facts.
 * Call it as `trace?.({ ... })`: without a trace nothing is made.
 */
export type Trace<E> = (event: E) => void;

/**
 * What rules tell that do not depend on the protocol. `rule` is a stable name. Byte strings may be
 * views of the message or of the table's memory: who keeps an event copies them.
 */
export type CommonEvent =
  | { readonly rule: "client"; readonly clientKey: Uint8Array }
  | { readonly rule: "network"; readonly name: string }
  | { readonly rule: "classes"; readonly names: readonly string[] }
  | { readonly rule: "reservation"; readonly verdict: "found"; readonly name: string; readonly network: string }
  | {
      readonly rule: "reservation";
      /** Its network is not for the client, or it has no address. */
      readonly verdict: "shut-out" | "settings-only";
      readonly name: string;
    }
  | {
      readonly rule: "limit";
      /** What the limit counts by, as configured, and the client's value of that. */
      readonly key: string;
      readonly value: Uint8Array;
      readonly leases: number;
      readonly max: number;
    }
  | {
      readonly rule: "lease time";
      /** Addresses of the ranges that the client may use: those in use with this one, and all. */
      readonly used: number;
      readonly capacity: number;
      /** Whether that is more than `adaptive_threshold`. */
      readonly scarce: boolean;
    }
  /** Which name the client has, and what of it is seen to. */
  | {
      readonly rule: "client-name";
      /** Undefined: it has none. */
      readonly name: string | undefined;
      readonly by: "reserved" | "client" | "generated" | "none";
      /** The address records, and those that lead from the address to the name. */
      readonly forward: boolean;
      readonly reverse: boolean;
      /** Why nothing is; undefined: something is, or there is no name. */
      readonly refused: NameRefusal | undefined;
    }
  | { readonly rule: "silence"; readonly reason: SilenceReason };

/** Why a name is not seen to. */
export type NameRefusal = "not-wanted" | "updates-off" | "no-lease" | "taboo";

/** The words for what each rule tells. */
export type TraceWords<E extends { readonly rule: string }> = {
  readonly [R in E["rule"]]: (event: Extract<E, { readonly rule: R }>) => string;
};

export const COMMON_WORDS: TraceWords<CommonEvent> = {
  client: ({ clientKey }) => toHex(clientKey),
  network: ({ name }) => name,
  classes: ({ names }) => (names.length === 0 ? "none" : names.join(", ")),
  reservation: (event) => {
    if (event.verdict === "found") return `${event.name} in ${event.network}`;
    return `${event.name}, ${event.verdict === "shut-out" ? "in a network that is not for this client" : "without an address"}`;
  },
  limit: ({ key, value, leases, max }) => `${leases} leases have the value ${toHex(value)} of ${key}, at most ${max} may`,
  "lease time": ({ used, capacity, scarce }) =>
    `${used} of ${capacity} addresses are in use: ${scarce ? "more" : "not more"} than adaptive_threshold`,
  "client-name": ({ name, by, forward, reverse, refused }) => {
    if (name === undefined) return "none: the client tells none that can be used, and none is made";
    if (refused !== undefined) return `${name} (${NAME_ORIGINS[by]}): refused, ${NAME_REFUSALS[refused]}`;
    return `${name} (${NAME_ORIGINS[by]}): ${updatedRecords(forward, reverse)}`;
  },
  silence: ({ reason }) => SILENCE_REASONS[reason],
};

const NAME_ORIGINS = {
  reserved: "reserved",
  client: "the client's own",
  generated: "generated from its address",
  none: "none",
} as const;

const NAME_REFUSALS: Readonly<Record<NameRefusal, string>> = {
  "not-wanted": "the client wants no updates",
  "updates-off": "enable_updates is off",
  "no-lease": "no address goes with it",
  taboo: "no client can choose it for itself, only a reservation can say so",
};

/** Which records of a client this server sees to, in words. */
export function updatedRecords(forward: boolean, reverse: boolean): string {
  if (forward) return "this server updates its records, forward and reverse";
  return reverse ? "this server updates its reverse records, the client the others" : "this server updates no DNS";
}

/** Why an address comes into question for the client before all others. */
export type Candidate = "reserved" | "own" | "held" | "requested";

/** The same in words. */
export const CANDIDATES: Readonly<Record<Candidate, string>> = {
  reserved: "reserved",
  own: "the client's own",
  held: "held for the client",
  requested: "requested",
};
