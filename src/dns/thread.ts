import { setTimeout as delay, setImmediate as turn } from "node:timers/promises";
import { createLogAllowance, withLeftOut } from "../io/log-allowance.ts";
import type { NetworkedLease } from "../leases/lease.ts";
import { formatAddress } from "../net/address.ts";
import { idOf } from "../store/sqlite/batch.ts";
import type { RowNumber } from "../store/sqlite/search.ts";
import { type ChangedRowsReader, readRing } from "./changed-rows.ts";
import type { Claim, NameConflict } from "./claim.ts";
import { type Consumers, createConsumers } from "./consumers.ts";
import { keptNames } from "./kept-names.ts";
import { claimOf } from "./lease-claim.ts";
import { type LeaseClock, openLeaseRows } from "./lease-rows.ts";
import type { FromNamesThread, NamesQuestion, NamesSpec } from "./messages.ts";
import { type ClaimKey, createNameTable } from "./name-table.ts";
import { openNamesFile } from "./names-file.ts";
import { pageOf } from "./page.ts";
import { findNetworkIn } from "./places.ts";
import type { NamesStatus } from "./status.ts";
import { messageOf } from "./tell.ts";

/*
 * What the thread of names does: it keeps the name table as the leases are, and tells those who see
 * to it that names resolve what has changed. What holds here:
 *
 * - The leases on disk are what counts: all of them are read at the start, after each change of the
 *   configuration, and whenever something was missed; in between the rows that have changed.
 * - So nothing is lost that a lease says, whenever this thread, the server or the machine ends.
 * - A reservation with an address claims its name whether there is a lease or not.
 */

/** Rows that are taken at one time. */
const AT_ONCE = 500;
/** Changes are gathered for so long, in milliseconds. */
const GATHER = 20;
/** Status is told so often, in milliseconds, and what failed is tried again after so long. */
const LOOK_EVERY = 1000;
/** Entries of the log a minute about conflicts. */
const ALLOWED = 10;

export interface NamesThread {
  configure(spec: NamesSpec): void;
  /** Rejects with what is to be said to whoever asked. */
  ask(question: NamesQuestion): Promise<unknown>;
  close(): Promise<void>;
}

