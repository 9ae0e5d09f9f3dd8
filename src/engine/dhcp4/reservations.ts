import type { Reservation, ReservationIndex, ReservationMatch } from "../../config/model.ts";
import { equalBytes } from "../../net/bytes.ts";
import { optionValue } from "../../wire/dhcp4/options.ts";
import type { Exchange } from "./exchange.ts";
import { OptionCode } from "./option-code.ts";

/**
 * The reservation of the client on its link: the first that matches and has an address, in the order of the networks, else the first that
 * matches and only has settings. In a network, those by chaddr come before those by client identifier, and these before all others.
 */
export function findReservation(exchange: Exchange): Reservation | undefined {
  let settings: Reservation | undefined;
  for (const network of exchange.link.networks) {
    const index = network.reservations;
    if (index.all.length === 0) continue;
    const found = findInNetwork(exchange, index);
    if (found?.address !== undefined) {
      exchange.trace?.("reservation", `${found.name} in ${network.name}`);
      return found;
    }
    settings ??= found;
  }
  if (settings !== undefined) exchange.trace?.("reservation", `${settings.name}, without an address`);
  return settings;
}

function findInNetwork(exchange: Exchange, index: ReservationIndex): Reservation | undefined {
  const { message, clientIdentifier } = exchange;
  return (
    firstMatch(exchange, index.byChaddr.get(message.chaddr)) ??
    (clientIdentifier === undefined ? undefined : firstMatch(exchange, index.byClientIdentifier.get(clientIdentifier))) ??
    firstMatch(exchange, index.others)
  );
}

function firstMatch(exchange: Exchange, candidates: readonly Reservation[] | undefined): Reservation | undefined {
  if (candidates === undefined) return undefined;
  for (const candidate of candidates) if (matchesAll(exchange, candidate.match)) return candidate;
  return undefined;
}

function matchesAll(exchange: Exchange, matches: readonly ReservationMatch[]): boolean {
  for (const match of matches) if (!holds(exchange, match)) return false;
  return true;
}

function holds(exchange: Exchange, match: ReservationMatch): boolean {
  if (match.kind === "chaddr") return equalBytes(exchange.message.chaddr, match.chaddr);
  if (match.kind === "clientIdentifier") {
    return exchange.clientIdentifier !== undefined && equalBytes(exchange.clientIdentifier, match.value);
  }
  const value =
    match.code === OptionCode.relayAgentInformation ? exchange.lastRelayAgentInformation : optionValue(exchange.message, match.code);
  return value !== undefined && equalBytes(value, match.value);
}
