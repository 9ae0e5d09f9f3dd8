import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Config } from "../config/model/config.ts";
import { fail } from "./exit.ts";

/** The lease database that is meant; undefined: leases are kept in memory only. */
export function databaseOf(config: Config | undefined, option: string | undefined): string | undefined {
  if (option !== undefined) return option;
  if (config?.store.kind === "memory") return undefined;
  return config?.store.path ?? defaultDatabase();
}

/** The state folder: the one systemd gives, else the usual places for root and for a user. */
function defaultDatabase(): string {
  const folder =
    process.env.STATE_DIRECTORY ??
    (process.getuid?.() === 0 ? "/var/lib/leasehold" : join(process.env.XDG_STATE_HOME ?? join(homedir(), ".local/state"), "leasehold"));
  return join(folder, "leases.db");
}

/** Makes the folder that the database is in; ends the program where that can't be done. */
export function makeFolderOf(path: string): void {
  try {
    makeFolder(dirname(resolve(path)));
  } catch (error) {
    const { code, path: folder } = error as NodeJS.ErrnoException;
    fail(`lease database ${path}: the folder ${folder} can't be made (${code}): make it, or give another file with -d`);
  }
}

/**
 * Makes a folder, for its own user alone, and those above it. Not by the `recursive` of mkdirSync,
 * which never returns from a place like /proc/missing.
 */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder, 0o700);
}
