import { OWNER_RECORD } from "../../leases/dhcp4/record.ts";
import { toHex } from "../../net/bytes.ts";
import { hardwareOfDuid, MIN_DUID_SIZE } from "../../net/duid.ts";
import { IdentifierType } from "../../wire/dns/dhcid.ts";
import { type Identity, identifierOf } from "../places.ts";

/** A client identifier of this type holds an IAID and a DUID (RFC 4361 section 6.1). */
const OF_DUID = 255;
/** Type and IAID in front of it. */
const HEADER = 5;
const ETHERNET = 1;

/** Who a client of DHCPv4 is, by the record of its lease. */
export function identityOf(record: Uint8Array): Identity {
  const { clientIdentifier, htype, chaddr, clientKey, hostname } = OWNER_RECORD.read(record, 0);
  const duid = clientIdentifier && duidIn(clientIdentifier);
  const hosts: string[] = [];
  if (htype === ETHERNET && chaddr.length > 0) hosts.push(`mac ${toHex(chaddr)}`);
  if (duid !== undefined) {
    // A client writes its DUID itself: beside an address that it sends from it proves no other one.
    const hardware = hosts.length === 0 ? hardwareOfDuid(duid) : undefined;
    hosts.push(`duid ${toHex(duid)}`);
    if (hardware?.type === ETHERNET) hosts.push(`mac ${toHex(hardware.address)}`);
  }
  if (hosts.length === 0) hosts.push(`client ${toHex(clientKey)}`);
  return { identifier: identifier(duid, clientIdentifier, htype, chaddr, clientKey), hosts, hostname };
}

/** RFC 4701 section 3.3: the best of what the client is known by. */
function identifier(
  duid: Uint8Array | undefined,
  clientIdentifier: Uint8Array | undefined,
  htype: number,
  chaddr: Uint8Array,
  clientKey: Uint8Array,
): Uint8Array {
  if (duid !== undefined) return identifierOf(IdentifierType.duid, duid);
  if (clientIdentifier !== undefined) return identifierOf(IdentifierType.clientIdentifierOption, clientIdentifier);
  if (chaddr.length > 0) return identifierOf(IdentifierType.hardware, Uint8Array.of(htype), chaddr);
  return identifierOf(IdentifierType.clientIdentifierOption, clientKey);
}

function duidIn(clientIdentifier: Uint8Array): Uint8Array | undefined {
  if (clientIdentifier[0] !== OF_DUID || clientIdentifier.length < HEADER + MIN_DUID_SIZE) return undefined;
  return clientIdentifier.subarray(HEADER);
}
