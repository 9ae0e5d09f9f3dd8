interface Option {
  readonly code: number;
  readonly data: Uint8Array;
}

/** What options and sub-options hold, by slot; null: not looked up yet. */
export type Found = (Uint8Array | undefined | null)[];

/**
 * The options that the expressions of a configuration read. Each has a slot, so that it is looked
 * up once for a message, however many ask.
 */
export interface Lookups {
  /** Slots by the path of codes, or of the vendor's block. */
  readonly slots: Map<string, number>;
  /** Slot of each option; -1: nobody reads it. */
  readonly slotOfCode: Int16Array;
  /** What `Found` is before the options of a message: null where it can only be told by looking. */
  readonly blank: Found;
}

/** `codes`: options have less than this. */
export function createLookups(codes: number): Lookups {
  return { slots: new Map(), slotOfCode: new Int16Array(codes).fill(-1), blank: [] };
}

/** The slot for what is found at `path`; `code` when that is a whole option. */
export function slotFor({ slots, slotOfCode, blank }: Lookups, path: string, code: number | undefined): number {
  const known = slots.get(path);
  if (known !== undefined) return known;
  const slot = blank.length;
  slots.set(path, slot);
  blank.push(code === undefined ? null : undefined);
  if (code !== undefined) slotOfCode[code] = slot;
  return slot;
}

/**
 * Looks up all whole options in one pass. What is repeated or in pieces is left to be joined when
 * somebody asks.
 */
export function findOptions({ slotOfCode, blank }: Lookups, { options }: { readonly options: readonly Option[] }, found: Found): void {
  for (let i = 0; i < blank.length; i++) found[i] = blank[i];
  for (let i = 0; i < options.length; i++) {
    const { code, data } = options[i] as Option;
    const slot = slotOfCode[code] as number;
    if (slot >= 0) found[slot] = found[slot] === undefined ? data : null;
  }
}
