import type { Network, Reservation, ReservationMatch } from "../../config/model/dhcp4.ts";
import { equalBytes } from "../../net/bytes.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { optionByCode } from "../../wire/dhcp4/option-table.ts";
import { optionValue, textOf } from "../../wire/dhcp4/options.ts";
import { RelaySubOption, subOption } from "../../wire/dhcp4/relay-agent-information.ts";
import * as common from "../common/reservations.ts";
import { identifies } from "./client-key.ts";
import type { Exchange } from "./exchange.ts";
import type { NetworkReservations } from "./reservation-index.ts";

/** The reservation of the client on its link: see the common rule. */
export function findReservation(exchange: Exchange): Reservation | undefined {
  return common.findReservation<Network, Exchange, Reservation>(exchange, RULES);
}

/**
 * In a network, those by chaddr come first, then those by client identifier, by DUID, by circuit
 * id, by remote id, and all others.
 */
const RULES: common.ReservationRules<Exchange, Network, Reservation> = {
  findIn(exchange, network) {
    const { lists } = exchange.context.decider.compiled.reservations[network.index] as NetworkReservations;
    if (lists.length === 0) return undefined;
    return (
      common.firstFor(exchange, lists, "chaddr", exchange.message.chaddr, matchesAll) ??
      common.firstFor(exchange, lists, "clientIdentifier", identifierOf(exchange), matchesAll) ??
      common.firstFor(exchange, lists, "duid", duidOf(exchange), matchesAll) ??
      common.firstFor(exchange, lists, "circuitId", relaySubOption(exchange, RelaySubOption.circuitId), matchesAll) ??
      common.firstFor(exchange, lists, "remoteId", relaySubOption(exchange, RelaySubOption.remoteId), matchesAll) ??
      common.firstOfOthers(exchange, lists, matchesAll)
    );
  },
  hasAddress: ({ address }) => address !== undefined,
};

function matchesAll(exchange: Exchange, { match: matches }: Reservation): boolean {
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
