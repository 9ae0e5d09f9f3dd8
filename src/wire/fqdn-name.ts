/*
 * The name in the Client FQDN options (RFC 4702, RFC 4704): a whole name or a part of one.
 */

const DOT = 46;
const SPACE = 32;
const DELETE = 127;
const UPPER_A = 65;
const UPPER_Z = 90;
const TO_LOWER = 32;
/** Longest label, and longest name with its length bytes (RFC 1035 section 2.3.4). */
const MAX_LABEL = 63;
export const MAX_NAME = 255;

/** The labels of a name, and whether it is whole: else it is a part of one, to be completed. */
export interface FqdnName {
  readonly labels: readonly Uint8Array[];
  readonly complete: boolean;
}

/**
 * Reads a name in the form of RFC 1035 section 3.1, without compression; without the root label at
 * its end it is a partial one. Labels are views. Undefined when malformed.
 */
export function readFqdnName(field: Uint8Array): FqdnName | undefined {
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

/** Whether it can be shown as text: no dots or control characters. People put spaces in names. */
function isReadable(label: Uint8Array): boolean {
  for (let i = 0; i < label.length; i++) {
    const byte = label[i] as number;
    if (byte < SPACE || byte === DOT || byte === DELETE) return false;
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

/** A whole name that stands as text, in ASCII, without a dot at its end. */
export function fqdnOfText(name: string): FqdnName {
  return { labels: name.split(".").map(bytesOfLabel), complete: true };
}

function bytesOfLabel(label: string): Uint8Array {
  const bytes = new Uint8Array(label.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = label.charCodeAt(i);
  return bytes;
}

/** Whether the labels are those of a name in small letters, however they write them. */
export function isSpelling(labels: readonly Uint8Array[], name: string): boolean {
  if (fqdnLength(labels) - 2 !== name.length) return false;
  let at = 0;
  for (const label of labels) {
    for (const byte of label) {
      const lower = byte >= UPPER_A && byte <= UPPER_Z ? byte + TO_LOWER : byte;
      if (lower !== name.charCodeAt(at++)) return false;
    }
    // Where the dot is, or the end.
    if (at < name.length && name.charCodeAt(at) !== DOT) return false;
    at++;
  }
  return true;
}

/** The name in the form of RFC 1035, with a root label when it is whole. */
export function wireOfName({ labels, complete }: FqdnName): Uint8Array {
  const wire = new Uint8Array(fqdnLength(labels) - (complete ? 0 : 1));
  let at = 0;
  for (const label of labels) {
    wire[at] = label.length;
    wire.set(label, at + 1);
    at += label.length + 1;
  }
  return wire;
}
