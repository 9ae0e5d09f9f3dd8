import type { Find, Subject, Value, Word } from "./subject.ts";
import type { Field, RelayField } from "./syntax.ts";

/**
 * How expressions read the messages of a protocol. What is here is called when an expression is
 * compiled; the functions that it gives are called with messages.
 */
export interface Messages<S extends Subject> {
  /** Codes of options go up to this, exclusive. */
  readonly codes: number;
  /** The option of vendors' data and that of vendor classes, with an enterprise number in front. */
  readonly vendorInformation: number;
  readonly vendorClass: number;
  /**
   * An option of the client's message; of one of its relays where `relay` tells which, 0 the one
   * nearest to the server, -1 the one nearest to the client.
   */
  readonly findOption: (code: number, relay: number | undefined) => Find<S>;
  /** The first option of this code inside the value of an option. */
  readonly within: (outer: number, code: number) => (value: Uint8Array) => Uint8Array | undefined;
  /** The data of an enterprise, 0 is any, in an option whose data is of enterprises. */
  readonly findBlock: (option: number, enterprise: number, whole: Find<S>) => Find<S>;
  /** The first option of this code in the data of an enterprise. */
  readonly inBlock: (block: Uint8Array, code: number) => Uint8Array | undefined;
  /** The data with this index, from 0, in that of an enterprise in a vendor class. */
  readonly vendorClassData: (block: Uint8Array, index: number) => Uint8Array | undefined;
  /** A field of four bytes, or of less; undefined when it is longer. */
  readonly word: (field: Field) => Word<S> | undefined;
  /** A field that is no word. */
  readonly bytes: (field: Field) => Value<S>;
  readonly relayField: (relay: number, field: RelayField) => Value<S>;
}
