import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import type { Random } from "./random.ts";
import { missing, requirePrograms } from "./requirement.ts";

/*
 * Power cuts. A process is recorded while it writes and syncs its files; afterwards the files are put together as a disk may have them whose power
 * fails at a certain moment. What was written before the last sync of the file is there. What was written since is there or not, whole or in parts.
 */

const SOURCE = fileURLToPath(new URL("record-writes.c", import.meta.url));
const SECTOR = 512;
const HEADER = 16;

/** Records one process. */
export interface Recorder {
  /** What the process is started with. */
  readonly environment: Readonly<Record<string, string>>;
  /** The moment it is now: what has been synced, and was reported so, was recorded before it. */
  now(): number;
  /** To be called when the process has ended. */
  recording(): Recording;
}

export interface Recording {
  readonly syncs: number;
  /** Makes the folder with the files as the power cut may leave them. */
  cut(moment: number, random: Random, folder: string): void;
}

interface Entry {
  /** Written, cut off, synced, deleted. */
  readonly kind: "W" | "T" | "S" | "U";
  readonly name: string;
  readonly offset: number;
  readonly data: Uint8Array;
  /** The moment when it had happened. */
  readonly end: number;
}

/** Makes what records. Undefined: the test is skipped, for it can't be made here. `files`: how the paths begin of what is recorded. */
export function createRecorder(t: TestContext, folder: string, files: string): Recorder | undefined {
  if (process.platform !== "linux" && !missing(t, "needs LD_PRELOAD of Linux")) return undefined;
  if (!requirePrograms(t, "gcc")) return undefined;
  const library = join(folder, "record-writes.so");
  const log = join(folder, "recorded");
  try {
    execFileSync("gcc", ["-O1", "-shared", "-fPIC", "-o", library, SOURCE, "-ldl", "-lpthread"], { encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    missing(t, `needs a C compiler that works: ${String(error)}`);
    return undefined;
  }
  return {
    environment: { LD_PRELOAD: library, RECORD_LOG: log, RECORD_FILES: files },
    now: () => statSync(log).size,
    recording: () => createRecording(readEntries(readFileSync(log))),
  };
}

function readEntries(log: Buffer): Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; at < log.length; ) {
    const name = at + HEADER;
    const data = name + (log[at + 1] as number);
    const end = data + log.readUInt32LE(at + 4);
    if (end > log.length) break;
    entries.push({
      kind: String.fromCharCode(log[at] as number) as Entry["kind"],
      name: log.toString("utf8", name, data),
      offset: Number(log.readBigUInt64LE(at + 8)),
      data: log.subarray(data, end),
      end,
    });
    at = end;
  }
  return entries;
}

function createRecording(entries: readonly Entry[]): Recording {
  return {
    syncs: entries.filter(({ kind }) => kind === "S").length,
    cut(moment, random, folder) {
      const past = entries.filter(({ end }) => end <= moment);
      const synced = new Map<string, number>();
      past.forEach(({ kind, name }, i) => {
        if (kind === "S") synced.set(name, i);
      });
      const files = new Map<string, File>();
      const survives = SURVIVAL[random.below(SURVIVAL.length)] as Survival;
      past.forEach((entry, i) => {
        const { kind, name, offset, data } = entry;
        if (kind === "U") files.delete(name);
        if (kind !== "W" && kind !== "T") return;
        const file = files.get(name) ?? new File();
        files.set(name, file);
        const durable = i < (synced.get(name) ?? -1);
        if (kind === "T" && (durable || survives(random))) file.cut(offset);
        if (kind === "T") return;
        if (durable) file.write(data, offset);
        else
          for (let from = 0; from < data.length; from += SECTOR)
            if (survives(random, from)) file.write(data.subarray(from, from + SECTOR), offset + from);
      });
      mkdirSync(folder);
      for (const [name, file] of files) writeFileSync(join(folder, name), file.bytes);
    },
  };
}

/** Whether an unsynced sector made it to the disk; `from`: its place in what was written at once. */
type Survival = (random: Random, from?: number) => boolean;

/** The last one is asked anew for each sector, so that what was written at once is torn. */
const SURVIVAL: readonly Survival[] = [() => false, () => true, wholeWrites(), (random) => random.below(2) === 0];

function wholeWrites(): Survival {
  let survives = false;
  return (random, from = 0) => {
    if (from === 0) survives = random.below(2) === 0;
    return survives;
  };
}

class File {
  #bytes = new Uint8Array(1 << 20);
  #length = 0;

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  write(data: Uint8Array, offset: number): void {
    this.#reach(offset + data.length);
    this.#bytes.set(data, offset);
  }

  cut(length: number): void {
    this.#reach(length);
    this.#bytes.fill(0, length, this.#length);
    this.#length = length;
  }

  #reach(length: number): void {
    this.#length = Math.max(this.#length, length);
    if (length <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(length, this.#bytes.length * 2));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}
