/*
 * The journal: what became of leases, one numbered row for each event, written in the transaction
 * of the lease itself. A row holds what the lease was then, so that it can be read when the lease
 * is another one or is forgotten.
 *
 * Rows are only ever added at the end and taken away at the beginning, and the last one stays: so
 * numbers go up by one, and are never given twice. `time` is when the event was written, in
 * milliseconds since 1970 by the wall clock; `lease_time` when it was decided, on the clock that
 * never steps. `start` and `expiry` are by the wall clock as it stood then, in seconds.
 *
 * Addresses are spread over the pool on purpose, so that an index of them costs a page for each
 * event of a batch. Where history is kept there is one all the same, `events_by_address`, but it is
 * filled some thousand events at a time, in the order of addresses, when nobody waits. The one row
 * of `journal` says how far; without that row no index is wanted.
 */
export const JOURNAL = `CREATE TABLE events (
    number INTEGER PRIMARY KEY,
    time INTEGER,
    lease_time INTEGER,
    code INTEGER,
    flags INTEGER,
    space INTEGER,
    address BLOB,
    state INTEGER,
    start INTEGER,
    expiry INTEGER,
    record BLOB,
    network TEXT
  );
  CREATE TABLE events_by_address (address BLOB, number INTEGER, PRIMARY KEY (address, number)) WITHOUT ROWID;
  CREATE TABLE journal (id INTEGER PRIMARY KEY CHECK (id = 1), indexed INTEGER NOT NULL);`;
