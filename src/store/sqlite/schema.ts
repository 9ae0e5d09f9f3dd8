import { accessSync, constants, existsSync } from "node:fs";
import { migrateToRecords } from "./dhcp4/migration.ts";
import { LEASE_VIEW } from "./dhcp4/view.ts";
import { LEASE6_VIEW } from "./dhcp6/view.ts";
import { fromSqlite, refuseFolder, storeError } from "./errors.ts";
import { JOURNAL } from "./journal.ts";
import { DatabaseSync } from "./node-sqlite.ts";

/** "LSHD": says in the file's header that this is a lease database (PRAGMA application_id). */
const APPLICATION_ID = 0x4c534844;

/** What a step of the migration does: SQL, or more than SQL alone can do. */
type Step = string | ((db: DatabaseSync) => void);

/**
 * The steps from an empty file to the present form; PRAGMA user_version says how many have been
 * taken. Never change a step that was released: add one.
 *
 * `leases` has the leases of all address families. It is keyed by space and row (`idOf`), a number
 * that the lease table gives out in sequence, not by address: addresses are spread over the pool on
 * purpose, and keyed by them every lease of a batch would dirty a page of its own. What is known of
 * a client is one record of numbered fields, so that knowing something new is no migration. Whoever
 * reads the database by hand uses the views `lease` and `lease6`. `server` has what the server
 * knows of itself, by name.
 *
 * `events` is the journal of what became of leases, see journal.ts.
 *
 * Times in `leases` are lease time, which never steps. The one row of `clock` says where it stands
 * to the wall clock, in which the view shows times: so a clock that is set changes one row and not
 * all of them.
 */
const MIGRATIONS: readonly Step[] = [
  `CREATE TABLE leases (
     row INTEGER PRIMARY KEY,
     address INTEGER NOT NULL,
     state INTEGER NOT NULL,
     start INTEGER NOT NULL,
     expiry INTEGER NOT NULL,
     htype INTEGER NOT NULL,
     hardware_address BLOB NOT NULL,
     client_identifier BLOB,
     hostname BLOB,
     vendor_class BLOB,
     relay_agent_information BLOB,
     circuit_id BLOB,
     remote_id BLOB,
     network TEXT NOT NULL
   );
   CREATE VIEW lease AS SELECT
     format('%d.%d.%d.%d', address >> 24, (address >> 16) & 255, (address >> 8) & 255, address & 255) AS address,
     CASE WHEN state = 1 AND expiry <= unixepoch() THEN 'expired'
          ELSE CASE state WHEN 1 THEN 'bound' WHEN 2 THEN 'released' WHEN 3 THEN 'expired' WHEN 4 THEN 'declined' END END AS state,
     datetime(start, 'unixepoch') AS start,
     CASE expiry WHEN 4294967295 THEN 'never' ELSE datetime(expiry, 'unixepoch') END AS expiry,
     lower(hex(hardware_address)) AS hardware_address,
     lower(hex(client_identifier)) AS client_identifier,
     CAST(hostname AS TEXT) AS hostname,
     CAST(vendor_class AS TEXT) AS vendor_class,
     lower(hex(circuit_id)) AS circuit_id,
     lower(hex(remote_id)) AS remote_id,
     network
   FROM leases;`,
  "ALTER TABLE leases ADD COLUMN limit_keys BLOB",
  // NULL: the key is what it usually is, see rows.ts.
  "ALTER TABLE leases ADD COLUMN client_key BLOB",
  `CREATE TABLE clock (
     id INTEGER PRIMARY KEY CHECK (id = 1),
     wall_offset INTEGER NOT NULL,
     trusted_offset INTEGER NOT NULL,
     boot TEXT NOT NULL,
     boot_offset INTEGER NOT NULL
   );
   DROP VIEW lease;
   CREATE VIEW lease AS
   WITH clock_now AS (SELECT coalesce((SELECT wall_offset FROM clock), 0) AS ahead)
   SELECT
     format('%d.%d.%d.%d', address >> 24, (address >> 16) & 255, (address >> 8) & 255, address & 255) AS address,
     CASE WHEN state = 1 AND expiry + ahead <= unixepoch() AND expiry <> 4294967295 THEN 'expired'
          ELSE CASE state WHEN 1 THEN 'bound' WHEN 2 THEN 'released' WHEN 3 THEN 'expired' WHEN 4 THEN 'declined' END END AS state,
     datetime(start + ahead, 'unixepoch') AS start,
     CASE expiry WHEN 4294967295 THEN 'never' ELSE datetime(expiry + ahead, 'unixepoch') END AS expiry,
     lower(hex(hardware_address)) AS hardware_address,
     lower(hex(client_identifier)) AS client_identifier,
     CAST(hostname AS TEXT) AS hostname,
     CAST(vendor_class AS TEXT) AS vendor_class,
     lower(hex(circuit_id)) AS circuit_id,
     lower(hex(remote_id)) AS remote_id,
     network
   FROM leases, clock_now;`,
  migrateToRecords,
  LEASE_VIEW,
  `CREATE TABLE server (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID; ${LEASE6_VIEW}`,
  JOURNAL,
];

