import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { PublishedAddress, PublishedPointer } from "./plan.ts";

/*
 * What is in the DNS because of this server, or may be. It is written before the message leaves that
 * it is about, and is no longer taken for certain from then until the answer is there: whenever the
 * process dies, what is left to be done follows from this and the leases. A machine that loses its
 * power may forget the last moments, for disks are left to the leases: what was told to a server
 * then, and is wanted no more, is found by a comparison with it.
 */

/** A PTR record, and the address that it is about. */
export interface StoredPointer extends PublishedPointer {
  /** 4 or 16 bytes. */
  readonly address: Uint8Array;
}

export interface Published {
  /** The address records of a name: one more than once where it is uncertain whose it is there. */
  forward(name: string): readonly PublishedAddress[];
  /** The PTR records of an address, as text: more than one where it is uncertain which is there. */
  reverse(address: string): readonly StoredPointer[];
  /** Takes the place of what was known of the name. */
  setForward(name: string, rows: readonly PublishedAddress[]): void;
  /** Takes the place of what was known of the address, as text. */
  setReverse(address: string, rows: readonly StoredPointer[]): void;
  /**
   * Settles when what was written is on disk; everything that is written in one turn of the loop
   * gets there at once. Rejects where it can't be written: then nothing of it is known.
   */
  written(): Promise<void>;
  /** Names that have a record, in their order: so many after this one. */
  namesAfter(name: string, limit: number): readonly string[];
  /** The same of addresses. */
  addressesAfter(address: string, limit: number): readonly string[];
  /** Writes what has not been written yet. `db` stays the caller's to close. */
  close(): void;
}

const TABLES = `
CREATE TABLE IF NOT EXISTS published_forward (
  name TEXT NOT NULL, address BLOB NOT NULL, dhcid BLOB NOT NULL, confirmed INTEGER NOT NULL, PRIMARY KEY (name, address, dhcid)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS published_reverse (
  address TEXT NOT NULL, name TEXT NOT NULL, bytes BLOB NOT NULL, dhcid BLOB NOT NULL, confirmed INTEGER NOT NULL, PRIMARY KEY (address, name)
) STRICT, WITHOUT ROWID;
`;

/**
 * `db`: a connection that nobody else uses, for transactions stay open until the end of a turn.
 * Throws what node:sqlite throws where the tables can't be made.
 */
export function createPublished(db: DatabaseSync): Published {
  db.exec(TABLES);
  const forward = db.prepare("SELECT address, dhcid, confirmed FROM published_forward WHERE name = ?");
  const reverse = db.prepare("SELECT name, bytes, dhcid, confirmed FROM published_reverse WHERE address = ?");
  const removeForward = db.prepare("DELETE FROM published_forward WHERE name = ?");
  const removeReverse = db.prepare("DELETE FROM published_reverse WHERE address = ?");
  const addForward = db.prepare("INSERT INTO published_forward VALUES (?, ?, ?, ?)");
  const addReverse = db.prepare("INSERT INTO published_reverse VALUES (?, ?, ?, ?, ?)");
  const names = db.prepare("SELECT DISTINCT name FROM published_forward WHERE name > ? ORDER BY name LIMIT ?");
  const addresses = db.prepare("SELECT DISTINCT address FROM published_reverse WHERE address > ? ORDER BY address LIMIT ?");
  /** Of what is being written. */
  let turn: Promise<void> | undefined;
  let end: (() => void) | undefined;
  /** Something of this turn could not be written: then nothing of it is, or half of it might be. */
  let failure: { readonly error: unknown } | undefined;

  function begin(): void {
    if (failure !== undefined) throw failure.error;
    if (turn !== undefined) return;
    db.exec("BEGIN IMMEDIATE");
    turn = new Promise((resolve, reject) => {
      const timer = setImmediate(() => end?.());
      end = () => {
        clearImmediate(timer);
        turn = undefined;
        end = undefined;
        try {
          if (failure !== undefined) throw failure.error;
          db.exec("COMMIT");
          resolve();
        } catch (error) {
          failure = undefined;
          if (db.isTransaction) db.exec("ROLLBACK");
          reject(error);
        }
      };
    });
    // Whoever needs to know asks; the others see it again in what is on disk.
    turn.catch(() => {});
  }

  function replace(remove: StatementSync, key: string, add: () => void): void {
    begin();
    try {
      remove.run(key);
      add();
    } catch (error) {
      failure = { error };
      throw error;
    }
  }

  const firstColumn = (rows: readonly Record<string, unknown>[], column: string): readonly string[] =>
    rows.map((row) => String(row[column]));

  return {
    forward: (name) =>
      forward.all(name).map(({ address, dhcid, confirmed }) => ({
        address: address as Uint8Array,
        dhcid: dhcid as Uint8Array,
        confirmed: confirmed === 1,
      })),
    reverse: (address) =>
      reverse.all(address).map(({ name, bytes, dhcid, confirmed }) => ({
        name: String(name),
        address: bytes as Uint8Array,
        dhcid: dhcid as Uint8Array,
        confirmed: confirmed === 1,
      })),
    setForward: (name, rows) =>
      replace(removeForward, name, () => {
        for (const { address, dhcid, confirmed } of rows) addForward.run(name, address, dhcid, Number(confirmed));
      }),
    setReverse: (address, rows) =>
      replace(removeReverse, address, () => {
        for (const { name, address: bytes, dhcid, confirmed } of rows) addReverse.run(address, name, bytes, dhcid, Number(confirmed));
      }),
    written: () => turn ?? Promise.resolve(),
    namesAfter: (name, limit) => firstColumn(names.all(name, limit), "name"),
    addressesAfter: (address, limit) => firstColumn(addresses.all(address, limit), "address"),
    close() {
      end?.();
    },
  };
}

/** What is known of a name is not certain any more. */
export function doubtForward(published: Published, name: string): void {
  const rows = published.forward(name);
  if (rows.some(({ confirmed }) => confirmed)) published.setForward(name, rows.map(asUncertain));
}

/** The same of an address, as text. */
export function doubtReverse(published: Published, address: string): void {
  const rows = published.reverse(address);
  if (rows.some(({ confirmed }) => confirmed)) published.setReverse(address, rows.map(asUncertain));
}

/** The same row, of which is not known whether it is there. */
export function asUncertain<T extends { readonly confirmed: boolean }>(row: T): T {
  return { ...row, confirmed: false };
}
