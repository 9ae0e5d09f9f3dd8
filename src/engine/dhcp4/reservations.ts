import type { Reservation, ReservationMatch } from "../../config/model/dhcp4.ts";
import { equalBytes } from "../../net/bytes.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { optionByCode } from "../../wire/dhcp4/option-table.ts";
import { optionValue, textOf } from "../../wire/dhcp4/options.ts";
import { RelaySubOption, subOption } from "../../wire/dhcp4/relay-agent-information.ts";
import { isAdmitted } from "../common/guard.ts";
import { identifies } from "./client-key.ts";
import type { Exchange } from "./exchange.ts";
import type { NetworkReservations, ReservationIndex } from "./reservation-index.ts";

/**
 * The reservation of the client on its link: the first that matches and has an address, in the
 * order of the networks that are for the client, else of the others, else the first that matches
 * and only has settings. In a network, those by chaddr come first, then those by client identifier,
 * by DUID, by circuit id, by remote id, and all others.
 */
export function findReservation(exchange: Exchange): Reservation | undefined {
  let settings: Reservation | undefined;
  /** The client can't have the address, but it is known by the reservation. */
  let shutOut: Reservation | undefined;
  const { reservations } = exchange.context.decider.compiled;
  for (const network of exchange.link.networks) {
    const { lists } = reservations[network.index] as NetworkReservations;
    if (lists.length === 0) continue;
    const found = findInNetwork(exchange, lists);
    if (found?.address === undefined) settings ??= found;
    else if (isAdmitted(exchange, network.guard)) {
      exchange.trace?.({ rule: "reservation", verdict: "found", name: found.name, network: network.name });
      return found;
    } else shutOut ??= found;
  }
  if (shutOut !== undefined) {
    exchange.trace?.({ rule: "reservation", verdict: "shut-out", name: shutOut.name });
    return shutOut;
  }
  if (settings !== undefined) exchange.trace?.({ rule: "reservation", verdict: "settings-only", name: settings.name });
  return settings;
}

function findInNetwork(exchange: Exchange, lists: readonly ReservationIndex[]): Reservation | undefined {
  return (
    firstFor(exchange, lists, "chaddr", exchange.message.chaddr) ??
    firstFor(exchange, lists, "clientIdentifier", identifierOf(exchange)) ??
    firstFor(exchange, lists, "duid", duidOf(exchange)) ??
    firstFor(exchange, lists, "circuitId", relaySubOption(exchange, RelaySubOption.circuitId)) ??
    firstFor(exchange, lists, "remoteId", relaySubOption(exchange, RelaySubOption.remoteId)) ??
    firstOfOthers(exchange, lists)
  );
}

function firstFor(
  exchange: Exchange,
  lists: readonly ReservationIndex[],
  kind: Exclude<keyof ReservationIndex, "others">,
  identifier: Uint8Array | undefined,
): Reservation | undefined {
  if (identifier === undefined) return undefined;
  for (const index of lists) {
    const found = firstMatch(exchange, index[kind]?.get(identifier));
    if (found !== undefined) return found;
  }
  return undefined;
}

function firstOfOthers(exchange: Exchange, lists: readonly ReservationIndex[]): Reservation | undefined {
  for (const { others } of lists) {
    const found = firstMatch(exchange, others);
    if (found !== undefined) return found;
  }
  return undefined;
}

function firstMatch(exchange: Exchange, candidates: readonly Reservation[] | undefined): Reservation | undefined {
  if (candidates === undefined) return undefined;
  for (const candidate of candidates) if (matchesAll(exchange, candidate.match) && isAdmitted(exchange, candidate.guard)) return candidate;
  return undefined;
}

function matchesAll(exchange: Exchange, matches: readonly ReservationMatch[]): boolean {
  for (const match of matches) if (!holds(exchange, match)) return false;
  return true;
}

function holds(exchange: Exchange, match: ReservationMatch): boolean {
  if (match.kind === "chaddr") return equalBytes(exchange.message.chaddr, match.chaddr);
  const value = valueFor(exchange, match);
  if (value === undefined) return false;
  const isText = match.kind === "option" && optionByCode(match.code)?.type.kind === "text";
  return isText ? equalBytes(textOf(value), textOf(match.value)) : equalBytes(value, match.value);
}

function valueFor(exchange: Exchange, match: Exclude<ReservationMatch, { kind: "chaddr" }>): Uint8Array | undefined {
  switch (match.kind) {
    case "clientIdentifier":
      return identifierOf(exchange);
    case "duid":
      return duidOf(exchange);
    case "circuitId":
      return relaySubOption(exchange, RelaySubOption.circuitId);
    case "remoteId":
      return relaySubOption(exchange, RelaySubOption.remoteId);
    case "option":
      return match.code === OptionCode.relayAgentInformation
        ? exchange.lastRelayAgentInformation
        : optionValue(exchange.message, match.code);
  }
}

/**
 * Option 61 where it says who the client is: others that send the same short one must
 * not get its reservation.
 */
function identifierOf({ clientIdentifier }: Exchange): Uint8Array | undefined {
  return identifies(clientIdentifier) ? clientIdentifier : undefined;
}

/** A client identifier of type 255 is an IAID of four bytes and a DUID (RFC 4361 section 6.1). */
function duidOf({ clientIdentifier }: Exchange): Uint8Array | undefined {
  return clientIdentifier !== undefined && clientIdentifier[0] === 255 && clientIdentifier.length > 5
    ? clientIdentifier.subarray(5)
    : undefined;
}

function relaySubOption({ lastRelayAgentInformation }: Exchange, code: number): Uint8Array | undefined {
  return lastRelayAgentInformation && subOption(lastRelayAgentInformation, code);
}
