import type { EventSelector } from "../../config/model/events.ts";
import type { StoredEvent } from "../../store/sqlite/journal-reader.ts";
import { eventObject, isSelected, lostObject, type ToldEvent } from "./event-object.ts";

/*
 * How one who is told of events goes through the journal: some events at a time, in their order,
 * each until he has it. What is gone from the journal before he was told is told as lost.
 */

/** Where events come from. */
export interface EventSource {
  /** As `JournalReader.after`. */
  after(after: number, limit: number): { readonly events: readonly StoredEvent[]; readonly end: number };
  /** Something that changes with the journal, to be asked for before it is read. */
  seen(): number;
  /** Settles when the journal may have changed since, at the latest in a second or so. */
  changed(seen: number): Promise<void>;
}

/** How far somebody has come. */
export interface Position {
  /** Everything up to this number is done with. */
  number: number;
  /** The number of what he was told last; 0: nothing. */
  told: number;
}

export interface FollowParts {
  readonly source: EventSource;
  readonly position: Position;
  /** Undefined: all. */
  readonly kinds: readonly EventSelector[] | undefined;
  /** Events that are read at one time. */
  readonly limit: number;
  /**
   * Gives these, in their order; how many of them have arrived. Rejects when none has: then it is
   * tried again.
   */
  deliver(items: readonly ToldEvent[]): Promise<number>;
  /** The position is another one; `items`: what has arrived. */
  moved(items: readonly ToldEvent[]): void;
  /** It failed so often one after the other: milliseconds until it is tried again. */
  failed(error: unknown, times: number): number;
  readonly signal: AbortSignal;
}

/** Goes on until `signal` says so. Never rejects. */
export async function follow(parts: FollowParts): Promise<void> {
  const { source, position, deliver, moved, failed, signal } = parts;
  let failures = 0;
  while (!signal.aborted) {
    try {
      const seen = source.seen();
      const { items, end } = nextItems(parts);
      if (items.length > 0) {
        const taken = await deliver(items);
        const last = items[taken - 1];
        if (last !== undefined) position.told = last.number;
        position.number = taken >= items.length ? end : Math.max(position.number, position.told);
        failures = 0;
        moved(items.slice(0, taken));
      } else if (end > position.number) {
        position.number = end;
        moved([]);
      } else {
        await orEnded(source.changed(seen), signal);
      }
    } catch (error) {
      if (signal.aborted) return;
      await pause(failed(error, ++failures), signal);
    }
  }
}

/** What is to be told next, and the number up to which it is everything. */
function nextItems({ source, position, kinds, limit }: FollowParts): { readonly items: readonly ToldEvent[]; readonly end: number } {
  const { events, end } = source.after(position.number, limit);
  const items: ToldEvent[] = [];
  let after = position.told;
  let expected = position.number + 1;
  const add = (item: ToldEvent | undefined): void => {
    if (item === undefined) return;
    items.push(item);
    after = item.number;
  };
  for (const event of events) {
    if (event.number > expected) add(lostObject(expected, event.number - 1, after));
    expected = event.number + 1;
    if (isSelected(event, kinds)) add(eventObject(event, after));
  }
  // Rows that say something impossible.
  if (end >= expected) add(lostObject(expected, end, after));
  return { items, end };
}

/** Settles with the promise, or at the end. */
function orEnded(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      signal.removeEventListener("abort", done);
      resolve();
    };
    signal.addEventListener("abort", done);
    promise.then(done, reject);
  });
}

/** Waits for so many milliseconds, or for the end. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
  });
}
