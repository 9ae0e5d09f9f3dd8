import type { Config } from "../../config/model/config.ts";
import type { Network, Reservation, ReservationMatch } from "../../config/model/dhcp4.ts";
import { dynamicRange } from "../../engine/dhcp4/subnet.ts";
import type { LeaseOwner } from "../../leases/dhcp4/lease.ts";
import { OWNER_RECORD } from "../../leases/dhcp4/record.ts";
import { IPV4_SPACE } from "../../leases/dhcp4/space.ts";
import { equalBytes, toHex } from "../../net/bytes.ts";
import { formatIpv4, type Ipv4, readIpv4 } from "../../net/ipv4.ts";
import { formatMac } from "../../net/mac.ts";
import { rangeOfPrefix } from "../../net/prefix.ts";
import { RangeIndex } from "../../net/range-index.ts";
import { RelaySubOption, subOption } from "../../wire/dhcp4/relay-agent-information.ts";
import { type Judge, type JudgedProtocol, UNKNOWN, type Verdict } from "../lease-judge.ts";

/** How IPv4 leases are judged. */
export const LEASE_JUDGE: JudgedProtocol<Config> = {
  space: IPV4_SPACE,
  judge,
  whose(row) {
    const { chaddr, hostname } = OWNER_RECORD.read(row.record, 0);
    return {
      address: formatIpv4(readIpv4(row.address, 0)),
      client: formatMac(chaddr),
      ...(hostname === undefined ? {} : { hostname: new TextDecoder().decode(hostname) }),
    };
  },
};

function judge({ networks }: Config): Judge {
  const index = new RangeIndex(networks.map(({ prefix }) => rangeOfPrefix(prefix)));
  const byAddress = new Map<Ipv4, Reservation>();
  /** Those with an address, by the hardware address that they match. */
  const byHardware = new Map<string, { readonly reservation: Reservation; readonly link: number }[]>();
  for (const { reservations, link } of networks) {
    for (const reservation of reservations.flat()) {
      if (reservation.address === undefined) continue;
      byAddress.set(reservation.address, reservation);
      for (const match of reservation.match) {
        if (match.kind !== "chaddr") continue;
        const key = toHex(match.chaddr);
        byHardware.set(key, [...(byHardware.get(key) ?? []), { reservation, link }]);
      }
    }
  }
  return (row) => {
    const address = readIpv4(row.address, 0);
    const network = networks[index.find(address)];
    if (network === undefined) return "its network is gone";
    const owner = OWNER_RECORD.read(row.record, 0);
    const reservation = byAddress.get(address);
    if (reservation !== undefined) return ofReserved(reservation, owner, network);
    const other = byHardware.get(toHex(owner.chaddr))?.find((one) => one.link === network.link && matches(one.reservation, owner) === true);
    return ofDynamic(network, address, other?.reservation.address);
  };
}

function ofReserved(reservation: Reservation, owner: LeaseOwner, network: Network): Verdict {
  const isFor = matches(reservation, owner);
  if (isFor === false) return `it is reserved for ${reservation.name}`;
  return isFor === undefined || reservation.guard !== undefined || network.guard !== undefined ? UNKNOWN : undefined;
}

function ofDynamic(network: Network, address: Ipv4, reserved: Ipv4 | undefined): Verdict {
  const range = dynamicRange(network, address);
  if (range === undefined) return "it is in no range";
  if (reserved !== undefined) return `${formatIpv4(reserved)} is reserved for the client`;
  return network.guard !== undefined || range.guard !== undefined || network.reservationsOnly ? UNKNOWN : undefined;
}

/** Whether the reservation is of the client; undefined: only a message tells. */
function matches({ match }: Reservation, owner: LeaseOwner): boolean | undefined {
  let known: boolean | undefined = true;
  for (const one of match) {
    const value = valueFor(one, owner);
    if (value === "unknown") known = undefined;
    else if (value === undefined || !equalBytes(value, one.kind === "chaddr" ? one.chaddr : one.value)) return false;
  }
  return known;
}

function valueFor(match: ReservationMatch, owner: LeaseOwner): Uint8Array | undefined | "unknown" {
  const { clientIdentifier, relayAgentInformation } = owner;
  switch (match.kind) {
    case "chaddr":
      return owner.chaddr;
    case "clientIdentifier":
      return clientIdentifier;
    case "duid":
      return clientIdentifier?.[0] === 255 ? clientIdentifier.subarray(5) : undefined;
    case "circuitId":
      return relayAgentInformation && subOption(relayAgentInformation, RelaySubOption.circuitId);
    case "remoteId":
      return relayAgentInformation && subOption(relayAgentInformation, RelaySubOption.remoteId);
    case "option":
      return "unknown";
  }
}
