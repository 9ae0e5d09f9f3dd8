import { type Found, findOptions, markCandidates, type Subject } from "../../config/class-expression/index.ts";
import type { BootFields, Classification, ClassStage, ClassTemplate, ClientClass, LeaseTime, OptionSet } from "../../config/model.ts";
import { equalBytes, NO_BYTES } from "../../net/bytes.ts";
import { messageType, optionValue, textOf } from "../../wire/dhcp4/options.ts";
import type { Context, Exchange } from "./exchange.ts";
import { OptionCode } from "./option-code.ts";
import { findReservation } from "./reservations.ts";
import { subjectOf } from "./subject.ts";

/**
 * The classes of a client: none yet; undefined when the configuration has none, and nothing is to be done. Each message has its own: another one may be
 * decided while this one is, by who listens to its trace or answers for its leases.
 */
export function noClasses({ decider }: Context): Uint8Array | undefined {
  const { classification } = decider;
  return classification && new Uint8Array(classification.classes.length + classification.builtIns.length);
}

/**
 * Finds out which classes the client is in, once for each message: the server's own and those that depend on the message alone, then the
 * reservation and its classes, then what depends on it. False when the client is in the class DROP.
 */
export function classify(exchange: Exchange): boolean {
  const { classes, trace } = exchange;
  const { classification } = exchange.context.decider;
  if (classes === undefined || classification === undefined) return true;
  const found: Found = [];
  const subject = subjectOf(exchange, classes, found);
  findOptions(classification.lookups, subject.message, found);
  for (const builtIn of classification.builtIns) {
    if (builtIn.kind === "ALL") classes[builtIn.number] = 1;
    else if (builtIn.kind === "BOOTP") classes[builtIn.number] = messageType(subject.message) === undefined ? 1 : 0;
    else if (builtIn.kind === "VENDOR_CLASS") {
      const vendorClass = textOf(optionValue(subject.message, OptionCode.vendorClassIdentifier) ?? NO_BYTES);
      classes[builtIn.number] = equalBytes(vendorClass, builtIn.vendorClass) ? 1 : 0;
    }
  }
  evaluate(exchange, classification, classification.early, subject);
  if (classification.needsReservation) {
    const reservation = findReservation(exchange);
    for (const { kind, number } of classification.builtIns) {
      if (kind === "KNOWN" ? reservation !== undefined : kind === "UNKNOWN" && reservation === undefined) classes[number] = 1;
    }
    for (const number of reservation?.classes ?? NONE) enter(exchange, classification, number);
    evaluate(exchange, classification, classification.late, subject);
  }
  if (trace !== undefined) {
    const names = [...classification.classes, ...classification.builtIns].filter(({ number }) => classes[number] === 1);
    trace("classes", names.length === 0 ? "none" : names.map(({ name }) => name).join(", "));
  }
  return classification.drop === undefined || classes[classification.drop] !== 1;
}

const NONE: readonly number[] = [];

/** Evaluates those that the index does not rule out, in their order. */
function evaluate(exchange: Exchange, classification: Classification, stage: ClassStage, subject: Subject): void {
  const { always } = stage.index;
  const candidates = new Int32Array(always.length);
  markCandidates(stage.index, subject, candidates);
  for (let word = 0; word < always.length; word++) {
    let bits = candidates[word] as number;
    while (bits !== 0) {
      const bit = 31 - Math.clz32(bits & -bits);
      bits &= bits - 1;
      const one = stage.classes[32 * word + bit] as ClientClass;
      if (one.template !== undefined) spawn(exchange, classification, one.number, one.template, subject);
      else if (one.condition(subject)) enter(exchange, classification, one.number);
    }
  }
}

function spawn(exchange: Exchange, classification: Classification, number: number, template: ClassTemplate, subject: Subject): void {
  const value = template.value(subject);
  if (value.length === 0) return;
  enter(exchange, classification, number);
  const spawned = template.spawned.get(value);
  if (spawned !== undefined) enter(exchange, classification, spawned);
}

/** Puts the client into a class, and those of the configuration into the order of the file. */
function enter({ classes, members }: Exchange, classification: Classification, number: number): void {
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

/** Option sets from the closest place to the top level, with those of the client's classes before the last. */
export function withClassOptions({ members }: Exchange, sets: readonly OptionSet[]): readonly OptionSet[] {
  if (members.length === 0) return sets;
  const result = sets.slice(0, -1);
  for (const { options } of members) if (options.byCode.size > 0) result.push(options);
  result.push(sets[sets.length - 1] as OptionSet);
  return result;
}

/** Lease times of the first class that has some, where no closer place has any. */
export function classLeaseTime({ context, members }: Exchange, closer: LeaseTime): LeaseTime {
  // What is inherited from the top level is the very same object.
  if (members.length === 0 || closer !== context.decider.classification?.leaseTime) return closer;
  for (const { leaseTime } of members) if (leaseTime !== undefined) return leaseTime;
  return closer;
}

/** Each boot field of the first class that has it, where no closer place has it. */
export function classBoot({ context, members }: Exchange, closer: BootFields): BootFields {
  const top = context.decider.classification?.boot;
  if (members.length === 0 || top === undefined) return closer;
  let { nextServer, serverName, fileName, nextServerIsOwn } = closer;
  for (const one of members) {
    if (nextServerIsOwn !== true && one.nextServer !== undefined) {
      nextServer = one.nextServer;
      nextServerIsOwn = true;
    }
    if (serverName === top.serverName && one.serverName !== undefined) serverName = one.serverName;
    if (fileName === top.fileName && one.fileName !== undefined) fileName = one.fileName;
  }
  return { nextServer, serverName, fileName };
}
