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

const DOT = 46;
const SPACE = 32;
const DELETE = 127;
/** Longest label, and longest name with its length bytes (RFC 1035 section 2.3.4). */
const MAX_LABEL = 63;
export const MAX_NAME = 255;

/** The labels of a name, and whether it is whole: else it is a part of one, to be completed. */
export interface FqdnName {
  readonly labels: readonly Uint8Array[];
  readonly complete: boolean;
}

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
    const name = readWire(field);
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
export function writeFqdnName({ labels, complete }: FqdnName, flags: number): Uint8Array {
  return (flags & FqdnFlag.E) === 0 ? textOfLabels(labels) : asWire(labels, complete);
}

/**
 * A name in the form of RFC 1035 section 3.1, without compression; without the root label at its
 * end it is a partial one.
 */
function readWire(field: Uint8Array): FqdnName | undefined {
  if (field.length > MAX_NAME) return undefined;
  const labels: Uint8Array[] = [];
  let at = 0;
  while (at < field.length) {
    const length = field[at] as number;
    if (length === 0) return at === field.length - 1 ? { labels, complete: labels.length > 0 } : undefined;
    const label = field.subarray(at + 1, at + 1 + length);
    if (length > MAX_LABEL || label.length < length || !isReadable(label)) return undefined;
    labels.push(label);
    at += 1 + length;
  }
  return { labels, complete: false };
}

/** The labels of a name as text, with or without a dot at its end; undefined when it is no name. */
export function labelsOfText(text: Uint8Array): Uint8Array[] | undefined {
  const labels: Uint8Array[] = [];
  const end = text[text.length - 1] === DOT ? text.length - 1 : text.length;
  for (let start = 0; start < end; ) {
    const dot = text.indexOf(DOT, start);
    const label = text.subarray(start, dot < 0 ? end : Math.min(dot, end));
    if (label.length === 0 || label.length > MAX_LABEL || !isReadable(label)) return undefined;
    labels.push(label);
    start += label.length + 1;
  }
  return fqdnLength(labels) > MAX_NAME ? undefined : labels;
}

/** Whether it can be shown as text: no dots, spaces or control characters. */
function isReadable(label: Uint8Array): boolean {
  for (let i = 0; i < label.length; i++) {
    const byte = label[i] as number;
    if (byte <= SPACE || byte === DOT || byte === DELETE) return false;
  }
  return true;
}

/** Length of the name on the wire with its root label. */
export function fqdnLength(labels: readonly Uint8Array[]): number {
  let length = 1;
  for (const label of labels) length += label.length + 1;
  return length;
}

/** The name as text, with dots between the labels and none at the end. */
export function textOfLabels(labels: readonly Uint8Array[]): Uint8Array {
  const text = new Uint8Array(Math.max(0, fqdnLength(labels) - 2)).fill(DOT);
  let at = 0;
  for (const label of labels) {
    text.set(label, at);
    at += label.length + 1;
  }
  return text;
}

function asWire(labels: readonly Uint8Array[], complete: boolean): Uint8Array {
  const wire = new Uint8Array(fqdnLength(labels) - (complete ? 0 : 1));
  let at = 0;
  for (const label of labels) {
    wire[at] = label.length;
    wire.set(label, at + 1);
    at += label.length + 1;
  }
  return wire;
}
