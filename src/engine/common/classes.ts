import {
  type ClassStage,
  type CompiledClass,
  type CompiledTemplate,
  markCandidates,
  type Subject,
} from "../../config/class-expression/index.ts";
import type { Classification, ClientClass, LeaseTime, OptionSet } from "../../config/model/common.ts";
import type { Client } from "./client.ts";

type Member = Pick<Client<never, never>, "classes" | "members">;
type Classes = Classification<ClientClass>;

/** Evaluates those that the index does not rule out, in their order. */
export function evaluateClasses<S extends Subject>(client: Member, classification: Classes, stage: ClassStage<S>, subject: S): void {
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
export function enterClass({ classes, members }: Member, classification: Classes, number: number): void {
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
export function classLeaseTime({ members }: Member, closer: LeaseTime, top: LeaseTime | undefined): LeaseTime {
  // What is inherited from the top level is the very same object.
  if (members.length === 0 || closer !== top) return closer;
  for (const { leaseTime } of members) if (leaseTime !== undefined) return leaseTime;
  return closer;
}
