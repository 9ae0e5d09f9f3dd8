import { accessSync, chmodSync, constants, lchownSync, lstatSync, readdirSync, type Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import type { UserSpec } from "../config/model/common.ts";
import { CAPABILITIES_OF_SOCKETS, type Identity, loadPrivileges } from "../io/linux/privileges.ts";
import { FOLDER_MODE, makeFolderOf } from "./database.ts";
import { fail } from "./exit.ts";

/*
 * Root is given up before anything else is opened: lease database and sockets are opened by the
 * user whom the server becomes, with what it keeps. So root follows no link that this user could
 * have laid, and what the user may not do shows at the start and not at a reload.
 */

/** The database and what stands beside it. */
const SUFFIXES = [
  "",
  "-wal",
  "-shm",
  "-lock",
  "-journal",
  "-control",
  "-events",
  "-events-wal",
  "-events-shm",
  "-names",
  "-names-wal",
  "-names-shm",
];

/**
 * The process is this user from now on, and the lease database belongs to it. Gives back what the
 * operator should know, one sentence each. Ends the program where it can't be done. `database`:
 * undefined where leases are kept in memory; `configuration`: the file that a reload reads.
 */
export async function becomeUser(spec: UserSpec, database: string | undefined, configuration: string): Promise<readonly string[]> {
  const privileges = loadPrivileges();
  if (privileges === undefined)
    fail(`user: ${spec.user} can't be become on ${process.platform} ${process.arch}: start the server as that user, and remove the key`);
  const found = privileges.findUser(spec.user);
  if (found === undefined)
    fail(
      `user: there is no user "${spec.user}" on this machine: make it (useradd --system ${spec.user}), or name another in ${configuration}`,
    );
  const gid = spec.group === undefined ? found.gid : privileges.findGroup(spec.group);
  if (gid === undefined)
    fail(
      `user: there is no group "${spec.group}" on this machine: make it (groupadd --system ${spec.group}), or name another in ${configuration}`,
    );
  const identity: Identity = { ...found, gid };
  // As it is where a service manager has changed the user already.
  if (process.geteuid?.() === identity.uid)
    return identity.uid === 0 ? ["user: root is the user that was asked for: nothing is given up"] : [];
  if (process.geteuid?.() !== 0)
    fail(
      `user: only root can become "${spec.user}", and this is user ${process.geteuid?.()}: start it as root or as that user, or remove the key from ${configuration}`,
    );
  if (database !== undefined) handOver(database, identity);
  // The threads of Node's pool are made at its first use: now, for all of them to change.
  await stat("/");
  let notes: readonly string[];
  try {
    notes = privileges.become(identity, CAPABILITIES_OF_SOCKETS);
  } catch (error) {
    fail(`user: "${spec.user}" can't be become: ${error instanceof Error ? error.message : String(error)}`);
  }
  checkFiles(spec.user, database);
  return isAllowed(configuration, constants.R_OK)
    ? notes
    : [...notes, `${configuration} can't be read by user "${spec.user}": a reload will fail until it can (chgrp, chmod g+r)`];
}

/** The folder of the database, where it is for nothing else, and its files are the user's. */
function handOver(database: string, { uid, gid }: Identity): void {
  makeFolderOf(database);
  const path = resolve(database);
  const folder = dirname(path);
  const { mode, uid: owner } = lstatSync(folder);
  const ours = readdirSync(folder).every((name) => name.startsWith(basename(path)));
  if (owner === 0 && ours && (mode & STICKY) === 0) {
    chmodSync(folder, FOLDER_MODE);
    lchownSync(folder, uid, gid);
  }
  for (const suffix of SUFFIXES) {
    const found = lstatSync(`${path}${suffix}`, { throwIfNoEntry: false });
    if (found !== undefined && isPlain(found)) lchownSync(`${path}${suffix}`, uid, gid);
  }
}

const STICKY = 0o1000;

/** Not a link of any kind, which could lead to a file that is none of ours. */
function isPlain(found: Stats): boolean {
  return found.nlink === 1 && (found.isFile() || found.isSocket());
}

/** What the user needs after this, said where it can still be understood. */
function checkFiles(user: string, database: string | undefined): void {
  const program = dirname(import.meta.dirname);
  if (!isAllowed(program, constants.R_OK | constants.X_OK))
    fail(`user: "${user}" can't read the program itself, in ${program}: install it where everybody can, such as /usr/lib or /opt`);
  if (database === undefined) return;
  const folder = dirname(resolve(database));
  if (!isAllowed(folder, constants.W_OK | constants.X_OK))
    fail(
      `user: "${user}" can't write in ${folder}, where the lease database is: chown ${user} ${folder}, or give the database a folder of its own`,
    );
}

function isAllowed(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