/** Pages in the log from which a checkpoint is taken (8 MiB). */
export const CHECKPOINT_PAGES = 2048;
export const PAGE_SIZE = 4096;
/** Bytes of the log that are kept for the next commits. */
const LARGEST_LOG = 2 * CHECKPOINT_PAGES * PAGE_SIZE;

/**
 * Opens a lease database for reading and writing, makes it when there is none, and brings it to the
 * present form. Throws StoreError.
 */
export function openLeaseDatabase(path: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    // SQLite opens what it may not write for reading, and says so at the first write.
    if (existsSync(path)) accessSync(path, constants.W_OK);
    db = new DatabaseSync(path, { timeout: 2000 });
    migrate(db, path);
    // FULL: the log is on the disk before a commit returns. Checkpoints are taken by hand, when
    // nobody waits for them. A log that had to grow, because somebody read for long, is made
    // smaller as soon as it is begun anew.
    db.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = ${LARGEST_LOG};`,
    );
    return db;
  } catch (error) {
    db?.close();
    throw fromSqlite(error, path);
  }
}

/** Opens a lease database for reading while a server may be using it. Throws StoreError. */
export function openForReading(path: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    refuseFolder(path);
    if (!existsSync(path)) throw storeError("io", path, "there is no such file");
    accessSync(path, constants.R_OK);
    db = new DatabaseSync(path, { readOnly: true, timeout: 2000 });
    checkVersion(db, path);
    return db;
  } catch (error) {
    db?.close();
    throw fromSqlite(error, path);
  }
}

/**
 * How many migrations the database has behind it. Throws when it is something else, or from a later
 * version.
 */
function checkVersion(db: DatabaseSync, path: string): number {
  const applicationId = pragma(db, "application_id");
  const version = pragma(db, "user_version");
  if (applicationId !== APPLICATION_ID) throw storeError("not-a-lease-database", path);
  if (version > MIGRATIONS.length) throw storeError("newer", path, `its format is ${version}, this version knows ${MIGRATIONS.length}`);
  return version;
}

function migrate(db: DatabaseSync, path: string): void {
  const empty = db.prepare("SELECT count(*) AS tables FROM sqlite_schema").get()?.tables === 0 && pragma(db, "application_id") === 0;
  const version = empty ? 0 : checkVersion(db, path);
  if (version === MIGRATIONS.length) return;
  db.exec("BEGIN IMMEDIATE");
  for (const step of MIGRATIONS.slice(version)) {
    if (typeof step === "string") db.exec(step);
    else step(db);
  }
  db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${MIGRATIONS.length}; COMMIT`);
}

function pragma(db: DatabaseSync, name: "application_id" | "user_version"): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name]);
}
