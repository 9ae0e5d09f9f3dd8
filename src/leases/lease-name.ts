/*
 * The name of a client as it is kept with its lease: a byte of flags, then the name in small
 * letters, without a dot at its end. No name at all: it was decided that the client has none.
 */

/** Bits of the flags; part of the database format. */
export const NameFlag = {
  /** This server sees to the address records of the name. */
  forward: 1,
  /** And to that which leads from the address to the name. */
  reverse: 2,
  /** The configuration says that the client has this name. */
  reserved: 4,
  /** It is made of the address. */
  generated: 8,
  /*
   * What the client asked for, by which it is decided anew when it comes back and says nothing.
   */
  /** It wants nobody to see to its name (the flag N). */
  wantsNone: 16,
  /** It sees to its address records itself (neither N nor S). */
  wantsOwn: 32,
  /** What it calls itself is a part of a name, whatever dots there are in it. */
  partial: 64,
} as const;

/** The name of a client, and what is to be done with it. */
export interface LeaseName {
  /** Whole, in small letters, without a dot at its end; empty: it has none. */
  readonly name: string;
  /** A sum of `NameFlag`. */
  readonly flags: number;
}

/** Reads what `writeLeaseName` made. */
export function readLeaseName(bytes: Uint8Array): LeaseName {
  let name = "";
  for (let i = 1; i < bytes.length; i++) name += String.fromCharCode(bytes[i] as number);
  return { name, flags: bytes[0] ?? 0 };
}

/** The name in bytes of its own; of its characters only those of ASCII are kept. */
export function writeLeaseName({ name, flags }: LeaseName): Uint8Array {
  const bytes = new Uint8Array(1 + name.length);
  bytes[0] = flags;
  for (let i = 0; i < name.length; i++) bytes[1 + i] = name.charCodeAt(i) & 0x7f;
  return bytes;
}
