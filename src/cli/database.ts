import { type BigIntStats, existsSync, lstatSync, mkdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import type { LoadFileResult } from "../config/file.ts";
import type { Config } from "../config/model/config.ts";
import { reasonOf } from "../config/text/reason.ts";
import { Exit, fail } from "./exit.ts";
import { loadGuarded } from "./module-guard.ts";

/*
 * Which lease database is meant, by the same rule for every command: that of `-d`, else of the
 * `store` of the configuration, else of LEASEHOLD_DATABASE, else leases.db in the state folder.
 * That is what a server makes; whoever looks for one also finds that of the system's service, and
 * one in the working directory, and takes none of several. In the working directory only what is
 * the user's own counts, and for root nothing: others may have put there what they like.
 */

/** What a command line says of the database. */
export interface DatabaseOptions {
  readonly database?: string;
  /** A file: its `store` says where. */
  readonly config?: string;
}

/** The variable of the environment that names it. */
const VARIABLE = "LEASEHOLD_DATABASE";
/** The state folder of root, and of the system's service. */
const OF_THE_SYSTEM = "/var/lib/leasehold";
const FILE = "leases.db";

/** What `-d` is, for the help of commands that make a database where there is none. */
export const DATABASE_MADE = `lease database (default: \`store\` of the configuration, else $${VARIABLE}, else ${FILE} in the state folder)`;

/** The database that a server uses; undefined: leases are kept in memory only. */
export function databaseOf(config: Config | undefined, option: string | undefined): string | undefined {
  if (option !== undefined) return option;
  if (config?.store.kind === "memory") return undefined;
  return config?.store.path ?? ofEnvironment() ?? inStateFolder();
}

/**
 * Adds `-d`, and `-c` where the command has none of its own, to a command that looks for a
 * database which is there: its action finds the path in the option `database`. Ends the program
 * where none is found, or several are.
 */
export function addDatabaseOption(command: Command, { config }: { readonly config: string | undefined } = { config: CONFIG }): Command {
  command.option("-d, --database <file>", `lease database (default: $${VARIABLE}, else the one that is in a usual place)`);
  if (config !== undefined) command.option("-c, --config <file>", config);
  return command.hook("preAction", async (_, action) => {
    action.setOptionValue("database", await findDatabase(action.opts<DatabaseOptions>()));
  });
}

const CONFIG = "configuration: its `store` says where the lease database is";

async function findDatabase({ database, config }: DatabaseOptions): Promise<string> {
  if (database !== undefined) return database;
  const named = (config === undefined ? undefined : await ofConfig(config)) ?? ofEnvironment();
  if (named !== undefined) return named;
  const here = resolve(FILE);
  const places = [...new Set([inStateFolder(), join(OF_THE_SYSTEM, FILE), ...(process.geteuid?.() === 0 ? [] : [here])])];
  const looks = places.map((path) => ({ path, file: path === here && !isOwn(path) ? undefined : lookAt(path) }));
  // A file may have several names, such as the state folder of a service with DynamicUser.
  const found = looks
    .filter(({ file }, i) => isThere(file) && looks.findIndex((one) => isSame(one.file, file)) === i)
    .map(({ path }) => path);
  const hidden = looks.flatMap(({ path, file }) => (file === "hidden" ? [path] : []));
  if (found.length + hidden.length > 1) {
    const unseen = hidden.length === 0 ? "" : ` (you may not look at ${inWords(hidden, "and")})`;
    const all = inWords([...found, ...hidden], "and");
    fail(
      `there ${hidden.length === 0 ? "are" : "may be"} several lease databases, ${all}${unseen}: say which is meant with -d or ${VARIABLE}`,
    );
  }
  // What can't be looked at is taken where there is nothing else: whoever opens it says why.
  return (
    found[0] ??
    hidden[0] ??
    fail(`no lease database is at ${inWords(places)}: name it with -d FILE or ${VARIABLE}, or with -c the configuration that says where`)
  );
}

type Look = BigIntStats | "hidden" | undefined;

function isThere(look: Look): look is BigIntStats {
  return typeof look === "object";
}

function isSame(a: Look, b: Look): boolean {
  return isThere(a) && isThere(b) && a.dev === b.dev && a.ino === b.ino;
}

/**
 * Whether the file, by whatever name, and its folder are the user's, and nobody else's to write.
 */
function isOwn(path: string): boolean {
  try {
    const folder = statSync(dirname(path));
    const isShared = (folder.mode & OTHERS_WRITE) !== 0;
    return !isShared && [folder, lstatSync(path), statSync(path)].every(({ uid }) => uid === process.geteuid?.());
  } catch {
    return false;
  }
}

/** The bit of a mode by which everybody may write. */
const OTHERS_WRITE = 0o002;

function inWords(paths: readonly string[], word = "or"): string {
  return paths.length === 1 ? (paths[0] as string) : `${paths.slice(0, -1).join(", ")} ${word} ${paths.at(-1)}`;
}

/** Undefined: it is in the usual place. */
async function ofConfig(path: string): Promise<string | undefined> {
  const { store } = await readConfigFile(path);
  if (store.kind === "memory") fail(`${path} keeps leases in memory only: there is no lease database`);
  return store.path;
}

/** Configurations that were read: a command needs one for its `store` first, then for itself. */
const read = new Map<string, Promise<LoadFileResult>>();

/** The configuration of a file. Ends the program where it can't be used. */
export async function readConfigFile(path: string): Promise<Config> {
  const reading = read.get(path) ?? loadGuarded(path);
  read.set(path, reading);
  const loaded = await reading;
  return loaded.ok ? loaded.config : fail(`${path} can't be used: \`leasehold check ${path}\` says why`, Exit.failed);
}

/** Undefined: there is no file. */
function lookAt(path: string): Look {
  try {
    const file = statSync(path, { bigint: true, throwIfNoEntry: false });
    // A pipe would keep whoever opens it waiting.
    return file?.isFile() ? file : undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EACCES" ? "hidden" : undefined;
  }
}

function ofEnvironment(): string | undefined {
  return process.env[VARIABLE] || undefined;
}

/**
 * The state folder: the first that systemd gives, which has colons between them, else the usual
 * places for root and for a user.
 */
function inStateFolder(): string {
  const { STATE_DIRECTORY, XDG_STATE_HOME } = process.env;
  const isRoot = process.getuid?.() === 0;
  const ofService = STATE_DIRECTORY?.split(":")[0];
  return join(ofService ?? (isRoot ? OF_THE_SYSTEM : join(XDG_STATE_HOME ?? join(homedir(), ".local/state"), "leasehold")), FILE);
}

/** Of the folder of leases: nobody else but the group looks in. */
export const FOLDER_MODE = 0o750;

/** Makes the folder that the database is in; ends the program where that can't be done. */
export function makeFolderOf(path: string): void {
  try {
    makeFolder(dirname(resolve(path)));
  } catch (error) {
    const { path: folder } = error as NodeJS.ErrnoException;
    fail(`lease database ${path}: the folder ${folder} can't be made (${reasonOf(error)}): make it, or give another file with -d`);
  }
}

/**
 * Makes a folder, for its own user and group, and those above it. Not by the `recursive` of
 * mkdirSync, which never returns from a place like /proc/missing.
 */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder, FOLDER_MODE);
}
