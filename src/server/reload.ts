import type { Space } from "../leases/space.ts";
import type { LeaseTable } from "../leases/table.ts";

/*
 * How a server goes over to another configuration while it serves:
 *
 * - The configuration was checked as a whole before; where it can't be served by, nothing has
 *   changed.
 * - What the table knows by the space of the new configuration, such as which addresses of its
 *   pools are unused, is put together beside the old, some rows at a time. Between two slices
 *   packets are served, by the old configuration.
 * - With the last slice everything is swapped, in one go: no packet is decided by one configuration
 *   with the pools of the other.
 * - Leases stay, whatever the new configuration says of them: those that it does not allow are
 *   refused when their clients renew.
 */

/** Rows that are looked at in one slice: about a millisecond. */
const SLICE = 2000;

/** Moves the table to a space, and calls `swap` in the very moment in which it is there. */
export async function moveTable<A, O>(table: LeaseTable<A, O>, space: Space<A>, swap: () => void): Promise<void> {
  const move = table.moveTo(space);
  while (!move.step(SLICE)) await new Promise((resolve) => setImmediate(resolve));
  swap();
}

/** One after the other: a reload that is asked for while another is under way waits for it. */
export function inTurn<T, R>(work: (argument: T) => Promise<R>): (argument: T) => Promise<R> {
  let last: Promise<unknown> = Promise.resolve();
  return (argument) => {
    const done = last.then(() => work(argument));
    last = done.catch(() => {});
    return done;
  };
}

/**
 * One at a time, and no more than one waits: whoever asks while the work is under way gets what
 * comes of the next one, which begins after everything that was asked for before.
 */
export function oneAtATime<R>(work: () => Promise<R>): () => Promise<R> {
  let running: Promise<R> | undefined;
  let next: Promise<R> | undefined;

  function begin(): Promise<R> {
    const begun = work().finally(() => {
      if (running === begun) running = undefined;
    });
    running = begun;
    return begun;
  }

  return () => {
    if (running === undefined && next === undefined) return begin();
    next ??= (running ?? Promise.resolve())
      .catch(() => {})
      .then(() => {
        next = undefined;
        return begin();
      });
    return next;
  };
}
