import { type Command, Option } from "commander";
import { LeaseState, type LeaseWrite } from "../../leases/dhcp4/lease.ts";
import { IPV4_SPACE } from "../../leases/dhcp4/space.ts";
import { DHCP4_LEASES, type LeaseTable } from "../../leases/dhcp4/table.ts";
import type { Space } from "../../leases/space.ts";
import { LeaseTable as Table } from "../../leases/table.ts";
import { type Ipv4, parseIpv4 } from "../../net/ipv4.ts";
import { parseIpv4Prefix, rangeOfPrefix } from "../../net/prefix.ts";
import type { AddressRange } from "../../net/range.ts";
import { askServer, controlPath, requestOf } from "../../server/control.ts";
import { ADDRESS_TEXT, ALL_ADDRESSES, compareAddresses, type Operation } from "../../server/dhcp4/operations.ts";
import { LEASE_OPERATIONS, type LeaseOperationKind, operate } from "../../server/operations.ts";
import { readClock } from "../../store/sqlite/rows.ts";
import { openForReading } from "../../store/sqlite/schema.ts";
import { openSqliteStore } from "../../store/sqlite/store.ts";
import { type LeaseStore, StoreError } from "../../store/store.ts";
import { Exit, fail } from "../exit.ts";

export interface OperationOptions {
  readonly database: string;
  readonly state?: string;
  readonly release?: string;
  readonly delete?: string;
  readonly unblock?: string;
}

const HELP: Readonly<Record<LeaseOperationKind, string>> = {
  release: "end bound leases, as if their clients had given them back; the addresses are remembered for them",
  delete: "forget leases in any state; more than one address needs --state as well",
  unblock: "end the probation of addresses that were found in use",
};
const DONE: Readonly<Record<LeaseOperationKind, string>> = { release: "released", delete: "deleted", unblock: "no longer on probation" };
const NONE_THERE: Readonly<Record<LeaseOperationKind, string>> = {
  release: "no bound lease",
  delete: "no such lease",
  unblock: "nothing on probation",
};
const TARGET = "an address such as 10.0.0.5, a network such as 10.0.0.0/24, or all";

/** `filters`: options of the list, which say nothing about what is to be changed. */
export function addOperations(command: Command, filters: readonly string[]): Command {
  for (const kind of LEASE_OPERATIONS) {
    const others = LEASE_OPERATIONS.filter((other) => other !== kind);
    const state = kind === "delete" ? [] : ["state"];
    command.addOption(new Option(`--${kind} <addresses>`, HELP[kind]).conflicts([...filters, ...others, ...state]));
  }
  return command.addHelpText(
    "after",
    `
Whom --release, --delete and --unblock mean: ${TARGET}.
A client is not told that its lease has ended; it learns so when it renews.

Examples:
  leasehold leases -d leases.db --network 10.0.0.0/24 --state bound
  leasehold leases -d leases.db --release 10.0.0.5
  leasehold leases -d leases.db --delete 10.0.0.0/24 --state expired
  leasehold leases -d leases.db --delete all --state any
  leasehold leases -d leases.db --unblock all`,
  );
}

/** What the command line asks to be done; undefined: nothing. */
export function operationNamed(options: OperationOptions): Operation | undefined {
  for (const kind of LEASE_OPERATIONS) {
    const target = options[kind];
    if (target !== undefined) return { kind, addresses: addressesOf(kind, target, options), state: stateOf(options.state) };
  }
  return undefined;
}

function addressesOf(kind: LeaseOperationKind, target: string, { state }: OperationOptions): AddressRange {
  const address = parseIpv4(target);
  if (address !== undefined) return { start: address, end: address };
  const prefix = parseIpv4Prefix(target);
  // Nobody shall mean everything by a slip of the pen.
  if (prefix?.length === 0) fail(`--${kind} ${target}: write all for every address`, Exit.usage);
  if (target !== "all" && prefix === undefined) fail(`--${kind} ${target}: expected ${TARGET}`, Exit.usage);
  if (kind === "delete" && state === undefined) {
    fail(`--delete ${target}: say which leases with --state bound, released, expired, declined, or any`, Exit.usage);
  }
  return prefix === undefined ? ALL_ADDRESSES : rangeOfPrefix(prefix);
}

function stateOf(name: string | undefined): LeaseState | undefined {
  return Object.entries(LeaseState).find(([known]) => known === name)?.[1];
}

/**
 * Ends leases or probations. A server that runs has its leases in memory and would not see a change
 * of its database, so it is asked to do it; where none runs, the database is changed.
 */
export async function changeLeases(options: OperationOptions, operation: Operation): Promise<void> {
  const { database } = options;
  const { kind } = operation;
  const target = options[kind];
  try {
    // A file that is missing, or is something else, is not to be made into a lease database.
    const db = openForReading(database);
    const offset = readClock(db)?.offset ?? 0;
    db.close();
    const answer = await askServer(controlPath(database), requestOf(operation, ADDRESS_TEXT));
    if (answer !== undefined && "error" in answer) fail(`--${kind} ${target}: ${answer.error}`);
    const done = answer === undefined ? await operateOnDatabase(database, operation, offset) : answer.done;
    if (done === 0) fail(`--${kind} ${target}: ${NONE_THERE[kind]}: \`leasehold leases -d ${database}\` lists what there is`);
    const { start, end } = operation.addresses;
    process.stdout.write(
      start === end ? `${target} is ${DONE[kind]}\n` : `${done} ${done === 1 ? "address is" : "addresses are"} ${DONE[kind]}\n`,
    );
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
}

/** `offset`: from lease time to the wall clock. */
async function operateOnDatabase(database: string, operation: Operation, offset: number): Promise<number> {
  const store = open(database);
  const now = () => Math.floor(Date.now() / 1000) - offset;
  try {
    const table: LeaseTable = new Table(DHCP4_LEASES, NO_POOLS);
    const superseded: LeaseWrite[] = [];
    await store.load((stored) => {
      const { space, address } = stored;
      const row = space === NO_POOLS.id ? table.restore(stored) : undefined;
      if (row !== undefined) superseded.push({ kind: "remove", space, row, address });
    });
    table.restored(now());
    if (superseded.length > 0) await store.commit(superseded);
    return await operate(
      {
        byAddress: (address) => table.byAddress(address),
        compare: compareAddresses,
        leases: () => table.leases(),
        change: (changes) => store.commit(changes.flatMap((change) => table.apply(change)?.write ?? [])),
      },
      operation,
      now,
    );
  } finally {
    await store.close();
  }
}

/** Leases of any network: an operation looks at what there is, and gives no address. */
const NO_POOLS: Space<Ipv4> = {
  id: IPV4_SPACE,
  affinity: 0,
  pools: [],
  poolOf: () => -1,
  linkOf: () => -1,
  networkName: () => "",
  traits: [],
};

function open(database: string): LeaseStore {
  try {
    return openSqliteStore(database);
  } catch (error) {
    if (error instanceof StoreError && error.code === "locked") {
      fail(`lease database ${database}: another program uses it, and would not see the change: stop it, then run this again`);
    }
    throw error;
  }
}
