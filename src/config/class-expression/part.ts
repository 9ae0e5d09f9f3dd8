import { NO_BYTES } from "../../net/bytes.ts";
import { type Finding, findOption, keyOf } from "./finders.ts";
import type { Subject, Value } from "./subject.ts";
import type { Node } from "./syntax.ts";

/**
 * Bytes of the message that are looked at where they stand, without a view of them: all of a value,
 * or a part of it.
 */
export interface Part<S extends Subject> {
  /** Where the value is among what was found; -1: it is no option, `of` gives it. */
  readonly slot: number;
  readonly of: Value<S>;
  /** Without the NULs at its end. */
  readonly text: boolean;
  readonly start: number;
  /** At most so many bytes. */
  readonly length: number;
}

const ALL = 0x7fffffff;

/** `substring` towards the right is taken apart; what is below is made with `compile`. */
export function partOf<S extends Subject>(node: Node, finding: Finding<S>, compile: (node: Node) => Value<S>): Part<S> {
  if (node.kind !== "substring" || node.start < 0 || (node.length ?? 0) < 0)
    return { ...wholeOf(node, finding, compile), start: 0, length: ALL };
  return { ...wholeOf(node.of, finding, compile), start: node.start, length: node.length ?? ALL };
}

function wholeOf<S extends Subject>(
  node: Node,
  finding: Finding<S>,
  compile: (node: Node) => Value<S>,
): Pick<Part<S>, "slot" | "of" | "text"> {
  const { lookups } = finding;
  if (node.kind !== "option" || lookups === undefined) return { slot: -1, of: compile(node), text: false };
  const find = findOption(node, finding);
  return { slot: lookups.slots.get(keyOf(node)) ?? -1, of: (subject) => find(subject) ?? NO_BYTES, text: node.form === "text" };
}

/** The value that it is a part of. */
export function valueOfPart<S extends Subject>({ slot, of }: Part<S>, subject: S): Uint8Array {
  const { found } = subject;
  if (slot < 0 || found === undefined) return of(subject);
  const known = found[slot];
  return known === null ? of(subject) : (known ?? NO_BYTES);
}

/** Where the value ends. */
export function endOfPart({ text }: Pick<Part<never>, "text">, value: Uint8Array): number {
  let end = value.length;
  if (text) while (end > 0 && value[end - 1] === 0) end--;
  return end;
}

/** Whether the part has exactly these bytes. */
export function partIs<S extends Subject>(part: Part<S>, subject: S, wanted: Uint8Array): boolean {
  const value = valueOfPart(part, subject);
  const end = endOfPart(part, value);
  const from = Math.min(part.start, end);
  return bytesAt(value, from, Math.min(end, from + part.length), wanted);
}

export function bytesAt(value: Uint8Array, from: number, to: number, wanted: Uint8Array): boolean {
  if (to - from !== wanted.length) return false;
  for (let i = 0; i < wanted.length; i++) if (value[from + i] !== wanted[i]) return false;
  return true;
}
