import { equalBytes, hashBytes } from "../../net/bytes.ts";
import type { Option } from "../../wire/dhcp4/message.ts";
import type { Settings } from "./settings.ts";

/** Lists that are kept at a time; a power of two. */
const ENTRIES = 512;
/**
 * The list of a client that asks for more than this is made each time: there is no need
 * to keep what clients send.
 */
const LONGEST_REQUEST = 64;

/**
 * What is configured for a client that asks for certain options, in the order in which it is sent.
 */
export interface OptionLists {
  readonly plain: readonly Option[];
  /**
   * The same where option 121 takes the place of 3 and 33 (RFC 3442); undefined: the client is not
   * sent 121.
   */
  readonly routed: readonly Option[] | undefined;
  /** Bytes up to the end of option 121. */
  readonly sizeToRoutes: number;
}

/**
 * Ready lists of configured options, for settings that are the same object each time and what
 * clients ask for.
 */
export interface OptionListCache {
  /** Undefined: they are not kept. `requested` is option 55. */
  get(settings: Settings, requested: Uint8Array): OptionLists | undefined;
  /** Keeps the lists, or remembers that they were wanted. */
  offer(settings: Settings, requested: Uint8Array, lists: OptionLists): void;
}

interface Entry {
  readonly settings: Settings;
  readonly requested: Uint8Array;
  readonly lists: OptionLists;
}

/**
 * Each list has one place where it can be, and is kept when it is wanted there twice in
 * a row: those who ask for ever new lists cost no more than they would without the
 * cache, and it never grows.
 */
export function createOptionListCache(): OptionListCache {
  const entries: (Entry | undefined)[] = new Array(ENTRIES).fill(undefined);
  /** What was wanted last at each place and was not there. */
  const wanted = new Uint32Array(ENTRIES);
  const hashOf = ({ number }: Settings, requested: Uint8Array): number => (hashBytes(requested) ^ Math.imul(number, 0x9e3779b1)) >>> 0;

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
