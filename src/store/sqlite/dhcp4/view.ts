import { FIELD } from "../../../leases/dhcp4/record.ts";
import { RelaySubOption } from "../../../wire/dhcp4/relay-agent-information.ts";
import { byteAt, CLOCK_NOW, field, hex, itemIn, STATE_AND_TIMES, text } from "../view-columns.ts";

const octet = (n: number): string => byteAt("address", n + 1);
const relayed = (code: number): string => itemIn(field(FIELD.relayAgentInformation), code, false);

/** The view `lease`, of IPv4. Its columns are those that it always had. */
export const LEASE_VIEW = `CREATE VIEW lease AS
  WITH ${CLOCK_NOW}
  SELECT
    ${[0, 1, 2, 3].map(octet).join(" || '.' || ")} AS address,
    ${STATE_AND_TIMES},
    ${hex(`substr(${field(FIELD.hardware)}, 2)`)} AS hardware_address,
    ${hex(field(FIELD.clientIdentifier))} AS client_identifier,
    ${text(field(FIELD.hostname))} AS hostname,
    ${text(field(FIELD.vendorClass))} AS vendor_class,
    ${hex(relayed(RelaySubOption.circuitId))} AS circuit_id,
    ${hex(relayed(RelaySubOption.remoteId))} AS remote_id,
    network
  FROM leases, clock_now WHERE id < 4294967296;`;
