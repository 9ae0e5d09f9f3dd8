import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import type { AddedReservation } from "../config/added.ts";
import type { Config } from "../config/model/config.ts";
import type { LeaseStore, StoreWrite } from "../store/store.ts";
import { toBytes } from "./config-bytes.ts";
import {
  createLoader,
  type FileReservation,
  type LoadedConfiguration,
  loadConfigurationInThread,
  type PlannedConfiguration,
  type RefusedReservation,
} from "./load-configuration.ts";
import type { Log } from "./log.ts";
import type { ConfigurationStatus } from "./operations.ts";
import { inTurn, oneAtATime } from "./reload.ts";
import { RefusedError, type Reloaded } from "./requests.ts";
import { addedOf, forget, inOrder, keep, leftOutNote, type RuntimeReservation } from "./runtime-reservations.ts";

/*
 * The configuration that a server is served by: a file, and the reservations that were added beside
 * it. It is read in a thread, one reading at a time, and nothing changes where that finds a
 * problem. A change of the added reservations goes on by what the file said when it was read: what
 * has been written to it since then waits for a reload.
 */

/** A configuration as a server begins with it. */
export interface BeganWith {
  /** The file. */
  readonly path: string;
  /** As in `LoadedConfiguration`. */
  readonly hash: string;
  readonly text: string | undefined;
  readonly refused: readonly RefusedReservation[];
  readonly added: readonly RuntimeReservation[];
}

/**
 * What a server begins with: the file as it was read, and the reservations that were added beside
 * it before. Rejects with what is wrong.
 */
export async function beginWith(
  path: string,
  { config, hash, text }: Pick<Good, "config" | "hash" | "text">,
  added: readonly RuntimeReservation[],
): Promise<BeganWith & { readonly config: Config }> {
  if (added.length === 0) return { path, config, hash, text, refused: [], added };
  const loaded = await loadConfigurationInThread({ path, text, added: added.map(addedOf) });
  if (!loaded.ok) throw new UnusableError(path, loaded.problems);
  return { path, config: loaded.config, hash: loaded.hash, text: loaded.text, refused: loaded.refused, added };
}

/** What it is served with. */
export interface ConfigurationParts extends BeganWith {
  readonly config: Config;
  /** Where the leases are; undefined: in memory only. */
  readonly database: string | undefined;
  /** Serves by it from now on: what has to wait for the next start. */
  serve(config: Config, news: ReloadNews): Promise<readonly string[]>;
  readonly store: Pick<LeaseStore, "commit">;
  readonly log: Log;
}

/** What is told of a configuration that is served by from now on. */
export interface ReloadNews {
  /** What happened, in words, with what has changed. */
  readonly text: string;
  /** What has changed, in words. */
  readonly changes: string;
  /** SHA-256 of what was read, in hex. */
  readonly hash: string;
}

/** An added reservation as it stands. */
export type StandingReservation = RuntimeReservation & {
  /** Why it is not served by; undefined: it is. */
  readonly problem?: string;
};

export interface Configuration {
  status(): ConfigurationStatus;
  /** Reads the file again, and serves by it. Rejects with all that is wrong with it. */
  reload(): Promise<Reloaded>;
  /** What a reload would change, or what is wrong with the file. Nothing changes. */
  plan(): Promise<PlannedConfiguration>;
  /** The reservations of the file, as it was read. */
  written(): Promise<readonly FileReservation[]>;
  /** Those that were added, also those that are not served by, in the order in which they were. */
  added(): readonly StandingReservation[];
  /**
   * Adds a reservation, or changes the one of this identifier. Settles when it is on disk and
   * served by; rejects with RefusedError. `exists`: whether there has to be one of this identifier
   * already, or must not be.
   */
  reserve(reservation: RuntimeReservation["reservation"], by: string, id?: string, exists?: boolean): Promise<RuntimeReservation>;
  /** Takes a reservation back that was added; the same. */
  unreserve(id: string): Promise<void>;
}

