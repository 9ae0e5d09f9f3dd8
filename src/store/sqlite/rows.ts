import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { hardwareKey } from "../../leases/client-key.ts";
import type { LeaseOwner, LeaseState } from "../../leases/lease.ts";
import type { SavedClock, StoredLease } from "../store.ts";

/** A lease of the database with the name of its network. */
export interface LeaseRow extends StoredLease {
  readonly network: string;
}

/** Reads the clock that was written last. A database that no server of this version has opened yet has none. */
export function readClock(db: DatabaseSync): SavedClock | undefined {
  if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'clock'").get() === undefined) return undefined;
  const row = db.prepare("SELECT * FROM clock").get();
  if (row === undefined) return undefined;
  return {
    offset: Number(row.wall_offset),
    trusted: Number(row.trusted_offset),
    boot: String(row.boot),
    bootOffset: Number(row.boot_offset),
  };
}

/** Reads every lease, streamed, in the order of rows. */
export function* readLeases(db: DatabaseSync): IterableIterator<LeaseRow> {
  const statement = db.prepare(
    `SELECT row, address, state, start, expiry, htype, hardware_address, client_identifier, hostname, vendor_class,
            relay_agent_information, network, ${hasLimitKeys(db) ? "limit_keys" : "NULL"}
       FROM leases ORDER BY row`,
  );
  statement.setReturnArrays(true);
  for (const values of statement.iterate() as Iterable<unknown> as Iterable<SQLOutputValue[]>) {
    const [row, address, state, start, expiry, htype, chaddr, clientIdentifier, hostname, vendorClass, relay, network, limitKeys] = values;
    yield {
      row: row as number,
      lease: {
        address: address as number,
        state: state as LeaseState,
        start: start as number,
        expiry: expiry as number,
        owner: ownerOf(
          htype as number,
          chaddr as Uint8Array,
          bytesOf(clientIdentifier),
          bytesOf(hostname),
          bytesOf(vendorClass),
          bytesOf(relay),
          bytesOf(limitKeys),
        ),
      },
      network: network as string,
    };
  }
}

function ownerOf(
  htype: number,
  chaddr: Uint8Array,
  clientIdentifier: Uint8Array | undefined,
  hostname: Uint8Array | undefined,
  vendorClass: Uint8Array | undefined,
  relayAgentInformation: Uint8Array | undefined,
  limitKeys: Uint8Array | undefined,
): LeaseOwner {
  return {
    clientKey: clientIdentifier ?? hardwareKey(htype, chaddr),
    clientIdentifier,
    htype,
    chaddr,
    hostname,
    vendorClass,
    relayAgentInformation,
    limitKeys,
  };
}

/** A database that no server of this version has opened yet is read as it is. */
function hasLimitKeys(db: DatabaseSync): boolean {
  return db.prepare("SELECT 1 FROM pragma_table_info('leases') WHERE name = 'limit_keys'").get() !== undefined;
}

function bytesOf(value: SQLOutputValue | undefined): Uint8Array | undefined {
  return value instanceof Uint8Array ? value : undefined;
}