/** Throws where the file of names can't be made. */
export function createNamesThread(
  database: string,
  ring: SharedArrayBuffer,
  first: NamesSpec,
  send: (message: FromNamesThread) => void,
): NamesThread {
  const log = (level: "debug" | "info" | "warn", text: string): void => send({ kind: "log", level, text });
  const allowance = createLogAllowance(ALLOWED, () => performance.now());
  const table = createNameTable(onConflict);
  const file = openNamesFile(`${database}-names`, (text) => log("warn", text));
  const rows = openLeaseRows(database);
  const changed: ChangedRowsReader = readRing(ring);
  const consumers: Consumers = createConsumers({ database, names: table, serials: file.serials, log });
  let spec = first;
  let networkOf = findNetworkIn(spec.networks);
  let isKept = keptNames(spec);
  /** Claims of names that no client may have. */
  const withheld = new Map<ClaimKey, NameConflict>();
  let reserved = 0;
  /** All rows are to be read. */
  let whole = true;
  let readOnce = false;
  let problem: string | undefined;
  let saveFails = false;
  let closed = false;
  let ended: Promise<void> | undefined;
  let wake: () => void = () => {};
  let told = "";
  const timer = setInterval(look, LOOK_EVERY);
  claimReserved();
  const running = run();

  function onConflict({ name, owner, refused }: NameConflict): void {
    const leftOut = allowance.take();
    if (leftOut === undefined) return;
    const text =
      owner === ""
        ? `no client may have the name ${name}, for what is found by it: ${refused}, which claims it, goes without`
        : `the name ${name} is that of ${owner}: ${refused}, which claims it too, goes without`;
    log("warn", withLeftOut(text, leftOut));
  }

  /** Reservations have keys below 0. */
  function claimReserved(): void {
    const before = reserved;
    reserved = spec.reserved.length;
    spec.reserved.forEach(({ address, name }, i) => {
      const claim = {
        address,
        addressText: formatAddress(address),
        name,
        identifier: undefined,
        hosts: [],
        reserved: true,
        forward: false,
        reverse: false,
        expiry: Number.POSITIVE_INFINITY,
        lifetime: Number.POSITIVE_INFINITY,
      };
      table.put(-1 - i, claim, i);
    });
    for (let i = reserved; i < before; i++) table.put(-1 - i, undefined, i);
  }

  function put(id: number, lease: NetworkedLease | undefined, { now, wallOffset }: LeaseClock): void {
    const claim = permitted(id, lease && claimOf(lease, now, wallOffset, networkOf));
    const before = table.get(id);
    if (before !== undefined && before.addressText !== claim?.addressText) file.forget(before.addressText);
    table.put(id, claim, claim === undefined ? 0 : file.orderOf(claim.addressText, claim.name));
  }

  /** Undefined: no client may have the name. */
  function permitted(id: number, claim: Claim | undefined): Claim | undefined {
    const before = withheld.get(id);
    if (claim === undefined || claim.reserved || !isKept(claim.name)) {
      if (before !== undefined) withheld.delete(id);
      return claim;
    }
    const { name, addressText: refused } = claim;
    if (before?.name === name && before.refused === refused) return undefined;
    const conflict = { name, owner: "", refused };
    withheld.set(id, conflict);
    onConflict(conflict);
    return undefined;
  }

  /** Reads every row; what changes meanwhile is named in the ring. */
  async function readAll(): Promise<void> {
    whole = false;
    const seen = new Set<number>();
    let clock: LeaseClock;
    let after: RowNumber | undefined;
    do {
      clock = rows.clock();
      after = rows.some(after, (lease) => {
        const id = idOf(lease.space, lease.row);
        seen.add(id);
        put(id, lease, clock);
      });
      // Whoever asks meanwhile is told what holds; the first time nobody can ask yet.
      if (readOnce) tell();
      await turn();
      if (closed) return;
    } while (after !== undefined);
    for (const key of table.keys()) if (key >= 0 && !seen.has(key)) put(key, undefined, clock);
    for (const key of withheld.keys()) if (!seen.has(key)) withheld.delete(key);
    const present = new Set<string>();
    for (const key of table.keys()) if (key >= 0) present.add(table.get(key)?.addressText ?? "");
    file.keepOnly((address) => present.has(address));
    if (readOnce) tell();
    // Nobody has begun yet, and who does looks at everything.
    else table.takeChanges();
    readOnce = true;
    consumers.configure(spec);
    save();
  }

  /** Reads the rows that were named; false: there are no more. */
  function readChanged(): boolean {
    const ids = new Set<number>();
    const more = changed.take(AT_ONCE, (space, row) => void ids.add(idOf(space, row)));
    if (ids.size === 0) return more;
    const clock = rows.clock();
    for (const id of ids) put(id, rows.row(id), clock);
    tell();
    return more;
  }

  function tell(): void {
    const changes = table.takeChanges();
    if (changes !== undefined) consumers.changed(changes);
  }

  /** What can't be saved is saved with what follows; only the order of names is lost with it. */
  function save(): void {
    try {
      file.save();
      saveFails = false;
    } catch (error) {
      if (!saveFails)
        log("warn", `names: ${database}-names can't be written (${messageOf(error)}): after a restart names may change hands`);
      saveFails = true;
    }
  }

  async function run(): Promise<void> {
    while (!closed) {
      try {
        if (changed.missed() || whole) await readAll();
        if (closed) return;
        const more = readChanged();
        if (problem !== undefined) log("info", "names: the leases can be read again");
        problem = undefined;
        if (whole) continue;
        if (more) await turn();
        else {
          await Promise.race([changed.changed(), woken()]);
          // What comes together is read together: leases share the processor and the disk with this.
          if (!closed) await delay(GATHER);
        }
      } catch (error) {
        if (problem === undefined)
          log("warn", `names: the leases can't be read (${messageOf(error)}): names stay as they are until they can`);
        problem = messageOf(error);
        whole = true;
        await Promise.race([new Promise((resolve) => setTimeout(resolve, LOOK_EVERY)), woken()]);
      }
    }
  }

  function woken(): Promise<void> {
    return new Promise((resolve) => {
      wake = resolve;
    });
  }

  async function end(): Promise<void> {
    closed = true;
    wake();
    clearInterval(timer);
    await running;
    await consumers.close();
    save();
    file.close();
    rows.close();
  }

  function status(): NamesStatus {
    let conflicts = withheld.size;
    for (const _ of table.conflicts()) conflicts++;
    return { names: table.size, conflicts, ready: readOnce, ...(problem && { problem }), ...consumers.status() };
  }

  function look(): void {
    // No more often: the disk is the leases'.
    save();
    const now = status();
    const text = JSON.stringify(now);
    if (text !== told) send({ kind: "status", status: now });
    told = text;
  }

  async function names(after: string, limit: number): Promise<unknown> {
    const found = await pageOf(table.names(), after, limit);
    return found.map((name) => ({
      name,
      addresses: table.byName(name).map(({ addressText, reserved: isReserved, expiry }) => ({
        address: addressText,
        reserved: isReserved,
        ...(Number.isFinite(expiry) && { expiry: new Date(expiry * 1000).toISOString() }),
      })),
    }));
  }

  return {
    configure(next) {
      spec = next;
      networkOf = findNetworkIn(spec.networks);
      isKept = keptNames(spec);
      claimReserved();
      whole = true;
      wake();
    },
    async ask(question) {
      switch (question.kind) {
        case "names":
          return names(question.after, question.limit);
        case "conflicts":
          return [...withheld.values(), ...table.conflicts()].slice(0, question.limit);
        case "pending":
          return consumers.pending(question.limit);
        case "sync":
          return consumers.sync(question.repair);
      }
    },
    close() {
      ended ??= end();
      return ended;
    },
  };
}
