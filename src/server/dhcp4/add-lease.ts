import type { Config } from "../../config/model/config.ts";
import type { Reservation } from "../../config/model/dhcp4.ts";
import { nameByHand } from "../../engine/dhcp4/client-name.ts";
import { hardwareKey } from "../../leases/dhcp4/client-key.ts";
import type { LeaseOwner } from "../../leases/dhcp4/lease.ts";
import { equalBytes, NO_BYTES, toHex } from "../../net/bytes.ts";
import { formatIpv4, type Ipv4, parseIpv4 } from "../../net/ipv4.ts";
import { formatMac } from "../../net/mac.ts";
import { prefixContains } from "../../net/prefix.ts";
import { rangeContains } from "../../net/range.ts";
import type { NewLease } from "../leases/add.ts";
import type { LeaseAdder, LeaseRequest } from "../leases/new-lease.ts";
import { RefusedError } from "../requests.ts";

const ETHERNET = 1;
/** Client identifiers that say a DUID: type 255, IAID, DUID (RFC 4361 section 6.1). */
const DUID_TYPE = 255;
const DUID_AT = 5;

/** What gives leases, such as a server. */
export interface AddingServer {
  readonly config: Config;
  addLease(lease: NewLease<Ipv4, LeaseOwner>): Promise<void>;
}

/** Gives IPv4 leases. */
export function addTo({ config, addLease }: AddingServer): LeaseAdder {
  return (request) => {
    const address = parseIpv4(request.address);
    if (address === undefined) return undefined;
    return Promise.resolve().then(() => addLease(newLease(address, request, config)));
  };
}

function newLease(address: Ipv4, request: LeaseRequest, config: Config): NewLease<Ipv4, LeaseOwner> {
  const client = ownerOf(request, config.chaddrOnly);
  const network = config.networks.find(({ prefix }) => prefixContains(prefix, address));
  const reservation = network?.reservations.flat().find((one) => one.address === address);
  const name = formatIpv4(address);
  if (reservation !== undefined && !isFor(reservation, client)) {
    throw new RefusedError("conflict", `${name} is reserved for ${reservation.name}`);
  }
  const range = network?.ranges.find((one) => rangeContains(one, address));
  const usual = (reservation?.leaseTime ?? range?.leaseTime ?? network?.leaseTime)?.default ?? 0;
  const duration = request.duration ?? usual;
  const options = [reservation?.ownOptions, (range ?? network)?.options, config.options].filter((set) => set !== undefined);
  const facts = { address, hostname: request.hostname, reserved: reservation?.hostname };
  const owner = { ...client, name: nameByHand(config, { number: 0, options }, facts) };
  return { address, owner, duration, name, client: describe(owner), isReserved: reservation !== undefined, describe, format: formatIpv4 };
}

function ownerOf({ hardwareAddress, clientId, duid, iaid, hostname }: LeaseRequest, chaddrOnly: boolean): LeaseOwner {
  if (duid !== undefined || iaid !== undefined) {
    throw new RefusedError("invalid", "duid, iaid: an IPv4 client is known by its client_id or hardware_address");
  }
  const chaddr = hardwareAddress ?? hardwareOf(clientId) ?? NO_BYTES;
  const isKnownByIdentifier = clientId !== undefined && !chaddrOnly;
  if (!isKnownByIdentifier && chaddr.length === 0) {
    throw new RefusedError("invalid", `expected "hardware_address"${chaddrOnly ? ": clients are known by it alone" : ' or "client_id"'}`);
  }
  return {
    clientKey: isKnownByIdentifier ? clientId : hardwareKey(ETHERNET, chaddr),
    clientIdentifier: clientId,
    htype: ETHERNET,
    chaddr,
    hostname,
    vendorClass: undefined,
    relayAgentInformation: undefined,
    limitKeys: undefined,
  };
}

/** The hardware address that most clients send as their identifier (RFC 2132 section 9.14). */
function hardwareOf(clientId: Uint8Array | undefined): Uint8Array | undefined {
  return clientId?.[0] === ETHERNET && clientId.length === 7 ? clientId.subarray(1) : undefined;
}

/** Whether it is for this client, by what can be told without a message of it. */
function isFor({ match }: Reservation, { chaddr, clientIdentifier }: LeaseOwner): boolean {
  return match.every((one) => {
    if (one.kind === "chaddr") return equalBytes(one.chaddr, chaddr);
    if (one.kind === "clientIdentifier") return clientIdentifier !== undefined && equalBytes(one.value, clientIdentifier);
    if (one.kind === "duid") return clientIdentifier?.[0] === DUID_TYPE && equalBytes(one.value, clientIdentifier.subarray(DUID_AT));
    return true;
  });
}

function describe({ chaddr, clientIdentifier, hostname }: LeaseOwner): string {
  const name = hostname === undefined ? "" : ` (${JSON.stringify(new TextDecoder().decode(hostname))})`;
  return `${chaddr.length > 0 ? formatMac(chaddr) : `client ${toHex(clientIdentifier ?? NO_BYTES)}`}${name}`;
}
