import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { hardwareKey } from "../../leases/client-key.ts";
import { type Lease, type LeaseOwner, LeaseState, NEVER } from "../../leases/lease.ts";
import { equalBytes } from "../../net/bytes.ts";
import { formatIpv4 } from "../../net/ipv4.ts";
import { RelaySubOption, subOption } from "../../wire/dhcp4/relay-agent-information.ts";
import type { SavedClock, StoredLease } from "../store.ts";

/*
 * Leases as rows of the database, both ways. What is read is not taken on trust: a disk, a program or a person may have changed it. Of a row that
 * says something impossible only the address counts, where that can be read: it is given to nobody, because somebody may have it.
 */

/** A lease of the database with the name of its network. */
export interface LeaseRow extends StoredLease {
  readonly network: string;
}

/** Reads the clock that was written last. A database that no server of this version has opened yet has none, nor has one in which it is damaged. */
export function readClock(db: DatabaseSync): SavedClock | undefined {
  if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'clock'").get() === undefined) return undefined;
  const row = db.prepare("SELECT * FROM clock").get();
  const [offset, trusted, bootOffset] = [Number(row?.wall_offset), Number(row?.trusted_offset), Number(row?.boot_offset)];
  if (![offset, trusted, bootOffset].every(Number.isSafeInteger)) return undefined;
  return { offset, trusted, boot: String(row?.boot), bootOffset };
}

/** Is told of each row that is damaged, in a sentence for the operator. */
export type OnDamage = (text: string) => void;

/** In the order of the table's columns, which later versions may add to. */
const COLUMNS = [
  "row",
  "address",
  "state",
  "start",
  "expiry",
  "htype",
  "hardware_address",
  "client_identifier",
  "hostname",
  "vendor_class",
  "relay_agent_information",
  "circuit_id",
  "remote_id",
  "network",
  "limit_keys",
  "client_key",
] as const;

const LARGEST = 0xffffffff;
/** Lengths that the record of an owner has room for. */
const LONGEST_CHADDR = 255;
const LONGEST = 65535;
/** Option 61 has a type and at least one byte more (RFC 2132 section 9.14). */
const SHORTEST_IDENTIFIER = 2;
const NOTHING = new Uint8Array(0);
const NOBODY: LeaseOwner = {
  clientKey: hardwareKey(0, NOTHING),
  clientIdentifier: undefined,
  htype: 0,
  chaddr: NOTHING,
  hostname: undefined,
  vendorClass: undefined,
  relayAgentInformation: undefined,
  limitKeys: undefined,
};

/** Writes rows of leases, replacing what stands in them. */
export function preparePut(db: DatabaseSync): (row: number, lease: Lease, network: string) => void {
  const statement = db.prepare(`INSERT OR REPLACE INTO leases (${COLUMNS.join(", ")}) VALUES (${COLUMNS.map(() => "?").join(", ")})`);
  return (row, { address, state, start, expiry, owner }, network) => {
    const relay = owner.relayAgentInformation;
    statement.run(
      row,
      address,
      state,
      start,
      expiry,
      owner.htype,
      owner.chaddr,
      owner.clientIdentifier ?? null,
      owner.hostname ?? null,
      owner.vendorClass ?? null,
      relay ?? null,
      relay === undefined ? null : (subOption(relay, RelaySubOption.circuitId) ?? null),
      relay === undefined ? null : (subOption(relay, RelaySubOption.remoteId) ?? null),
      network,
      owner.limitKeys ?? null,
      isUsualKey(owner) ? null : owner.clientKey,
    );
  };
}

/** What a client is known by where nothing else is written, which is so for most, and in databases that were written before the key was. */
function usualKey(htype: number, chaddr: Uint8Array, clientIdentifier: Uint8Array | undefined): Uint8Array {
  return isIdentity(clientIdentifier) ? clientIdentifier : hardwareKey(htype, chaddr);
}

/** Whether `usualKey` makes this owner's key; without making it. */
function isUsualKey({ clientKey, clientIdentifier, htype, chaddr }: LeaseOwner): boolean {
  if (isIdentity(clientIdentifier)) return clientKey === clientIdentifier || equalBytes(clientKey, clientIdentifier);
  if (clientKey.length !== 1 + chaddr.length || clientKey[0] !== htype) return false;
  for (let i = 0; i < chaddr.length; i++) if (clientKey[1 + i] !== chaddr[i]) return false;
  return true;
}

function isIdentity(clientIdentifier: Uint8Array | undefined): clientIdentifier is Uint8Array {
  return clientIdentifier !== undefined && clientIdentifier.length >= SHORTEST_IDENTIFIER;
}

