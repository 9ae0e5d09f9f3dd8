import type { Ipv4 } from "../../net/ipv4.ts";
import type { Message } from "../../wire/dhcp4/message.ts";
import type { Found } from "./lookups.ts";

/** What an expression can ask about: one message and how it came in. */
export interface Subject {
  readonly message: Message;
  /** Name of the receiving interface, as bytes. */
  readonly interfaceName: Uint8Array;
  readonly source: Ipv4;
  readonly destination: Ipv4;
  /** Bytes of the DHCP message. */
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
export type Condition = (subject: Subject) => boolean;
/** A byte string made from a message: a view of it where that can be. */
export type Value = (subject: Subject) => Uint8Array;
/** Number of a class, by its name in `member('name')`. */
export type ClassNumber = (name: string) => number;
