import type { Guard } from "../../config/model/common.ts";
import type { BytesMap } from "../../net/bytes.ts";
import type { CommonEvent, Trace } from "../trace.ts";
import type { NetworkFacts } from "./client.ts";
import { isAdmitted } from "./guard.ts";
import type { ReservationIndex } from "./reservation-index.ts";

/** A client, as far as the look-up of its reservation looks at it. */
interface Client<N> {
  readonly classes?: Uint8Array | undefined;
  readonly link: { readonly networks: readonly N[] };
  readonly trace: Trace<CommonEvent> | undefined;
}

interface Network extends Pick<NetworkFacts, "guard"> {
  readonly name: string;
}

/** How the reservations `R` of a client `C` are found in a network `N`. */
export interface ReservationRules<C, N, R> {
  /** The first one of the network that matches. */
  findIn(client: C, network: N): R | undefined;
  /** Whether an address, or a prefix, is reserved, and not only settings. */
  hasAddress(reservation: R): boolean;
}

/**
 * The reservation of the client on its link: the first that matches and has an address, in the
 * order of the networks that are for the client, else of the others, else the first that matches
 * and only has settings.
 */
export function findReservation<N extends Network, C extends Client<N>, R extends { readonly name: string }>(
  client: C,
  rules: ReservationRules<C, N, R>,
): R | undefined {
  const { trace } = client;
  const { networks } = client.link;
  let settings: R | undefined;
  /** The client can't have the address, but it is known by the reservation. */
  let shutOut: R | undefined;
  for (let i = 0; i < networks.length; i++) {
    const network = networks[i] as N;
    const found = rules.findIn(client, network);
    if (found === undefined) continue;
    if (!rules.hasAddress(found)) settings ??= found;
    else if (isAdmitted(client, network.guard)) {
      trace?.({ rule: "reservation", verdict: "found", name: found.name, network: network.name });
      return found;
    } else shutOut ??= found;
  }
  if (shutOut !== undefined) {
    trace?.({ rule: "reservation", verdict: "shut-out", name: shutOut.name });
    return shutOut;
  }
  if (settings !== undefined) trace?.({ rule: "reservation", verdict: "settings-only", name: settings.name });
  return settings;
}

/**
 * The first reservation of the lists that is found by the identifier and holds for the client;
 * undefined: there is none, or the client has no such identifier.
 */
export function firstFor<C extends Pick<Client<never>, "classes">, R extends { readonly guard?: Guard | undefined }, K extends string>(
  client: C,
  lists: readonly ReservationIndex<R, K>[],
  kind: K,
  identifier: Uint8Array | undefined,
  matchesAll: (client: C, reservation: R) => boolean,
): R | undefined {
  if (identifier === undefined) return undefined;
  for (const index of lists) {
    const found = firstMatch(client, (index[kind] as BytesMap<R[]> | undefined)?.get(identifier), matchesAll);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The first that holds for the client of those that are found by no identifier. */
export function firstOfOthers<C extends Pick<Client<never>, "classes">, R extends { readonly guard?: Guard | undefined }>(
  client: C,
  lists: readonly { readonly others?: R[] }[],
  matchesAll: (client: C, reservation: R) => boolean,
): R | undefined {
  for (const { others } of lists) {
    const found = firstMatch(client, others, matchesAll);
    if (found !== undefined) return found;
  }
  return undefined;
}

function firstMatch<C extends Pick<Client<never>, "classes">, R extends { readonly guard?: Guard | undefined }>(
  client: C,
  candidates: readonly R[] | undefined,
  matchesAll: (client: C, reservation: R) => boolean,
): R | undefined {
  if (candidates === undefined) return undefined;
  for (const candidate of candidates) if (matchesAll(client, candidate) && isAdmitted(client, candidate.guard)) return candidate;
  return undefined;
}
