import type { Found } from "./lookups.ts";

/**
 * What an expression can ask about, as far as it is the same in both protocols: one message and how
 * it came in.
 */
export interface Subject {
  /** Name of the receiving interface, as bytes. */
  readonly interfaceName: Uint8Array;
  /** Bytes of the datagram. */
  readonly length: number;
  /** 1 at the number of each class that the client is in. */
  readonly classes: Uint8Array;
  /**
   * What was found in the options of the message, for expressions that share look-ups; undefined:
   * each looks for itself.
   */
  readonly found?: Found | undefined;
  /**
   * Set when a value could not be converted: then, as in Kea, no expression about it holds. Set to
   * false before the first one.
   */
  failed: boolean;
}

/**
 * Whether something holds for a message. Makes no text and, but for functions that build strings,
 * no garbage.
 */
export type Condition<S extends Subject> = (subject: S) => boolean;
/** A byte string made from a message: a view of it where that can be. */
export type Value<S extends Subject> = (subject: S) => Uint8Array;
/** A value of four bytes as a number. */
export type Word<S extends Subject> = (subject: S) => number;
/** What an option or a sub-option holds; undefined when the message does not have it. */
export type Find<S extends Subject> = (subject: S) => Uint8Array | undefined;
/** Number of a class, by its name in `member('name')`. */
export type ClassNumber = (name: string) => number;