/** Reads every lease, streamed, in the order of rows. */
export function* readLeases(db: DatabaseSync, onDamage: OnDamage): IterableIterator<LeaseRow> {
  for (const values of rowsOf(db)) {
    const row = Number(values[0]);
    const lease = leaseOf(values);
    if (typeof lease !== "string") {
      yield { row, lease, network: networkOf(values) };
      continue;
    }
    const address = numberOf(values[1]);
    if (address === undefined) {
      onDamage(`row ${row} of the lease database is damaged (address): nobody can tell whose lease it was`);
      continue;
    }
    const text = formatIpv4(address);
    onDamage(
      `row ${row} of the lease database is damaged (${lease}): ${text} is given to nobody until \`leasehold leases --unblock ${text}\` frees it`,
    );
    yield { row, lease: { address, state: LeaseState.declined, start: 0, expiry: NEVER, owner: NOBODY }, network: networkOf(values) };
  }
}

/**
 * The rows, in their order. A number that JavaScript has no exact form of ends the reading: then what is left is read in a form that has one, which is
 * slower.
 */
function* rowsOf(db: DatabaseSync): IterableIterator<SQLOutputValue[]> {
  const present = new Set(
    db
      .prepare("SELECT name FROM pragma_table_info('leases')")
      .all()
      .map(({ name }) => name),
  );
  // A database that no server of this version has opened yet is read as it is.
  const columns = COLUMNS.map((name) => (present.has(name) ? name : "NULL"));
  const rows = (from: bigint, exact: boolean): Iterable<SQLOutputValue[]> => {
    const statement = db.prepare(`SELECT ${columns.join(", ")} FROM leases WHERE row >= ? ORDER BY row`);
    statement.setReturnArrays(true);
    statement.setReadBigInts(exact);
    return statement.iterate(from) as Iterable<unknown> as Iterable<SQLOutputValue[]>;
  };
  let next = -(2n ** 63n);
  let last: SQLOutputValue | undefined;
  try {
    for (const values of rows(next, false)) {
      last = values[0];
      yield values;
    }
    return;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ERR_OUT_OF_RANGE")) throw error;
  }
  if (last !== undefined) next = BigInt(last as number) + 1n;
  yield* rows(next, true);
}

/** The name of the column that says something impossible instead, if there is one. */
function leaseOf(values: readonly SQLOutputValue[]): Lease | string {
  const address = numberOf(values[1]);
  const state = numberOf(values[2]);
  const start = numberOf(values[3]);
  const expiry = numberOf(values[4]);
  const htype = numberOf(values[5]);
  const chaddr = values[6];
  if (address === undefined) return "address";
  if (state === undefined || state < LeaseState.bound || state > LeaseState.declined) return "state";
  if (start === undefined) return "start";
  if (expiry === undefined) return "expiry";
  if (htype === undefined || htype > 255) return "htype";
  if (!(chaddr instanceof Uint8Array) || chaddr.length > LONGEST_CHADDR) return "hardware_address";
  for (const column of BYTE_COLUMNS) if (!isBytes(values[column])) return COLUMNS[column] as string;
  const clientIdentifier = bytesOf(values[7]);
  return {
    address,
    state: state as LeaseState,
    start,
    expiry,
    owner: {
      clientKey: bytesOf(values[15]) ?? usualKey(htype, chaddr, clientIdentifier),
      clientIdentifier,
      htype,
      chaddr,
      hostname: bytesOf(values[8]),
      vendorClass: bytesOf(values[9]),
      relayAgentInformation: bytesOf(values[10]),
      limitKeys: bytesOf(values[14]),
    },
  };
}

/** Those of byte strings that may be missing. */
const BYTE_COLUMNS: readonly number[] = [7, 8, 9, 10, 14, 15];

/** An unsigned number of 32 bits. */
function numberOf(value: SQLOutputValue | undefined): number | undefined {
  const number = typeof value === "bigint" ? Number(value) : value;
  return typeof number === "number" && Number.isInteger(number) && number >= 0 && number <= LARGEST ? number : undefined;
}

function isBytes(value: SQLOutputValue | undefined): boolean {
  if (value === null || value === undefined) return true;
  return value instanceof Uint8Array && value.length <= LONGEST;
}

function bytesOf(value: SQLOutputValue | undefined): Uint8Array | undefined {
  return value instanceof Uint8Array ? value : undefined;
}

function networkOf(values: readonly SQLOutputValue[]): string {
  const network = values[13];
  return typeof network === "string" ? network : "";
}
