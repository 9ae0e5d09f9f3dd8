/** What a client remembers of its leases when it is started again. */
import { readFileSync } from "node:fs";
import { writeAtomically } from "./atomic-file.ts";

/** By protocol. */
type State = Readonly<Record<string, unknown>>;

export interface StateFile {
  /** What was kept of the protocol; undefined: nothing. */
  get(protocol: string): unknown;
  /** Keeps it from now on; undefined: nothing any more. */
  set(protocol: string, state: unknown): void;
}

/** `path` undefined: nothing is kept. `complain`: what could not be read or written, for people. */
export function openStateFile(path: string | undefined, complain: (text: string) => void): StateFile {
  let state: State = path === undefined ? {} : read(path, complain);
  return {
    get: (protocol) => state[protocol],
    set(protocol, value) {
      state = { ...state, [protocol]: value };
      if (path === undefined) return;
      try {
        writeAtomically(path, `${JSON.stringify(state)}\n`);
      } catch (error) {
        complain(`--state ${path}: the lease is not kept: ${(error as Error).message}`);
      }
    },
  };
}

function read(path: string, complain: (text: string) => void): State {
  try {
    const state: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (isObject(state)) return state;
    complain(`--state ${path}: not a file of leasehold client: beginning without it`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
      complain(`--state ${path}: ${(error as Error).message}: beginning without it`);
    }
  }
  return {};
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
