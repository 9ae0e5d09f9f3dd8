import { MAX_NAME } from "../fqdn-name.ts";
import { formatLabel } from "../values/domain-name.ts";
import { foldCase } from "./name.ts";
import { HEADER_SIZE } from "./write.ts";

const MAX_LABEL = 63;
const POINTER = 0xc0;
/** The labels of the longest name, and as many pointers. */
const MAX_STEPS = 254;

/** A name, or the end of one. */
interface NameEnd {
  /** In small letters, without a dot at its end. */
  readonly text: string;
  /** The same on the wire, uncompressed, in small letters. */
  readonly bytes: Uint8Array;
}

/** A name that was read from a message. */
export interface WireName extends NameEnd {
  /** Where in the message what is behind it begins. */
  readonly next: number;
}

/** Reads the name at this offset; a string says what is wrong with it. */
export type NameReader = (at: number) => WireName | string;

const TOO_LONG = `a name is longer than ${MAX_NAME} bytes`;
const FORWARDS = "a compression pointer does not point backwards";
const ROOT: NameEnd = { text: "", bytes: new Uint8Array(1) };

/**
 * A reader of the names of one message (RFC 1035 section 4.1.4). Pointers lead backwards only.
 * Where they lead to, each label and each pointer is read once: a message whose records all point
 * into long names costs no more than its length.
 */
export function createNameReader(message: Uint8Array): NameReader {
  const ends = new Map<number, NameEnd>();

  /** The end of a name that begins with a pointer or, behind one, with a label. */
  const readEnd = (at: number, steps: number): NameEnd | string => {
    const known = ends.get(at);
    if (known !== undefined) return known;
    if (steps === MAX_STEPS) return "a name has no end";
    const next = nextOf(message, at);
    if (typeof next === "string") return next;
    if (message[at] === 0) return ROOT;
    const rest = readEnd(next, steps + 1);
    if (typeof rest === "string") return rest;
    const end = next < at ? rest : joined(message, at, next, rest);
    if (typeof end !== "string") ends.set(at, end);
    return end;
  };

  return (start) => {
    for (let at = start; ; ) {
      const next = nextOf(message, at);
      if (typeof next === "string") return next;
      if (next - start > MAX_NAME) return TOO_LONG;
      const isPointer = next < at;
      if (isPointer && next >= start) return FORWARDS;
      if (isPointer || message[at] === 0) {
        const rest = isPointer ? readEnd(next, 0) : ROOT;
        if (typeof rest === "string") return rest;
        const name = joined(message, start, at, rest);
        return typeof name === "string" ? name : { ...name, next: isPointer ? at + 2 : next };
      }
      at = next;
    }
  };
}

/**
 * Where what is behind the label at this offset is: behind the root label, the end of the name; a
 * pointer leads to before itself. A string says what is wrong.
 */
function nextOf(message: Uint8Array, at: number): number | string {
  const size = message[at];
  if (size === undefined) return "a name is cut off";
  if (size >= POINTER) {
    const low = message[at + 1];
    if (low === undefined) return "a compression pointer is cut off";
    const target = ((size & ~POINTER) << 8) | low;
    if (target < HEADER_SIZE) return "a compression pointer leads into the header";
    return target < at ? target : FORWARDS;
  }
  if (size > MAX_LABEL) return "a label has an unknown type";
  const next = at + 1 + size;
  return next > message.length ? "a label is longer than the data" : next;
}

/** A name of the labels from `start` to `end`, and `rest`. */
function joined(message: Uint8Array, start: number, end: number, rest: NameEnd): NameEnd | string {
  const own = end - start;
  if (own === 0) return rest;
  if (own + rest.bytes.length > MAX_NAME) return TOO_LONG;
  const bytes = new Uint8Array(own + rest.bytes.length);
  bytes.set(message.subarray(start, end));
  foldCase(bytes);
  bytes.set(rest.bytes, own);
  let text = "";
  for (let at = 0; at < own; ) {
    const next = at + 1 + (bytes[at] as number);
    text += `${at === 0 ? "" : "."}${formatLabel(bytes, at + 1, next)}`;
    at = next;
  }
  return { text: rest.text === "" ? text : `${text}.${rest.text}`, bytes };
}
