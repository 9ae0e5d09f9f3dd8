import type { Reservation } from "../../config/model/dhcp6.ts";
import { duidOf } from "../../leases/dhcp6/client-key.ts";
import type { Lease } from "../../leases/dhcp6/lease.ts";
import { toHex } from "../../net/bytes.ts";
import { ADDRESS_LENGTH, firstAddress, type Ipv6Prefix, prefixLength } from "../../net/ipv6-prefix.ts";
import type { Decider } from "./decider.ts";

/*
 * Whether a client would be told something else after a reload. What a lease was given is not kept
 * with it, so it is told by the configuration: by all that may say something of it, whether or not
 * the client asked for that. A client that is asked for nothing only renews early.
 */

/**
 * Tells of a lease whether its client has something new to learn when the server goes over from one
 * configuration to another: its address or prefix is no longer given, or its times, its options or
 * its reservation have changed.
 */
export function changedSettings(before: Decider, after: Decider): (lease: Lease) => boolean {
  const { config: old } = before;
  const { config: next } = after;
  if (text([old.options, old.classification]) !== text([next.options, next.classification])) return () => true;
  const texts = new Map<object, string>();
  const textOf = (place: object | undefined): string => {
    if (place === undefined) return "";
    const known = texts.get(place) ?? text(place);
    texts.set(place, known);
    return known;
  };
  const ofClient = [reservationsByClient(before), reservationsByClient(after)] as const;

  /** What the configuration says of those who have this. */
  function saysOf({ places }: Decider, prefix: Ipv6Prefix): string {
    const network = places.networkOf(prefix);
    const pool = places.poolAround(prefix);
    const settings = pool ?? network;
    const isGiven = places.poolOf(prefix) !== undefined;
    return network === undefined || settings === undefined
      ? "nothing"
      : `${network.name} ${isGiven} ${textOf(settings.options)} ${textOf(settings.leaseTime)} ${text([network.guard, pool?.guard])}`;
  }

  return ({ address, owner }) => {
    if (saysOf(before, address) !== saysOf(after, address)) return true;
    const client = toHex(duidOf(owner.clientKey));
    const hardware = owner.hardware === undefined ? "" : toHex(owner.hardware.subarray(2));
    const [a, b] = ofClient.map((known) => [known.get(client), known.get(hardware), known.get(addressText(address))]);
    return a?.some((reserved, i) => reserved !== b?.[i]) ?? false;
  };
}

function addressText(prefix: Ipv6Prefix): string {
  return prefixLength(prefix) === ADDRESS_LENGTH ? toHex(firstAddress(prefix)) : toHex(prefix);
}

/**
 * What reservations say, by the DUID or hardware address of their host and by what they reserve.
 */
function reservationsByClient({ config }: Decider): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const note = (key: string, says: string): void => void found.set(key, (found.get(key) ?? "") + says);
  for (const reservation of config.networks.flatMap(({ reservations }) => reservations.flat())) {
    const says = text(reservation);
    for (const key of keysOf(reservation)) note(key, says);
  }
  return found;
}

function keysOf({ match, addresses, prefixes }: Reservation): readonly string[] {
  const identifiers = match.flatMap((one) => (one.kind === "duid" ? [one.value] : one.kind === "chaddr" ? [one.chaddr] : []));
  return [...identifiers, ...addresses, ...prefixes].map(toHex);
}

/** The same text for the same value, and for no other. */
function text(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (part instanceof Uint8Array) return toHex(part);
    return part instanceof Map ? [...part] : part;
  });
}
