import { FIELD } from "../../../leases/dhcp4/record.ts";
import { RelaySubOption } from "../../../wire/dhcp4/relay-agent-information.ts";

/*
 * IPv4 leases for whoever reads the database by hand. Records are taken apart by SQL alone, so that
 * any program that reads SQLite can use the view; a column is worked out only where it is asked
 * for.
 */

/** A byte as a number, of the two hex digits at a place (from 1) of a text. */
function byteAt(text: string, place: string): string {
  const digit = (at: string) => `instr('123456789ABCDEF', substr(${text}, ${at}, 1))`;
  return `(${digit(place)} * 16 + ${digit(`${place} + 1`)})`;
}

/**
 * The value of a numbered item in hex digits; NULL: there is none. Items stand one behind the
 * other: number, length, value. `long`: a length of 255 says that one of two bytes follows, as in
 * records.
 */
function itemIn(items: string, number: number, long: boolean): string {
  const short = byteAt("rest", "3");
  const isLong = long ? `${short} = 255` : "0";
  const length = long ? `CASE WHEN ${isLong} THEN ${byteAt("rest", "5")} * 256 + ${byteAt("rest", "7")} ELSE ${short} END` : short;
  const start = long ? `CASE WHEN ${isLong} THEN 9 ELSE 5 END` : "5";
  return `(WITH RECURSIVE item (number, value, rest) AS (
      SELECT -1, '', ${items}
      UNION ALL
      SELECT ${byteAt("rest", "1")}, substr(rest, ${start}, 2 * (${length})), substr(rest, ${start} + 2 * (${length})) FROM item WHERE rest <> ''
    ) SELECT value FROM item WHERE number = ${number})`;
}

/** Behind the length of the record. */
const FIELDS = "substr(hex(record), 9)";
const field = (number: number): string => itemIn(FIELDS, number, true);
const text = (hex: string): string => `CAST(unhex(${hex}) AS TEXT)`;
const octet = (n: number): string => byteAt("hex(address)", String(2 * n + 1));

/** The view `lease`. Its columns are those that it always had. */
export const LEASE_VIEW = `CREATE VIEW lease AS
  WITH clock_now AS (SELECT coalesce((SELECT wall_offset FROM clock), 0) AS ahead)
  SELECT
    ${[0, 1, 2, 3].map(octet).join(" || '.' || ")} AS address,
    CASE WHEN state = 1 AND expiry + ahead <= unixepoch() AND expiry <> 4294967295 THEN 'expired'
         ELSE CASE state WHEN 1 THEN 'bound' WHEN 2 THEN 'released' WHEN 3 THEN 'expired' WHEN 4 THEN 'declined' END END AS state,
    datetime(start + ahead, 'unixepoch') AS start,
    CASE expiry WHEN 4294967295 THEN 'never' ELSE datetime(expiry + ahead, 'unixepoch') END AS expiry,
    coalesce(lower(substr(${field(FIELD.hardware)}, 3)), '') AS hardware_address,
    coalesce(lower(${field(FIELD.clientIdentifier)}), '') AS client_identifier,
    ${text(field(FIELD.hostname))} AS hostname,
    ${text(field(FIELD.vendorClass))} AS vendor_class,
    coalesce(lower(${itemIn(field(FIELD.relayAgentInformation), RelaySubOption.circuitId, false)}), '') AS circuit_id,
    coalesce(lower(${itemIn(field(FIELD.relayAgentInformation), RelaySubOption.remoteId, false)}), '') AS remote_id,
    network
  FROM leases, clock_now WHERE id < 4294967296;`;
