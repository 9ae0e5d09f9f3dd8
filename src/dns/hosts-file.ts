import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runProgram } from "../io/program.ts";
import { isWithin } from "../wire/dns/name.ts";
import { replaceFile } from "./atomic-file.ts";
import type { Claim, NameChanges, NameReader } from "./claim.ts";
import { type Gathering, gather } from "./gather.ts";
import { hostsText } from "./hosts-lines.ts";
import { createTrouble, messageOf, type Tell } from "./tell.ts";

/** It is written once in so many milliseconds at most. */
const EVERY = 1000;
/** What could not be written is tried again after so many. */
const AGAIN_AFTER = 5000;
/** How long the program that is run afterwards may take, in milliseconds. */
const PATIENCE = 30_000;

/** Where the file is, and what is run when it has changed. */
export interface HostsFileSpec {
  /** Absolute. */
  readonly path: string;
  /** A program and its arguments, for no shell; empty: none. */
  readonly command: readonly string[];
  /** Names of clients are in one of these, and others are not written. */
  readonly zones: readonly string[];
}

export interface HostsFileParts {
  readonly spec: HostsFileSpec;
  readonly names: NameReader;
  readonly tell: Tell;
  /** It begins when this has settled: what another one wrote before it is out of the way. */
  readonly after?: Promise<void>;
  /** In milliseconds, for tests. */
  readonly patience?: number;
  readonly againAfter?: number;
}

export interface HostsFileStatus {
  readonly path: string;
  /** How often it was written. */
  readonly written: number;
  /** How often it could not be. */
  readonly failed: number;
  /** Why it is not as names are; undefined: nothing is in the way. */
  readonly problem: string | undefined;
  /** How often the program was run. */
  readonly runs: number;
  /** How often that went wrong. */
  readonly failedRuns: number;
  /** What went wrong the last time; undefined: nothing did. */
  readonly runProblem: string | undefined;
}

export interface HostsFile {
  /** To be told after each round of changes. */
  changed(changes: NameChanges): void;
  status(): HostsFileStatus;
  /** Ends the program where it still runs. The file stays, as it is. */
  close(): Promise<void>;
}

/**
 * Keeps a hosts file (hosts(5)) as names are, for resolvers that read one. The program is run when
 * the file has changed, and once at the beginning: a server that was killed may not have come to
 * it. For another path or program another one is made.
 */
export function createHostsFile(parts: HostsFileParts): HostsFile {
  const { names, tell, patience = PATIENCE, againAfter = AGAIN_AFTER } = parts;
  const { path, command, zones } = parts.spec;
  const trouble = createTrouble(
    tell,
    `dns: the hosts file ${path} can't be written, and is as it was`,
    `dns: the hosts file ${path} is written again`,
  );
  const runTrouble = createTrouble(
    tell,
    `dns: ${command[0]}, run for the hosts file, failed`,
    `dns: ${command[0]}, run for the hosts file, works again`,
  );
  const over = new AbortController();
  const { signal } = over;
  const counts = { written: 0, failed: 0, runs: 0, failedRuns: 0 };
  let isFirst = true;
  let isDue = true;
  let wake: (() => void) | undefined;
  let gathering: Gathering | undefined;
  let runIsDue = false;
  let running: Promise<void> | undefined;

  async function keep(): Promise<void> {
    await parts.after;
    while (!signal.aborted) {
      if (!isDue) await woken();
      if (signal.aborted) return;
      isDue = false;
      const done = await write();
      isDue ||= !done;
      await sleep(done ? EVERY : againAfter, undefined, { signal }).catch(() => {});
    }
  }

  function woken(): Promise<void> {
    return new Promise((resolve) => {
      wake = resolve;
    });
  }

  /** Who reads the file believes it: a client that calls itself www.example.com must not be found there. */
  function isLocal({ name, reserved }: Claim): boolean {
    return reserved || zones.some((zone) => isWithin(name, zone));
  }

  async function write(): Promise<boolean> {
    try {
      gathering = gather(names, isLocal);
      const claims = await gathering.done;
      gathering = undefined;
      const outcome = await replaceFile(path, hostsText(claims), () => !signal.aborted);
      if (outcome === "written") counts.written++;
      if (outcome === "written" || (outcome === "same" && isFirst)) run();
      isFirst = false;
      trouble.over();
      return true;
    } catch (error) {
      counts.failed++;
      trouble.happened(messageOf(error) + hintOf(error, path));
      return false;
    }
  }

  /** One at a time; whatever changes while it runs is one more run. */
  function run(): void {
    if (command.length === 0) return;
    runIsDue = true;
    running ??= runAll().finally(() => {
      running = undefined;
    });
  }

  async function runAll(): Promise<void> {
    while (runIsDue && !signal.aborted) {
      runIsDue = false;
      counts.runs++;
      const problem = await runOnce();
      if (signal.aborted) return;
      if (problem === undefined) runTrouble.over();
      else {
        counts.failedRuns++;
        runTrouble.happened(problem);
      }
    }
  }

  async function runOnce(): Promise<string | undefined> {
    try {
      const { problem, said } = await runProgram({ command, environment: { LEASEHOLD_HOSTS_FILE: path }, input: "", signal, patience });
      return problem === undefined || said.trim() === "" ? problem : `${problem}: ${said.trim()}`;
    } catch (error) {
      return messageOf(error);
    }
  }

  const kept = keep();
  return {
    changed(changes) {
      gathering?.changed(changes);
      isDue = true;
      wake?.();
    },
    status: () => ({ path, ...counts, problem: trouble.reason, runProblem: runTrouble.reason }),
    async close() {
      over.abort();
      wake?.();
      await kept;
      await running;
    },
  };
}

/** What can be done about it. */
function hintOf(error: unknown, path: string): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case "EROFS":
      return `; where a systemd unit runs the server, it has to have ReadWritePaths=${dirname(path)}`;
    case "EACCES":
    case "EPERM":
      return `; the user that the server runs as has to be allowed to write in ${dirname(path)}`;
    case "ENOENT":
      return `; make the folder ${dirname(path)}`;
    default:
      return "";
  }
}
