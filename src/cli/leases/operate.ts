import { type Command, Option } from "commander";
import { LeaseState, type LeaseWrite } from "../../leases/lease.ts";
import { askServer, controlPath } from "../../server/control.ts";
import { LEASE_OPERATIONS, type LeaseOperationKind } from "../../server/operations.ts";
import { readClock } from "../../store/sqlite/rows.ts";
import { openForReading } from "../../store/sqlite/schema.ts";
import { openSqliteStore } from "../../store/sqlite/store.ts";
import { type LeaseStore, StoreError } from "../../store/store.ts";
import { Exit, fail } from "../exit.ts";
import { type FamilyOperation, operationsOn } from "./families.ts";

export interface OperationOptions {
  readonly database: string;
  readonly ipv4?: true;
  readonly ipv6?: true;
  readonly state?: string;
  readonly release?: string;
  readonly delete?: string;
  readonly unblock?: string;
  readonly reconfigure?: string;
}

const HELP: Readonly<Record<LeaseOperationKind, string>> = {
  release: "end bound leases, as if their clients had given them back; the addresses are remembered for them",
  delete: "forget leases in any state; more than one address needs --state as well",
  unblock: "end the probation of addresses that were found in use",
  reconfigure: "ask DHCPv6 clients that accept it to renew, and so to learn what has changed",
};
const DONE: Readonly<Record<LeaseOperationKind, string>> = {
  release: "released",
  delete: "deleted",
  unblock: "no longer on probation",
  reconfigure: "asked to renew",
};
const NONE_THERE: Readonly<Record<LeaseOperationKind, string>> = {
  release: "no bound lease",
  delete: "no such lease",
  unblock: "nothing on probation",
  reconfigure: "no bound lease of a client that accepts it",
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
Whom --release, --delete, --unblock and --reconfigure mean:
${TARGET}.
A client is not told that its lease has ended; it learns so when it renews, or
after --reconfigure.

Examples:
  leasehold leases --network 10.0.0.0/24 --state bound
  leasehold leases --release 10.0.0.5
  leasehold leases --delete 10.0.0.0/24 --state expired
  leasehold leases --delete all --state any
  leasehold leases --unblock all
  leasehold leases --reconfigure 2001:db8:1::/64`,
  );
}

/** What is to be done, and to whom. */
export interface NamedOperations {
  readonly kind: LeaseOperationKind;
  /** One for each address family that is meant. */
  readonly operations: readonly FamilyOperation[];
}

/** What the command line asks to be done; undefined: nothing. */
export function operationsNamed(options: OperationOptions): NamedOperations | undefined {
  for (const kind of LEASE_OPERATIONS) {
    const target = options[kind];
    if (target !== undefined) return { kind, operations: operationsFor(kind, target, options) };
  }
  return undefined;
}

function operationsFor(kind: LeaseOperationKind, target: string, options: OperationOptions): readonly FamilyOperation[] {
  const operations = operationsOn(kind, target, stateOf(options.state), options);
  // Nobody shall mean everything by a slip of the pen.
  if (operations === "too many") fail(`--${kind} ${target}: write all for every address`, Exit.usage);
  if (operations === "unknown") fail(`--${kind} ${target}: expected ${TARGET}`, Exit.usage);
  if (kind === "delete" && options.state === undefined && !operations.every(({ single }) => single)) {
    fail(`--delete ${target}: say which leases with --state bound, released, expired, declined, or any`, Exit.usage);
  }
  return operations;
}

function stateOf(name: string | undefined): LeaseState | undefined {
  return Object.entries(LeaseState).find(([known]) => known === name)?.[1];
}

/**
 * Ends leases or probations. A server that runs has its leases in memory and would not see a change
 * of its database, so it is asked to do it; where none runs, the database is changed.
 */
export async function changeLeases(options: OperationOptions, { kind, operations }: NamedOperations): Promise<void> {
  const { database } = options;
  const target = options[kind];
  try {
    // A file that is missing, or is something else, is not to be made into a lease database.
    const db = openForReading(database);
    const offset = readClock(db)?.offset ?? 0;
    db.close();
    const asked = await askToOperate(database, operations, `--${kind} ${target}`);
    if (asked === undefined && kind === "reconfigure") {
      fail(`--reconfigure ${target}: no server runs with ${database}, and only a server can ask its clients`);
    }
    const done = asked ?? (await operateOnDatabase(database, operations, offset));
    if (done === 0) fail(`--${kind} ${target}: ${NONE_THERE[kind]}: \`leasehold leases -d ${database}\` lists what there is`);
    const single = operations.every((one) => one.single);
    process.stdout.write(
      single ? `${target} is ${DONE[kind]}\n` : `${done} ${done === 1 ? "address is" : "addresses are"} ${DONE[kind]}\n`,
    );
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
}

/** Undefined: no server runs. */
async function askToOperate(database: string, operations: readonly FamilyOperation[], what: string): Promise<number | undefined> {
  let done: number | undefined;
  for (const { request } of operations) {
    const answer = await askServer(controlPath(database), request);
    if (answer === undefined) return done;
    if ("error" in answer) fail(`${what}: ${answer.error}`);
    done = (done ?? 0) + answer.done;
  }
  return done;
}

/** `offset`: from lease time to the wall clock. */
async function operateOnDatabase(database: string, operations: readonly FamilyOperation[], offset: number): Promise<number> {
  const store = open(database);
  const now = () => Math.floor(Date.now() / 1000) - offset;
  try {
    const superseded: LeaseWrite[] = [];
    await store.load((stored) => {
      const { space, address } = stored;
      const row = operations.find(({ restored }) => restored.table.space.id === space)?.restored.table.restore(stored);
      if (row !== undefined) superseded.push({ kind: "remove", space, row, address });
    });
    for (const { restored } of operations) restored.table.restored(now());
    if (superseded.length > 0) await store.commit(superseded);
    let done = 0;
    for (const operation of operations) done += await operation.run(store, now);
    return done;
  } finally {
    await store.close();
  }
}

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
