import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { copyFile, type FileHandle, open, realpath, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Everybody may read it. */
const MODE = 0o644;

/**
 * What was done: the file was written, it has this text already and was left alone, or the text was
 * not wanted any more.
 */
export type Replaced = "written" | "same" | "unwanted";

/**
 * Writes the whole text or nothing, on disk when it settles: whoever reads the file finds the text
 * of before or this one. Where it can't be replaced, as one that is mounted into a container, it is
 * written over. `isWanted` is asked when the text is whole. Rejects with what the system says.
 */
export async function replaceFile(path: string, pieces: AsyncIterable<string>, isWanted: () => boolean): Promise<Replaced> {
  const target = await targetOf(path);
  // Hidden: programs that read every file of a folder pass it over.
  const temporary = join(dirname(target), `.${basename(target)}.leasehold`);
  try {
    const digest = await writeNew(temporary, pieces);
    if (!isWanted()) return "unwanted";
    if (digest === (await digestOf(target))) return "same";
    await putInPlace(temporary, target);
    return "written";
  } finally {
    await rm(temporary, { force: true }).catch(() => {});
  }
}

/** What a file has, in short: the same text gives the same. Undefined: there is none to be read. */
async function digestOf(path: string): Promise<string | undefined> {
  const hash = createHash("sha256");
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
    return hash.digest("hex");
  } catch {
    return undefined;
  }
}

/** Never into a file or through a link that somebody else has put there. */
async function writeNew(path: string, pieces: AsyncIterable<string>): Promise<string> {
  await rm(path, { force: true });
  const file = await open(path, "wx", MODE);
  try {
    // Whatever the umask takes away.
    await file.chmod(MODE);
    const digest = await writeAll(file, pieces);
    await file.sync();
    return digest;
  } finally {
    await file.close();
  }
}

async function writeAll(file: FileHandle, pieces: AsyncIterable<string>): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of pieces) {
    hash.update(piece);
    await file.writeFile(piece);
  }
  return hash.digest("hex");
}

async function putInPlace(temporary: string, target: string): Promise<void> {
  try {
    await rename(temporary, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EBUSY") throw error;
    await copyFile(temporary, target);
    return;
  }
  // That the new name is on disk too; not every file system can say so.
  const folder = await open(dirname(target)).catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}

/** A symbolic link stays one. */
async function targetOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    return path;
  }
}
