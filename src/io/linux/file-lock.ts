import { createRequire } from "node:module";

/**
 * `ours`: until the file is closed; `taken`: by somebody else; `unavailable`: this system has no
 * such locks, or koffi does not load.
 */
export type FileLock = "ours" | "taken" | "unavailable";

/**
 * Lock that belongs to the open file and not to the process (Linux 3.15), on every architecture.
 */
const F_OFD_SETLK = 37;
/**
 * struct flock of 64-bit systems: type, whence (16 bits each), padding, start, length (64 bits
 * each), process id, padding.
 */
const FLOCK_SIZE = 32;
const F_WRLCK = 1;
const START = 8;
const LENGTH = 16;
/**
 * Far behind the bytes that SQLite locks (1 GiB and the 512 bytes after it). The file need not be
 * that long.
 */
const LOCKED_BYTE = 0x4c534844;

/**
 * Locks a file that is open for writing, whatever name it was opened by, against all others who use
 * this function. Who only reads or writes it is not kept away, nor are the locks touched that
 * SQLite takes: those belong to the process, this one to `fd`. The system gives it up when `fd` is
 * closed, and when the process ends, however it ends.
 */
export function lockFile(fd: number): FileLock {
  const fcntl = loadFcntl();
  if (fcntl === undefined) return "unavailable";
  const lock = new DataView(new ArrayBuffer(FLOCK_SIZE));
  lock.setInt16(0, F_WRLCK, true);
  lock.setBigInt64(START, BigInt(LOCKED_BYTE), true);
  lock.setBigInt64(LENGTH, 1n, true);
  return fcntl(fd, F_OFD_SETLK, new Uint8Array(lock.buffer));
}

type Fcntl = (fd: number, command: number, argument: Uint8Array) => FileLock;

function loadFcntl(): Fcntl | undefined {
  if (process.platform !== "linux" || new Uint8Array(Uint16Array.of(1).buffer)[0] !== 1) return undefined;
  try {
    // Only here, so that the rest works where koffi has no binary.
    const koffi = createRequire(import.meta.url)("koffi") as typeof import("koffi");
    const fcntl = koffi.load(null).func("int fcntl(int fd, int command, ...)");
    const { EAGAIN, EACCES } = koffi.os.errno;
    return (fd, command, argument) => {
      if (fcntl(fd, command, "void *", argument) === 0) return "ours";
      const error = koffi.errno();
      return error === EAGAIN || error === EACCES ? "taken" : "unavailable";
    };
  } catch {
    return undefined;
  }
}
