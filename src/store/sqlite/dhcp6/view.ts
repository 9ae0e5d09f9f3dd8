import { Association } from "../../../leases/dhcp6/client-key.ts";
import { FIELD } from "../../../leases/dhcp6/record.ts";
import { byteAt, CLOCK_NOW, field, hex, STATE_AND_TIMES, text } from "../view-columns.ts";

/** A group of four hex digits without zeros in front, of a blob that holds an address. */
function group(blob: string, n: number): string {
  const digits = `ltrim(lower(hex(substr(${blob}, ${2 * n + 1}, 2))), '0')`;
  return `CASE ${digits} WHEN '' THEN '0' ELSE ${digits} END`;
}

/**
 * The text of an address as RFC 5952 has it: the first of the longest runs of zero groups, of two
 * at least, is `::`.
 */
function addressText(blob: string): string {
  const groups = [0, 1, 2, 3, 4, 5, 6, 7].map((n) => group(blob, n)).join(" || ':' || ");
  const runs = [8, 7, 6, 5, 4, 3, 2].map((length) => `${":0".repeat(length)}:`);
  const shortened = runs.map(
    (run) => `WHEN instr(whole, '${run}') > 0
        THEN substr(whole, 1, instr(whole, '${run}') - 1) || '::' || substr(whole, instr(whole, '${run}') + ${run.length})`,
  );
  return `(WITH
      full_text (whole) AS (SELECT ':' || ${groups} || ':'),
      short_text (whole) AS (SELECT CASE ${shortened.join(" ")} ELSE whole END FROM full_text),
      without_first (whole) AS (SELECT CASE WHEN whole LIKE '::%' THEN whole ELSE substr(whole, 2) END FROM short_text)
    SELECT CASE WHEN whole LIKE '%::' THEN whole ELSE substr(whole, 1, length(whole) - 1) END FROM without_first)`;
}

const key = field(FIELD.clientKey);
const iaid = [2, 3, 4, 5].map((place) => byteAt(key, place));

/** The view `lease6`: addresses, and prefixes, which have a length below 128. */
export const LEASE6_VIEW = `CREATE VIEW lease6 AS
  WITH ${CLOCK_NOW}
  SELECT
    ${addressText("address")} AS address,
    ${byteAt("address", 17)} AS prefix_length,
    ${STATE_AND_TIMES},
    CASE ${byteAt(key, 1)} WHEN ${Association.addresses} THEN 'ia_na' WHEN ${Association.prefixes} THEN 'ia_pd'
      WHEN ${Association.registered} THEN 'registered' END AS association,
    ${hex(`substr(${key}, 6)`)} AS duid,
    ((${iaid[0]} * 256 + ${iaid[1]}) * 256 + ${iaid[2]}) * 256 + ${iaid[3]} AS iaid,
    ${hex(`substr(${field(FIELD.hardware)}, 3)`)} AS hardware_address,
    ${text(field(FIELD.hostname))} AS hostname,
    CASE WHEN length(${field(FIELD.peerAddress)}) = 16 THEN ${addressText(field(FIELD.peerAddress))} END AS client_address,
    ${text(field(FIELD.interfaceName))} AS interface,
    network
  FROM leases, clock_now WHERE id >= 4294967296 AND id < 8589934592;`;
