import type { Network, Reservation, ReservationMatch } from "../../config/model/dhcp6.ts";
import { equalBytes, equalIfAny } from "../../net/bytes.ts";
import type { Option } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { optionValue } from "../../wire/dhcp6/options.ts";
import { readRemoteId } from "../../wire/dhcp6/relay-options.ts";
import * as common from "../common/reservations.ts";
import type { Sender } from "./exchange.ts";
import { hardwareAddressOf } from "./identity.ts";
import type { IdentifierKind, ReservationIndex } from "./reservation-index.ts";

/** The reservation of the client on its link: see the common rule. */
export function findReservation(sender: Sender): Reservation | undefined {
  return common.findReservation<Network, Sender, Reservation>(sender, RULES);
}

/**
 * In a network, those by DUID come first, then those by hardware address, by Interface-Id, by
 * Remote-Id, and all others.
 */
const RULES: common.ReservationRules<Sender, Network, Reservation> = {
  findIn(sender, network) {
    const lists = sender.context.decider.reservations[network.index] as readonly ReservationIndex[];
    if (lists.length === 0) return undefined;
    return (
      common.firstFor(sender, lists, "duid", sender.duid, matchesAll) ??
      common.firstFor(sender, lists, "chaddr", hardwareAddressOf(sender), matchesAll) ??
      firstForRelay(sender, lists, "interfaceId") ??
      firstForRelay(sender, lists, "remoteId") ??
      common.firstOfOthers(sender, lists, matchesAll)
    );
  },
  hasAddress: ({ addresses, prefixes }) => addresses.length + prefixes.length > 0,
};

/** What any relay says of the client's place, that nearest to the client first. */
function firstForRelay(sender: Sender, lists: readonly ReservationIndex[], kind: PlaceKind): Reservation | undefined {
  if (lists.every((index) => index[kind] === undefined)) return undefined;
  for (const { options } of sender.message.relays.toReversed()) {
    for (const identifier of identifiersIn(kind, options)) {
      const found = common.firstFor(sender, lists, kind, identifier, matchesAll);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** What says where a client is. */
type PlaceKind = Extract<IdentifierKind, "interfaceId" | "remoteId">;

/** Interface-Id, or Remote-Id with and without its enterprise number. */
function identifiersIn(kind: PlaceKind, options: readonly Option[]): readonly Uint8Array[] {
  const value = optionValue(options, kind === "interfaceId" ? OptionCode.interfaceId : OptionCode.remoteId);
  if (value === undefined) return [];
  const id = kind === "remoteId" ? readRemoteId(value)?.id : undefined;
  return id === undefined ? [value] : [id, value];
}

function matchesAll(sender: Sender, { match: matches }: Reservation): boolean {
  for (const match of matches) if (!holds(sender, match)) return false;
  return true;
}

function holds(sender: Sender, match: ReservationMatch): boolean {
  switch (match.kind) {
    case "duid":
      return equalIfAny(sender.duid, match.value);
    case "chaddr":
      return equalIfAny(hardwareAddressOf(sender), match.chaddr);
    case "interfaceId":
    case "remoteId":
      return sender.message.relays.some(({ options }) => identifiersIn(match.kind, options).some((id) => equalBytes(id, match.value)));
    case "option":
      return equalIfAny(optionValue(sender.message.options, match.code), match.value);
  }
}
