import {
  type ClassStage,
  type CompiledClass,
  type CompiledClassification,
  type CompiledTemplate,
  findOptions,
  markCandidates,
  type Subject,
} from "../../config/class-expression/index.ts";
import type { BuiltInClass, Classification, ClientClass, LeaseTime, OptionSet } from "../../config/model/common.ts";
import type { Client } from "./client.ts";

type Member = Pick<Client<never, never>, "classes" | "members">;
type Classes = Classification<ClientClass>;

const NONE: readonly number[] = [];
const NO_NAMES: readonly string[] = [];

/**
 * The classes of a client: none yet; undefined when the configuration has none, and nothing is to
 * be done. Each message has its own: another one may be decided while this one is, by who listens
 * to its trace or answers for its leases.
 */
export function noClasses(classification: Classes | undefined): Uint8Array | undefined {
  return classification && new Uint8Array(classification.classes.length + classification.builtIns.length);
}

/**
 * The classes that somebody besides the configuration may put a client into, by name: those of
 * `client_classes` that have no expression.
 */
export function givableClasses(classification: Classes | undefined): ReadonlyMap<string, number> {
  const open = classification?.classes.filter(({ expression }) => expression === undefined) ?? [];
  return new Map(open.map(({ name, number }) => [name, number]));
}

type OptionsMessage = Parameters<typeof findOptions>[1];

/** What of the classes of a client `C` each protocol tells itself. */
export interface ClassRules<C, S> {
  /** Whether the message puts its client into a class that the server defines. */
  isIn(builtIn: BuiltInClass, subject: S): boolean;
  findReservation(client: C): { readonly classes?: readonly number[] | undefined } | undefined;
}

/**
 * The classes that a client is given from outside; names that are none of `classes` have no effect.
 */
interface Given {
  readonly names: readonly string[] | undefined;
  readonly classes: ReadonlyMap<string, number>;
}

/**
 * Finds out which classes the client is in, once for each message: those that it is given from
 * outside, the server's own and those that depend on the message alone, then the reservation and
 * its classes, then what depends on it. False when the client is in the class DROP.
 * `subject.classes` are those of the client; what it has `found` is looked up once for all
 * expressions.
 */
export function classifyClient<
  C extends Member & Pick<Client<never, never>, "trace">,
  S extends Subject & { readonly message: OptionsMessage },
>(
  client: C,
  classification: Classes,
  { lookups, early, late }: CompiledClassification<S>,
  subject: S,
  rules: ClassRules<C, S>,
  given: Given,
): boolean {
  const { classes, found, message } = subject;
  for (const name of given.names ?? NO_NAMES) {
    const number = given.classes.get(name);
    if (number !== undefined) enterClass(client, classification, number);
  }
  if (found !== undefined) findOptions(lookups, message, found);
  for (const builtIn of classification.builtIns) if (builtIn.kind === "ALL" || rules.isIn(builtIn, subject)) classes[builtIn.number] = 1;
  evaluateClasses(client, classification, early, subject);
  if (classification.needsReservation) {
    const reservation = rules.findReservation(client);
    for (const { kind, number } of classification.builtIns) {
      if (kind === "KNOWN" ? reservation !== undefined : kind === "UNKNOWN" && reservation === undefined) classes[number] = 1;
    }
    for (const number of reservation?.classes ?? NONE) enterClass(client, classification, number);
    evaluateClasses(client, classification, late, subject);
  }
  const { trace } = client;
  if (trace !== undefined) {
    const entered = [...classification.classes, ...classification.builtIns].filter(({ number }) => classes[number] === 1);
    trace({ rule: "classes", names: entered.map(({ name }) => name) });
  }
  return classification.drop === undefined || classes[classification.drop] !== 1;
}

/** Evaluates those that the index does not rule out, in their order. */
function evaluateClasses<S extends Subject>(client: Member, classification: Classes, stage: ClassStage<S>, subject: S): void {
  const { always } = stage.index;
  const candidates = new Int32Array(always.length);
  markCandidates(stage.index, subject, candidates);
  for (let word = 0; word < always.length; word++) {
    let bits = candidates[word] as number;
    while (bits !== 0) {
      const bit = 31 - Math.clz32(bits & -bits);
      bits &= bits - 1;
      const one = stage.classes[32 * word + bit] as CompiledClass<S>;
      if (one.template !== undefined) spawn(client, classification, one.number, one.template, subject);
      else if (one.condition(subject)) enterClass(client, classification, one.number);
    }
  }
}

function spawn<S extends Subject>(
  client: Member,
  classification: Classes,
  number: number,
  template: CompiledTemplate<S>,
  subject: S,
): void {
  const value = template.value(subject);
  if (value.length === 0) return;
  enterClass(client, classification, number);
  const spawned = template.spawned.get(value);
  if (spawned !== undefined) enterClass(client, classification, spawned);
}

/** Puts the client into a class, and those of the configuration into the order of the file. */
function enterClass({ classes, members }: Member, classification: Classes, number: number): void {
  if (classes === undefined || classes[number] === 1) return;
  classes[number] = 1;
  const one = classification.classes[number];
  if (one === undefined) return;
  members.push(one);
  for (let i = members.length - 1; i > 0 && (members[i - 1] as ClientClass).number > number; i--) {
    members[i] = members[i - 1] as ClientClass;
    members[i - 1] = one;
  }
}

/**
 * Option sets from the closest place to the top level, with those of the client's
 * classes before the last.
 */
export function withClassOptions({ members }: Member, sets: readonly OptionSet[]): readonly OptionSet[] {
  if (members.length === 0) return sets;
  const result = sets.slice(0, -1);
  for (const { options } of members) if (options.byCode.size > 0) result.push(options);
  result.push(sets[sets.length - 1] as OptionSet);
  return result;
}

/**
 * Lease times of the first class that has some, where no closer place has any. `top`
 * are those of the top level.
 */
export function classLeaseTime<T extends LeaseTime>(
  { members }: { readonly members: readonly { readonly leaseTime: T | undefined }[] },
  closer: T,
  top: T | undefined,
): T {
  // What is inherited from the top level is the very same object.
  if (members.length === 0 || closer !== top) return closer;
  for (const { leaseTime } of members) if (leaseTime !== undefined) return leaseTime;
  return closer;
}
