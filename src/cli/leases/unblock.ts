import { LeaseState } from "../../leases/lease.ts";
import { formatIpv4, type Ipv4 } from "../../net/ipv4.ts";
import { openForReading } from "../../store/sqlite/schema.ts";
import { openSqliteStore } from "../../store/sqlite/store.ts";
import { type LeaseStore, StoreError } from "../../store/store.ts";
import { fail } from "../exit.ts";

/**
 * Ends the probation of an address in the database of a server that does not run: one that runs has its leases in memory and would not
 * see the change, so its lock on the database is respected.
 */
export async function unblock(database: string, address: Ipv4): Promise<void> {
  const store = open(database);
  try {
    const rows: number[] = [];
    await store.load(({ row, lease }) => {
      if (lease.address === address && lease.state === LeaseState.declined) rows.push(row);
    });
    if (rows.length === 0)
      fail(`${formatIpv4(address)} is not on probation: \`leasehold leases -d ${database} --state declined\` lists those that are`);
    await store.commit(rows.map((row) => ({ kind: "remove", row })));
  } finally {
    await store.close();
  }
  process.stdout.write(`${formatIpv4(address)} is no longer on probation\n`);
}

function open(database: string): LeaseStore {
  // A file that is missing, or is something else, is not to be made into a lease database.
  openForReading(database).close();
  try {
    return openSqliteStore(database);
  } catch (error) {
    if (error instanceof StoreError && error.code === "locked") {
      fail(
        `lease database ${database}: a server is using it, and would not see the change: stop the server, unblock the address, start the server again`,
      );
    }
    throw error;
  }
}
