import { equalBytes } from "../../net/bytes.ts";
import { readIpv4 } from "../../net/ipv4.ts";
import { type Comparison, comparisonsIn, necessaryComparisons } from "./comparisons.ts";
import { valueIn, wordOf } from "./compile.ts";
import type { Finding } from "./finders.ts";
import { fold } from "./fold.ts";
import { bytesAt, endOfPart, type Part, partOf, valueOfPart } from "./part.ts";
import type { Subject, Word } from "./subject.ts";
import type { Node } from "./syntax.ts";

/**
 * Which of many conditions can hold for a message. Where several compare the same thing with
 * constants, it is looked up once, and only those remain whose constant it is: the others need not
 * be evaluated. Sets of conditions are bits, 32 in a number.
 */
export interface ConditionIndex<S extends Subject> {
  /** Conditions that have to be evaluated for every message. */
  readonly always: readonly number[];
  readonly numbers: readonly NumberProbe<S>[];
  readonly bytes: readonly BytesProbe<S>[];
}

/** One thing in the message, and the conditions by the constants that they compare it with. */
interface NumberProbe<S extends Subject> {
  readonly of: Word<S>;
  readonly conditions: ReadonlyMap<number, readonly number[]>;
}

interface BytesProbe<S extends Subject> {
  readonly part: Part<S>;
  readonly constants: Constants;
}

/** Byte strings by their hash. */
interface Constants {
  /** 1 at each length that one of them has. */
  readonly lengths: Uint8Array;
  readonly buckets: readonly (readonly Entry[])[];
}

interface Entry {
  readonly constant: Uint8Array;
  readonly conditions: number[];
}

/** With fewer constants than this, comparing costs less than looking up. */
const WORTH_A_PROBE = 4;

/**
 * `nodes` are conditions that `checkType` passed; they go by their positions. Undefined: one that
 * has to be evaluated always.
 */
export function indexConditions<S extends Subject>(nodes: readonly (Node | undefined)[], finding: Finding<S>): ConditionIndex<S> {
  const folded = nodes.map((node) => node && fold(node));
  const constants = countConstants(folded);
  const countOf = ({ key }: Comparison): number => constants.get(key) ?? 0;
  /** How many constants the operand is compared with whose look-up decides least. */
  const worth = (comparisons: readonly Comparison[]): number => Math.min(...comparisons.map(countOf));
  const always = noBits(nodes.length);
  const byOperand = new Map<string, { readonly operand: Node; readonly entries: Entry[] }>();
  for (const [position, node] of folded.entries()) {
    const needed = node && necessaryComparisons(node, (a, b) => worth(a) > worth(b));
    if (needed === undefined || worth(needed) < WORTH_A_PROBE) setBit(always, position);
    else for (const comparison of needed) addTo(byOperand, comparison, position, nodes.length);
  }
  const numbers: NumberProbe<S>[] = [];
  const bytes: BytesProbe<S>[] = [];
  for (const { operand, entries } of byOperand.values()) {
    const word = wordOf(operand, finding.messages);
    if (word === undefined) bytes.push(bytesProbe(operand, entries, finding));
    else numbers.push(numberProbe(word, entries));
  }
  return { always, numbers, bytes };
}

/**
 * Marks the conditions that can hold in `bits`, which has 32 of them in each number, and whose
 * former content is lost.
 */
export function markCandidates<S extends Subject>({ always, numbers, bytes }: ConditionIndex<S>, subject: S, bits: Int32Array): void {
  for (let i = 0; i < always.length; i++) bits[i] = always[i] as number;
  for (let i = 0; i < numbers.length; i++) {
    const { of, conditions } = numbers[i] as NumberProbe<S>;
    mark(bits, conditions.get(of(subject)));
  }
  for (let i = 0; i < bytes.length; i++) mark(bits, conditionsFor(bytes[i] as BytesProbe<S>, subject));
}

function mark(bits: Int32Array, conditions: readonly number[] | undefined): void {
  if (conditions === undefined) return;
  for (let i = 0; i < conditions.length; i++) bits[i] = (bits[i] as number) | (conditions[i] as number);
}

function conditionsFor<S extends Subject>({ part, constants }: BytesProbe<S>, subject: S): readonly number[] | undefined {
  const value = valueOfPart(part, subject);
  const end = endOfPart(part, value);
  const from = Math.min(part.start, end);
  const to = Math.min(end, from + part.length);
  const { lengths, buckets } = constants;
  // What has no constant's length is not hashed, however long it is.
  if (to - from >= lengths.length || lengths[to - from] !== 1) return undefined;
  const bucket = buckets[hashPart(value, from, to) & (buckets.length - 1)] as readonly Entry[];
  for (let i = 0; i < bucket.length; i++) {
    const { constant, conditions } = bucket[i] as Entry;
    if (bytesAt(value, from, to, constant)) return conditions;
  }
  return undefined;
}

function countConstants(nodes: readonly (Node | undefined)[]): ReadonlyMap<string, number> {
  const constants = new Map<string, Set<string>>();
  for (const { key, constant } of nodes.flatMap((node) => (node === undefined ? [] : comparisonsIn(node)))) {
    const known = constants.get(key);
    if (known === undefined) constants.set(key, new Set([constant.join()]));
    else known.add(constant.join());
  }
  return new Map([...constants].map(([key, set]) => [key, set.size]));
}

function addTo(
  byOperand: Map<string, { readonly operand: Node; readonly entries: Entry[] }>,
  { key, operand, constant }: Comparison,
  position: number,
  count: number,
): void {
  const known = byOperand.get(key) ?? { operand, entries: [] };
  byOperand.set(key, known);
  let entry = known.entries.find((one) => equalBytes(one.constant, constant));
  if (entry === undefined) {
    entry = { constant, conditions: noBits(count) };
    known.entries.push(entry);
  }
  setBit(entry.conditions, position);
}

function numberProbe<S extends Subject>(of: Word<S>, entries: readonly Entry[]): NumberProbe<S> {
  // A number is never the same as a text of another length.
  const fitting = entries.filter(({ constant }) => constant.length === 4);
  return { of, conditions: new Map(fitting.map(({ constant, conditions }) => [readIpv4(constant, 0), conditions])) };
}

function bytesProbe<S extends Subject>(operand: Node, entries: readonly Entry[], finding: Finding<S>): BytesProbe<S> {
  // Operands do not depend on classes.
  return { part: partOf(operand, finding, (node) => valueIn(node, { ...finding, classNumber: () => -1 })), constants: hashed(entries) };
}

function hashed(entries: readonly Entry[]): Constants {
  const lengths = new Uint8Array(Math.max(...entries.map(({ constant }) => constant.length)) + 1);
  const size = 2 ** Math.ceil(Math.log2(2 * entries.length));
  const buckets: Entry[][] = Array.from({ length: size }, () => []);
  for (const entry of entries) {
    const { constant } = entry;
    lengths[constant.length] = 1;
    buckets[hashPart(constant, 0, constant.length) & (size - 1)]?.push(entry);
  }
  return { lengths, buckets };
}

/** FNV-1a, folded so that its low bits depend on all of it. */
function hashPart(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  return hash ^ (hash >>> 16);
}

function noBits(count: number): number[] {
  return new Array<number>(Math.ceil(count / 32)).fill(0);
}

function setBit(bits: number[], position: number): void {
  bits[position >>> 5] = (bits[position >>> 5] as number) | (1 << (position & 31));
}
