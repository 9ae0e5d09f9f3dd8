import { equalBytes, hashBytes } from "../../net/bytes.ts";

/** Lists that are kept at a time; a power of two. */
const ENTRIES = 512;
/**
 * The list of a client that asks for more bytes of codes than this is made each time: there is no
 * need to keep what clients send.
 */
const LONGEST_REQUEST = 64;

/** Settings that are the same object for every client that has them, told apart by a number. */
interface Numbered {
  readonly number: number;
}

/**
 * Ready lists of configured options, for settings that are the same object each time and what
 * clients ask for. `S` are settings, `L` the lists.
 */
export interface OptionListCache<S extends Numbered, L> {
  /** Undefined: they are not kept. `requested`: the codes that the client asks for, as sent. */
  get(settings: S, requested: Uint8Array): L | undefined;
  /** Keeps the lists, or remembers that they were wanted. */
  offer(settings: S, requested: Uint8Array, lists: L): void;
}

interface Entry<S, L> {
  readonly settings: S;
  readonly requested: Uint8Array;
  readonly lists: L;
}

/**
 * Each list has one place where it can be, and is kept when it is wanted there twice in
 * a row: those who ask for ever new lists cost no more than they would without the
 * cache, and it never grows.
 */
export function createOptionListCache<S extends Numbered, L>(): OptionListCache<S, L> {
  const entries: (Entry<S, L> | undefined)[] = new Array(ENTRIES).fill(undefined);
  /** What was wanted last at each place and was not there. */
  const wanted = new Uint32Array(ENTRIES);
  const hashOf = ({ number }: S, requested: Uint8Array): number => (hashBytes(requested) ^ Math.imul(number, 0x9e3779b1)) >>> 0;

  return {
    get(settings, requested) {
      if (requested.length > LONGEST_REQUEST) return undefined;
      const entry = entries[hashOf(settings, requested) & (ENTRIES - 1)];
      return entry !== undefined && entry.settings === settings && equalBytes(entry.requested, requested) ? entry.lists : undefined;
    },
    offer(settings, requested, lists) {
      if (requested.length > LONGEST_REQUEST) return;
      const hash = hashOf(settings, requested);
      const at = hash & (ENTRIES - 1);
      if (wanted[at] === hash) entries[at] = { settings, requested: requested.slice(), lists };
      else wanted[at] = hash;
    },
  };
}
