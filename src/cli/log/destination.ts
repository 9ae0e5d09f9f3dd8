import { closeSync, constants, fstatSync, openSync, write } from "node:fs";
import { Socket } from "node:net";

/*
 * Where the log of a server goes: a queue in memory, bounded, and one write of it under way at a
 * time. Whatever stands at the other end, a pipe that nobody reads, a full disk, a terminal on
 * hold, a journal that is busy, costs entries of the log and nothing else. What does not fit is
 * dropped and counted, and that is said when there is room again.
 *
 * Node's own standard output is of no use here: it writes to pipes and files synchronously.
 */

/** Bytes that wait at the most, those of the write that is under way not counted. */
const MOST = 1 << 20;
/** Bytes of one write at the most. */
const CHUNK = 64 << 10;
/**
 * How long to wait before a write is tried again, in milliseconds: where the other end is full, and
 * where it is broken.
 */
const FULL = 50;
const BROKEN = 1000;
const LINE_END = 10;

export interface LogDestination {
  /** Takes one line, with its line end, or drops it. Never waits. */
  write(line: string): void;
  /** Lines that were dropped so far. */
  readonly dropped: number;
  /** Settles when everything has been written, or after so many milliseconds. */
  flush(timeout: number): Promise<void>;
  /**
   * Whether a write may be waiting in a thread of Node's, which a process that ends would wait for.
   */
  readonly mayHang: boolean;
}

/** Writes bytes, and calls back with how many of them it wrote, or with an error. */
type Write = (bytes: Uint8Array, done: (error: NodeJS.ErrnoException | null, written: number) => void) => void;

/** `onDropped` is told how many lines were dropped once there is room for a line that says so. */
export function createLogDestination(fd: number, onDropped: (count: number) => void): LogDestination {
  if (fstatSync(fd).isSocket()) return queueFor(socketWriter(fd), false, onDropped);
  const own = openAgain(fd);
  return queueFor(fileWriter(own ?? fd), own === undefined, onDropped);
}

/** The queue before any way of writing; `waits`: a write may wait for the other end. */
export function queueFor(writeBytes: Write, waits: boolean, onDropped: (count: number) => void): LogDestination {
  let waiting: string[] = [];
  let waitingBytes = 0;
  let underWay: Uint8Array | undefined;
  let dropped = 0;
  let told = 0;
  /** The last byte written is in the middle of a line: what comes after a break ends it first. */
  let isTorn = false;
  const idle: (() => void)[] = [];

  function next(): void {
    if (underWay !== undefined) return;
    if (waiting.length === 0) {
      for (const resolve of idle.splice(0)) resolve();
      return;
    }
    let count = 0;
    let length = 0;
    while (count < waiting.length && length < CHUNK) length += (waiting[count++] as string).length;
    const text = waiting.slice(0, count).join("");
    waiting = waiting.slice(count);
    waitingBytes -= length;
    underWay = new TextEncoder().encode(isTorn ? `\n${text}` : text);
    writeOn();
  }

  function writeOn(): void {
    const bytes = underWay as Uint8Array;
    writeBytes(bytes, (error, written) => {
      const rest = bytes.subarray(error === null ? written : 0);
      if (error === null && written > 0) isTorn = bytes[written - 1] !== LINE_END;
      if (error === null && rest.length === 0) {
        underWay = undefined;
        sayDropped();
        next();
      } else if (error === null || error.code === "EAGAIN" || error.code === "EINTR") {
        underWay = rest;
        if (error === null && written > 0) writeOn();
        else setTimeout(writeOn, FULL);
      } else {
        // A full disk, a reader that has gone: these lines are lost, and later ones may get
        // through.
        dropped += linesIn(rest);
        setTimeout(() => {
          underWay = undefined;
          next();
        }, BROKEN).unref();
      }
    });
  }

  function sayDropped(): void {
    if (dropped === told || waitingBytes > MOST / 2) return;
    const count = dropped - told;
    told = dropped;
    onDropped(count);
  }

  return {
    get dropped() {
      return dropped;
    },
    get mayHang() {
      return waits && underWay !== undefined;
    },
    write(line) {
      if (waitingBytes + line.length > MOST) {
        dropped++;
        return;
      }
      waiting.push(line);
      waitingBytes += line.length;
      // Not at once: what one turn of the event loop says is written together.
      if (waiting.length === 1 && underWay === undefined) setImmediate(next);
    },
    flush(timeout) {
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, timeout);
        idle.push(() => {
          clearTimeout(timer);
          resolve();
        });
        next();
      });
    },
  };
}

/** Lines that end in the bytes. A line end in front is that of a line which is there but for it. */
function linesIn(bytes: Uint8Array): number {
  let lines = 0;
  for (let i = 1; i < bytes.length; i++) if (bytes[i] === LINE_END) lines++;
  return lines;
}

function fileWriter(fd: number): Write {
  return (bytes, done) => write(fd, bytes, 0, bytes.length, null, (error, written) => done(error, written));
}

/**
 * The same file, pipe or terminal in a file description of our own that does not wait: the one of
 * standard output may be shared with other programs, which expect it to. Undefined where the system
 * can't, or this user may not: then a write that waits holds up a thread of Node's pool, and
 * nothing else.
 */
function openAgain(fd: number): number | undefined {
  try {
    const own = openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY | constants.O_APPEND);
    const [before, after] = [fstatSync(fd), fstatSync(own)];
    if (before.ino === after.ino && before.dev === after.dev) return own;
    closeSync(own);
    return undefined;
  } catch {
    return undefined;
  }
}

/** A socket, as of the journal, is written by the event loop. */
function socketWriter(fd: number): Write {
  const socket = new Socket({ fd, readable: false, writable: true });
  socket.on("error", () => {});
  socket.unref();
  return (bytes, done) => {
    if (socket.destroyed) done(Object.assign(new Error("the log's socket is closed"), { code: "EPIPE" }), 0);
    else socket.write(bytes, (error) => done(error ?? null, error ? 0 : bytes.length));
  };
}
