import { constants } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import type { ToldEvent } from "../event-object.ts";

const NEWLINE = 0x0a;
const FLAGS = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND;

/** A file to which events are added, a line of JSON each. */
export interface EventFile {
  /** Settles when they are on disk. */
  deliver(items: readonly ToldEvent[]): Promise<number>;
  close(): Promise<void>;
}

/**
 * The file is made where there is none, for its own user and group; one that was moved away, as
 * logrotate does, is left, and a new one begun. A pipe is refused: one that nobody reads would hold up
 * a thread of the process for ever.
 */
export function openEventFile(path: string): EventFile {
  let handle: FileHandle | undefined;

  async function ready(): Promise<FileHandle> {
    if (handle !== undefined && (await isAt(path, handle))) return handle;
    await close();
    const opened = await open(path, FLAGS, 0o640);
    if ((await opened.stat()).isFIFO()) {
      await opened.close();
      throw new Error("it is a pipe: what reads at once is given events by `socket`");
    }
    handle = opened;
    await endLine(opened);
    return opened;
  }

  async function close(): Promise<void> {
    const open = handle;
    handle = undefined;
    await open?.close();
  }

  return {
    async deliver(items) {
      const file = await ready();
      const stats = await file.stat();
      try {
        await file.appendFile(items.map((item) => `${JSON.stringify(item)}\n`).join(""));
        // A terminal, say, has no disk.
        if (stats.isFile()) await file.datasync();
      } catch (error) {
        // Nothing of them, rather than half a line: they are written again.
        await file.truncate(stats.size).catch(() => {});
        throw error;
      }
      return items.length;
    },
    close,
  };
}

async function isAt(path: string, handle: FileHandle): Promise<boolean> {
  const [found, own] = await Promise.all([stat(path).catch(() => undefined), handle.stat()]);
  return found !== undefined && found.ino === own.ino && found.dev === own.dev;
}

/** A server that was killed may have left half a line. */
async function endLine(file: FileHandle): Promise<void> {
  const stats = await file.stat();
  if (!stats.isFile() || stats.size === 0) return;
  const last = new Uint8Array(1);
  await file.read(last, 0, 1, stats.size - 1);
  if (last[0] !== NEWLINE) await file.appendFile("\n");
}