/** A change of one reservation, and who waits for it. */
interface Change {
  readonly id: string;
  /** Undefined: it goes. */
  readonly next: RuntimeReservation | undefined;
  /** Whether it has to be there already, or must not be; undefined: either. */
  readonly exists: boolean | undefined;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** The configuration has problems; the message tells them all, in as many lines as it takes. */
class UnusableError extends Error {
  readonly what: string;
  readonly problems: readonly string[];
  constructor(path: string, problems: readonly string[]) {
    const what = `${path} can't be used`;
    super([`${what}:`, ...problems].join("\n"));
    this.what = what;
    this.problems = problems;
  }
}

/** A problem or a note as an entry of a log: without the lines that show its place in the file. */
function inOneLine(text: string): string {
  const [first = "", ...more] = text.split("\n");
  return [first, ...more.filter((line) => /^ {2}(hint|the other one): /.test(line)).map((line) => line.trim())].join("; ");
}

type Good = Extract<LoadedConfiguration, { ok: true }>;

export function createConfiguration(parts: ConfigurationParts): Configuration {
  const { path, serve, store, log } = parts;
  let { hash, text } = parts;
  const loader = createLoader();
  let before = toBytes(parts.config);
  let changes: string | undefined;
  let loaded = new Date();
  let failed = 0;
  /** In the order in which they were added. */
  let reservations = new Map(parts.added.map((one) => [one.id, one]));
  let problems = problemsOf(parts.refused);
  let waiting: Change[] = [];
  /** Times of reservations are their order. */
  let lastAdded = Math.max(0, ...parts.added.map(({ added }) => Date.parse(added) || 0));

  /** Whoever asked, it is in the log, each problem as an entry of its own. */
  function logFailure(error: unknown): void {
    if (error instanceof UnusableError) {
      log.error(`nothing has changed: ${error.what}`);
      for (const problem of error.problems) log.error(inOneLine(problem));
    } else log.error(`nothing has changed: ${error instanceof Error ? error.message : String(error)}`);
  }

  async function read(added: readonly AddedReservation[], known?: string): Promise<Good> {
    const result = await loader.load({ path, text: known, added, before });
    if (!result.ok) throw new UnusableError(path, result.problems);
    return result;
  }

  async function readAgain(): Promise<Reloaded> {
    try {
      const next = await read([...reservations.values()].map(addedOf));
      const found = next.changes ?? "";
      const news = { text: `the configuration was read again, and is served by from now on: ${found}`, changes: found, hash: next.hash };
      const fixed = await serve(next.config, news);
      ({ hash, text } = next);
      before = next.bytes;
      changes = found;
      problems = problemsOf(next.refused);
      loaded = new Date();
      const notes = [...next.warnings, ...next.refused.map(noteOf), ...fixed];
      for (const note of notes) log.warn(inOneLine(note));
      return { networks: networksOf(next.config), notes };
    } catch (error) {
      failed++;
      logFailure(error);
      throw error;
    }
  }

  /** Changes that came while another was under way are made together. */
  async function changeAll(): Promise<void> {
    const asked = oneOfEach(waiting);
    waiting = waiting.filter((one) => !asked.includes(one));
    if (waiting.length > 0) void work(changeAll);
    try {
      await change(asked);
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }

  async function change(asked: readonly Change[]): Promise<void> {
    let accepted = asked.filter(({ id, exists, reject }) => {
      if (exists === undefined || reservations.has(id) === exists) return true;
      const there = `there is a reservation ${id} already: \`leasehold reservations change\` puts another in its place`;
      const gone = `there is no reservation ${id} that was added: \`leasehold reservations list\` tells which there are`;
      reject(exists ? new RefusedError("not-found", gone) : new RefusedError("conflict", there));
      return false;
    });
    while (accepted.length > 0) {
      const candidates = changed(reservations, accepted);
      const next = await read([...candidates.values()].map(addedOf), text);
      if (next.hash !== hash) throw new RefusedError("conflict", `${path} has changed since it was read: reload it first`);
      const found = problemsOf(next.refused);
      const refused = accepted.filter((one) => one.next !== undefined && found.has(one.id));
      for (const { id, reject } of refused) {
        const { conflict, problem } = found.get(id) as RefusedReservation;
        reject(new RefusedError(conflict ? "conflict" : "invalid", `nothing has changed: ${problem}`));
      }
      accepted = accepted.filter((one) => !refused.includes(one));
      // Those that were refused are not served by, but what they were before may have to be.
      if (refused.some(({ id }) => reservations.has(id))) continue;
      if (accepted.length > 0) await take(next, accepted);
      return;
    }
  }

  /** First on disk, then served by: nobody is told of what may be lost. */
  async function take(next: Good, accepted: readonly Change[]): Promise<void> {
    await commit(accepted.map(({ id, next: one }) => (one === undefined ? forget(id) : keep(one))));
    try {
      await serve(next.config, { text: accepted.map(wordsOf).join(", "), changes: next.changes ?? "", hash });
    } catch (error) {
      await commit(accepted.map(({ id }) => writeOf(id, reservations.get(id)))).catch(() => {});
      throw new RefusedError("unavailable", messageOf(error));
    }
    before = next.bytes;
    reservations = changed(reservations, accepted);
    problems = problemsOf(next.refused.filter(({ id }) => reservations.has(id)));
    for (const { resolve: done } of accepted) done();
  }

  async function commit(writes: readonly StoreWrite[]): Promise<void> {
    try {
      await store.commit(writes);
    } catch (error) {
      throw new RefusedError("unavailable", messageOf(error));
    }
  }

  const work = inTurn((one: () => Promise<unknown>) => one());
  const reload = oneAtATime(() => work(readAgain) as Promise<Reloaded>);
  // Each takes a thread, so those who ask at the same time are told the same.
  const plan = oneAtATime(() => loader.plan({ path, added: [...reservations.values()].map(addedOf), before }, parts.database));
  const written = oneAtATime(() => loader.list({ path, text }));

  function ask(id: string, next: RuntimeReservation | undefined, exists: boolean | undefined): Promise<void> {
    return new Promise((done, reject) => {
      waiting.push({ id, next, exists, resolve: done, reject });
      if (waiting.length === 1) void work(changeAll);
    });
  }

  for (const one of parts.refused) log.warn(noteOf(one));
  return {
    status: () => ({
      file: resolve(path),
      loaded: loaded.toISOString(),
      hash,
      failed,
      added: reservations.size - problems.size,
      ...(changes === undefined ? {} : { changes }),
    }),
    reload,
    plan,
    written,
    added: () => [...reservations.values()].map((one) => withProblem(one, problems.get(one.id)?.problem)),
    async reserve(reservation, by, id = randomBytes(4).toString("hex"), exists) {
      lastAdded = Math.max(Date.now(), lastAdded + 1);
      const next = { id, reservation, added: new Date(lastAdded).toISOString(), by };
      await ask(id, next, exists);
      return next;
    },
    unreserve: (id) => ask(id, undefined, true),
  };
}

/** Of several changes of one reservation the first alone. */
function oneOfEach(changes: readonly Change[]): readonly Change[] {
  return [...new Map(changes.toReversed().map((one) => [one.id, one])).values()].toReversed();
}

function changed(before: ReadonlyMap<string, RuntimeReservation>, changes: readonly Change[]): Map<string, RuntimeReservation> {
  const after = new Map(before);
  for (const { id, next } of changes) {
    after.delete(id);
    if (next !== undefined) after.set(id, next);
  }
  return new Map(inOrder(after.values()).map((one) => [one.id, one]));
}

function problemsOf(refused: readonly RefusedReservation[]): ReadonlyMap<string, RefusedReservation> {
  return new Map(refused.map((one) => [one.id, one]));
}

function withProblem(one: RuntimeReservation, problem: string | undefined): StandingReservation {
  return problem === undefined ? one : { ...one, problem };
}

function writeOf(id: string, before: RuntimeReservation | undefined): StoreWrite {
  return before === undefined ? forget(id) : keep(before);
}

function noteOf({ id, problem }: RefusedReservation): string {
  return leftOutNote(id, problem);
}

function wordsOf({ id, next }: Change): string {
  return next === undefined ? `the reservation ${id} is gone` : `the reservation ${id}, by ${next.by}, is served by from now on`;
}

function networksOf({ networks, dhcp6 }: Config): number {
  return networks.length + (dhcp6?.networks.length ?? 0);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
