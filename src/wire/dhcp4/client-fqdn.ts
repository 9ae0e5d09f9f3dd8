import { type FqdnName, labelsOfText, readFqdnName, textOfLabels, wireOfName } from "../fqdn-name.ts";
import { textOf } from "./options.ts";

/*
 * The Client FQDN option (81, RFC 4702): flags, two bytes that once held response codes, and a name
 * in one of two encodings.
 */

/** Bits of the flags (section 2.1). */
export const FqdnFlag = {
  /** The server should update the A records: asked by the client, told by the server. */
  S: 0x01,
  /** The server does otherwise than the client asked. */
  O: 0x02,
  /** The name is in the form of RFC 1035, not text. */
  E: 0x04,
  /** The server updates nothing: asked by the client, told by the server. */
  N: 0x08,
} as const;

/** Flags and the two bytes that once held response codes. */
const HEADER = 3;
/** What a server writes into those (section 2.2). */
const NO_CODE = 255;

/**
 * Option 81 as it came. No labels: the client leaves the name to the server. All byte strings are
 * views.
 */
export interface ClientFqdn extends FqdnName {
  readonly flags: number;
  /** The name as it stands in the option. */
  readonly field: Uint8Array;
}

/**
 * Reads the value of option 81; undefined when it is malformed. The response codes mean nothing
 * (section 2.2).
 */
export function readClientFqdn(data: Uint8Array): ClientFqdn | undefined {
  if (data.length < HEADER) return undefined;
  const flags = data[0] as number;
  const field = data.subarray(HEADER);
  if ((flags & FqdnFlag.E) !== 0) {
    const name = readFqdnName(field);
    return name && { flags, field, ...name };
  }
  // The old encoding knows no partial names but single labels (section 2.3.1).
  const labels = labelsOfText(textOf(field));
  return labels && { flags, field, labels, complete: labels.length > 1 };
}

/**
 * The value of option 81 as a server writes it. `field`: the name, in the encoding that the flags
 * say.
 */
export function writeClientFqdn(flags: number, field: Uint8Array): Uint8Array {
  const data = new Uint8Array(HEADER + field.length);
  data[0] = flags;
  data[1] = NO_CODE;
  data[2] = NO_CODE;
  data.set(field, HEADER);
  return data;
}

/** A name in the encoding that the flags say. Text does not tell whether it is whole. */
export function writeFqdnName(name: FqdnName, flags: number): Uint8Array {
  return (flags & FqdnFlag.E) === 0 ? textOfLabels(name.labels) : wireOfName(name);
}
