import { duidOf } from "../../leases/dhcp6/client-key.ts";
import { OWNER_RECORD } from "../../leases/dhcp6/record.ts";
import { readU16, toHex } from "../../net/bytes.ts";
import { hardwareOfDuid } from "../../net/duid.ts";
import { IdentifierType } from "../../wire/dns/dhcid.ts";
import { type Identity, identifierOf } from "../places.ts";

const ETHERNET = 1;

/** Who a client of DHCPv6 is, by the record of its lease. */
export function identityOf(record: Uint8Array): Identity {
  const { clientKey, hardware, hostname } = OWNER_RECORD.read(record, 0);
  const duid = duidOf(clientKey);
  const hosts = [`duid ${toHex(duid)}`];
  // A client writes its DUID itself: beside what was seen of it it proves no other address.
  const made = hardware === undefined ? hardwareOfDuid(duid) : undefined;
  if (hardware !== undefined && readU16(hardware, 0) === ETHERNET) hosts.push(`mac ${toHex(hardware.subarray(2))}`);
  if (made?.type === ETHERNET) hosts.push(`mac ${toHex(made.address)}`);
  return { identifier: identifierOf(IdentifierType.duid, duid), hosts, hostname };
}
