import { resolve } from "node:path";
import { LeaseState } from "../../leases/lease.ts";
import { formatIpv4, type Ipv4 } from "../../net/ipv4.ts";
import { askServer, controlPath } from "../../server/control.ts";
import { openForReading } from "../../store/sqlite/schema.ts";
import { openSqliteStore } from "../../store/sqlite/store.ts";
import { type LeaseStore, StoreError } from "../../store/store.ts";
import { fail } from "../exit.ts";

/**
 * Ends the probation of an address. A server that runs has its leases in memory and would not see a change of its database, so it is
 * asked to do it; where none runs, the database is changed.
 */
export async function unblock(database: string, address: Ipv4): Promise<void> {
  // A file that is missing, or is something else, is not to be made into a lease database.
  openForReading(database).close();
  const answer = await askServer(controlPath(resolve(database)), { unblock: formatIpv4(address) });
  if (answer !== undefined && "error" in answer) fail(answer.error);
  const done = answer === undefined ? await unblockInDatabase(database, address) : answer.done;
  if (!done) fail(`${formatIpv4(address)} is not on probation: \`leasehold leases -d ${database} --state declined\` lists those that are`);
  process.stdout.write(`${formatIpv4(address)} is no longer on probation\n`);
}

/** False: it is not on probation. */
async function unblockInDatabase(database: string, address: Ipv4): Promise<boolean> {
  const store = open(database);
  try {
    const rows: number[] = [];
    await store.load(({ row, lease }) => {
      if (lease.address === address && lease.state === LeaseState.declined) rows.push(row);
    });
    await store.commit(rows.map((row) => ({ kind: "remove", row, address })));
    return rows.length > 0;
  } finally {
    await store.close();
  }
}

function open(database: string): LeaseStore {
  try {
    return openSqliteStore(database);
  } catch (error) {
    if (error instanceof StoreError && error.code === "locked") {
      fail(
        `lease database ${database}: another program uses it, and would not see the change: stop it, unblock the address, start it again`,
      );
    }
    throw error;
  }
}
