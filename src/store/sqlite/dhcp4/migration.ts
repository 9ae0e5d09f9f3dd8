import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { hardwareKey } from "../../../leases/dhcp4/client-key.ts";
import type { LeaseOwner } from "../../../leases/dhcp4/lease.ts";
import { recordOf } from "../../../leases/dhcp4/record.ts";

/*
 * From the first format of the database, which had a column for each thing that DHCPv4 knows of a
 * client and rows of IPv4 leases alone, to the present one, in which that is a record. What is
 * damaged stays damaged: it is told when it is read.
 */

/** Lengths that the first format had room for. */
const LONGEST_CHADDR = 255;
const LONGEST = 65535;
/** Option 61 has a type and at least one byte more (RFC 2132 section 9.14). */
const SHORTEST_IDENTIFIER = 2;
const LARGEST = 0xffffffff;

/** Rewrites `leases`. In the transaction of the caller. */
export function migrateToRecords(db: DatabaseSync): void {
  // Where the numbers of rows are impossible they get others: they lead nowhere.
  const { wrong } = db.prepare("SELECT count(*) AS wrong FROM leases WHERE row NOT BETWEEN 0 AND 4294967295").get() ?? {};
  const id = wrong === 0 ? "id" : "row_number() OVER (ORDER BY id) - 1";
  db.exec("DROP VIEW lease; ALTER TABLE leases RENAME TO leases_before");
  db.exec(`
    CREATE TABLE leases (
      id INTEGER PRIMARY KEY,
      address BLOB,
      state INTEGER,
      start INTEGER,
      expiry INTEGER,
      record BLOB,
      network TEXT
    );
    INSERT INTO leases SELECT ${id}, address, state, start, expiry, record, network
      FROM ${presentRows(db, "leases_before")};
    DROP TABLE leases_before;`);
}

/**
 * Whether the leases stand in the first format: a database that no server of this version has
 * opened yet is read as it is.
 */
export function isInFirstFormat(db: DatabaseSync): boolean {
  return !columnsOf(db, "leases").has("record");
}

/** What to select from to have the rows of a table of the first format in the present one. */
export function presentRows(db: DatabaseSync, table: string): string {
  db.function("lease_address", { deterministic: true }, addressOf);
  db.function("lease_record", { deterministic: true, varargs: true }, recordOfColumns);
  const present = columnsOf(db, table);
  // Numbers that JavaScript has no exact form of can't be handed to a function.
  const columns = OWNER_COLUMNS.map((name) => {
    if (!present.has(name)) return "NULL";
    if (name === "htype") return "CASE WHEN htype BETWEEN 0 AND 255 THEN htype END";
    return `CASE WHEN typeof(${name}) = 'integer' THEN 0 ELSE ${name} END`;
  }).join(", ");
  const address = "lease_address(CASE WHEN address BETWEEN 0 AND 4294967295 THEN address END)";
  return `(SELECT row AS id, ${address} AS address, state, start, expiry, lease_record(${columns}) AS record, network FROM ${table})`;
}

/** Later versions of the first format added to these. */
const OWNER_COLUMNS = [
  "htype",
  "hardware_address",
  "client_identifier",
  "hostname",
  "vendor_class",
  "relay_agent_information",
  "limit_keys",
  "client_key",
] as const;

function columnsOf(db: DatabaseSync, table: string): ReadonlySet<SQLOutputValue | undefined> {
  return new Set(
    db
      .prepare("SELECT name FROM pragma_table_info(?)")
      .all(table)
      .map(({ name }) => name),
  );
}

function addressOf(value: SQLOutputValue): SQLOutputValue {
  const address = Number(value);
  if (typeof value === "string" || !Number.isInteger(address) || address < 0 || address > LARGEST || value === null) return null;
  return Uint8Array.of(address >>> 24, (address >>> 16) & 255, (address >>> 8) & 255, address & 255);
}

/** NULL: one of the columns says something impossible. */
function recordOfColumns(...values: SQLOutputValue[]): SQLOutputValue {
  const [htype, chaddr, identifier, hostname, vendorClass, relay, limitKeys, key] = values;
  if (typeof htype !== "number" || !Number.isInteger(htype) || htype < 0 || htype > 255) return null;
  if (!(chaddr instanceof Uint8Array) || chaddr.length > LONGEST_CHADDR) return null;
  const texts = [identifier, hostname, vendorClass, relay, limitKeys, key];
  if (!texts.every((value) => value === null || (value instanceof Uint8Array && value.length <= LONGEST))) return null;
  const clientIdentifier = bytesOf(identifier);
  const owner: LeaseOwner = {
    // NULL: the key is what it usually is.
    clientKey: bytesOf(key) ?? usualKey(htype, chaddr, clientIdentifier),
    clientIdentifier,
    htype,
    chaddr,
    hostname: bytesOf(hostname),
    vendorClass: bytesOf(vendorClass),
    relayAgentInformation: bytesOf(relay),
    limitKeys: bytesOf(limitKeys),
  };
  return recordOf(owner) as Uint8Array<ArrayBuffer>;
}

function usualKey(htype: number, chaddr: Uint8Array, clientIdentifier: Uint8Array | undefined): Uint8Array {
  return clientIdentifier !== undefined && clientIdentifier.length >= SHORTEST_IDENTIFIER ? clientIdentifier : hardwareKey(htype, chaddr);
}

function bytesOf(value: SQLOutputValue | undefined): Uint8Array | undefined {
  return value instanceof Uint8Array ? value : undefined;
}
