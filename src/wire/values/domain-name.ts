/**
 * Domain names in the wire form of RFC 1035 section 3.1, with compression (section 4.1.4). As text
 * a name has no dot at its end; a dot or backslash inside a label is `\.` or `\\`, and a byte
 * outside of printable ASCII is `\DDD` (RFC 1035 section 5.1).
 */

/** Longest name on the wire with all length bytes and the root label. */
const MAX_NAME = 255;
const MAX_LABEL = 63;
/**
 * Most bytes that the names of one list may have when decompressed: keeps a few pointers from
 * growing into megabytes.
 */
const MAX_LIST = 65535;

const DOT = 46;
const BACKSLASH = 92;

/**
 * The labels of a name written as text, with or without the dot at the end; a string says what is
 * wrong with it. "" and "." are the root.
 */
export function parseDomainName(text: string): Uint8Array[] | string {
  if (text === "" || text === ".") return [];
  const labels: Uint8Array[] = [];
  let label: number[] = [];
  let total = 1;
  for (let i = 0; i <= text.length; i++) {
    let byte = i < text.length ? text.charCodeAt(i) : DOT;
    if (byte === DOT) {
      if (i === text.length && label.length === 0) break;
      if (label.length === 0) return "has an empty label (two dots in a row, or one at the start)";
      if (label.length > MAX_LABEL) return `has a label of more than ${MAX_LABEL} bytes`;
      labels.push(Uint8Array.from(label));
      total += label.length + 1;
      label = [];
      continue;
    }
    if (byte === BACKSLASH) {
      const digits = /^\d{3}/.exec(text.slice(i + 1, i + 4))?.[0];
      byte = digits === undefined ? text.charCodeAt(i + 1) : Number(digits);
      i += digits === undefined ? 1 : 3;
      if (Number.isNaN(byte) || byte > 255) return "has a backslash that is not followed by a character or by three digits up to 255";
    } else if (byte > 126 || byte < 33) {
      return "has a character outside of printable ASCII; write international names in their xn-- form";
    }
    label.push(byte);
  }
  return total > MAX_NAME ? `is longer than ${MAX_NAME} bytes` : labels;
}

/** A label as text, in which a dot of its own is `\\.`. */
export function formatLabel(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    if (byte === DOT || byte === BACKSLASH) text += `\\${String.fromCharCode(byte)}`;
    else if (byte > 126 || byte < 33) text += `\\${byte.toString().padStart(3, "0")}`;
    else text += String.fromCharCode(byte);
  }
  return text;
}

/**
 * Appends a name to `out`. `compression` maps the wire form of names already written to their
 * offset in `out`; with it the longest known ending is replaced by a pointer, without it the name
 * is written in full. `terminated: false` leaves the root label away (a partial name, RFC 4702
 * section 2.3.1).
 */
export function writeDomainName(
  labels: readonly Uint8Array[],
  out: number[],
  compression?: Map<string, number>,
  terminated = true,
): undefined {
  for (let i = 0; i < labels.length; i++) {
    const ending = compression && labels.slice(i).join(".");
    const known = compression?.get(ending as string);
    if (known !== undefined) {
      out.push(0xc0 | (known >>> 8), known & 255);
      return;
    }
    if (compression !== undefined && out.length < 0x4000) compression.set(ending as string, out.length);
    const label = labels[i] as Uint8Array;
    out.push(label.length, ...label);
  }
  if (terminated) out.push(0);
}

export interface ReadName {
  readonly name: string;
  /** False when the data ended in place of the root label. */
  readonly terminated: boolean;
  /** Offset of what follows. */
  readonly next: number;
  /** Bytes of the name when decompressed. */
  readonly length: number;
}

/**
 * Reads the name at `start`; a string says what is wrong. Pointers count from the start of `bytes`
 * and must point backwards, each to before the last, so reading ends; a name of more than 255 bytes
 * is refused.
 */
export function readDomainName(bytes: Uint8Array, start: number, end: number): ReadName | string {
  const labels: string[] = [];
  let length = 1;
  let at = start;
  let lowest = start;
  let next = -1;
  for (;;) {
    if (at >= end) {
      if (next !== -1) return "a compressed name has no end";
      return { name: labels.join("."), terminated: false, next: at, length };
    }
    const size = bytes[at] as number;
    if (size === 0) return { name: labels.join("."), terminated: true, next: next === -1 ? at + 1 : next, length };
    if (size >= 0xc0) {
      if (at + 1 >= end) return "a compression pointer is cut off";
      const target = ((size & 0x3f) << 8) | (bytes[at + 1] as number);
      if (target >= lowest) return "a compression pointer does not point backwards";
      if (next === -1) next = at + 2;
      lowest = target;
      at = target;
      continue;
    }
    if (size > MAX_LABEL) return "a label has an unknown type";
    if (at + 1 + size > end) return "a label is longer than the data";
    length += size + 1;
    if (length > MAX_NAME) return `a name is longer than ${MAX_NAME} bytes`;
    labels.push(formatLabel(bytes, at + 1, at + 1 + size));
    at += 1 + size;
  }
}

/**
 * Reads names one after the other; a string says what is wrong. Pointers count from the start of
 * `bytes` (RFC 3397 section 2).
 */
export function readDomainNames(bytes: Uint8Array): string[] | string {
  const names: string[] = [];
  let total = 0;
  for (let at = 0; at < bytes.length; ) {
    const read = readDomainName(bytes, at, bytes.length);
    if (typeof read === "string") return read;
    if (!read.terminated) return "the last name is cut off";
    total += read.length;
    if (total > MAX_LIST) return "the names are longer than 65535 bytes when decompressed";
    names.push(read.name);
    at = read.next;
  }
  return names;
}
