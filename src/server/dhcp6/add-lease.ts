import type { Dhcp6Config, Lifetimes, Reservation } from "../../config/model/dhcp6.ts";
import { nameByHand } from "../../engine/dhcp6/client-name.ts";
import { Association, clientKeyOf, duidOf, iaidOf } from "../../leases/dhcp6/client-key.ts";
import type { LeaseOwner } from "../../leases/dhcp6/lease.ts";
import { placesOf } from "../../leases/dhcp6/places.ts";
import { NEVER } from "../../leases/lease.ts";
import { equalBytes, toHex } from "../../net/bytes.ts";
import { hardwareOfDuid } from "../../net/duid.ts";
import { ADDRESS_LENGTH, firstAddress, type Ipv6Prefix, prefixLength } from "../../net/ipv6-prefix.ts";
import type { NewLease } from "../leases/add.ts";
import type { LeaseAdder, LeaseRequest } from "../leases/new-lease.ts";
import { RefusedError } from "../requests.ts";
import { formatLeased, parseLeased } from "./operations.ts";

/** What gives leases, such as a server. */
export interface AddingServer {
  readonly config: Dhcp6Config;
  addLease(lease: NewLease<Ipv6Prefix, LeaseOwner>): Promise<void>;
}

/** Gives leases of IPv6 addresses and prefixes. */
export function addTo({ config, addLease }: AddingServer): LeaseAdder {
  return (request) => {
    const address = parseLeased(request.address);
    if (address === undefined) return undefined;
    return Promise.resolve().then(() => addLease(newLease(address, request, config)));
  };
}

function newLease(address: Ipv6Prefix, request: LeaseRequest, config: Dhcp6Config): NewLease<Ipv6Prefix, LeaseOwner> {
  const { duid, iaid, clientId, hardwareAddress, hostname } = request;
  if (duid === undefined || iaid === undefined || clientId !== undefined) {
    throw new RefusedError("invalid", 'expected "duid" and "iaid": they are what a DHCPv6 client is known by');
  }
  const places = placesOf(config);
  const network = places.networkOf(address);
  const reservation = config.networks.flatMap(({ reservations }) => reservations.flat()).find((one) => reserves(one, address));
  const name = formatLeased(address);
  if (reservation !== undefined && !isFor(reservation, duid, hardwareAddress)) {
    throw new RefusedError("conflict", `${name} is reserved for ${reservation.name}`);
  }
  const pool = places.poolOf(address);
  const lifetimes: Lifetimes | undefined = reservation?.leaseTime ?? pool?.leaseTime ?? network?.leaseTime;
  const options = [reservation?.ownOptions, (pool ?? network)?.options, config.options].filter((set) => set !== undefined);
  const duration = request.duration ?? lifetimes?.default ?? 0;
  const owner: LeaseOwner = {
    clientKey: clientKeyOf(prefixLength(address) === ADDRESS_LENGTH ? Association.addresses : Association.prefixes, iaid, duid),
    preferredLifetime: preferred(duration, lifetimes),
    peerAddress: undefined,
    relays: undefined,
    interfaceName: undefined,
    hardware: hardwareRecord(duid, hardwareAddress),
    hostname,
    vendorClass: undefined,
    reconfigureKey: undefined,
    limitKeys: undefined,
    name: nameByHand(config, { number: 0, options }, { address, hostname, reserved: reservation?.hostname }),
  };
  return { address, owner, duration, name, client: describe(owner), isReserved: reservation !== undefined, describe, format: formatLeased };
}

/** 5/8 of the valid lifetime, where nothing is configured. */
function preferred(duration: number, lifetimes: Lifetimes | undefined): number {
  if (duration === NEVER) return NEVER;
  return Math.min(duration, lifetimes?.preferred ?? Math.floor((duration * 5) / 8));
}

function hardwareRecord(duid: Uint8Array, given: Uint8Array | undefined): Uint8Array | undefined {
  const { type = 1, address } = given === undefined ? (hardwareOfDuid(duid) ?? {}) : { address: given };
  return address && Uint8Array.of(type >>> 8, type & 255, ...address);
}

function reserves({ addresses, prefixes }: Reservation, address: Ipv6Prefix): boolean {
  if (prefixLength(address) !== ADDRESS_LENGTH) return prefixes.some((prefix) => equalBytes(prefix, address));
  return addresses.some((one) => equalBytes(one, firstAddress(address)));
}

/** Whether it is for this client, by what can be told without a message of it. */
function isFor({ match }: Reservation, duid: Uint8Array, hardwareAddress: Uint8Array | undefined): boolean {
  const hardware = hardwareAddress ?? hardwareOfDuid(duid)?.address;
  return match.every((one) => {
    if (one.kind === "duid") return equalBytes(one.value, duid);
    return one.kind !== "chaddr" || hardware === undefined || equalBytes(one.chaddr, hardware);
  });
}

function describe({ clientKey, hostname }: LeaseOwner): string {
  const name = hostname === undefined ? "" : ` (${JSON.stringify(new TextDecoder().decode(hostname))})`;
  return `DUID ${toHex(duidOf(clientKey))}, IAID ${iaidOf(clientKey)}${name}`;
}
