import type { Subject } from "../../config/class-expression/index.ts";
import type { BootFields, ClientClass, LeaseTime, OptionSet } from "../../config/model.ts";
import { equalBytes, NO_BYTES } from "../../net/bytes.ts";
import { messageType, optionValue } from "../../wire/dhcp4/options.ts";
import type { Context, Exchange } from "./exchange.ts";
import { OptionCode } from "./option-code.ts";
import { findReservation } from "./reservations.ts";
import { subjectOf } from "./subject.ts";

/** Room for the classes of a client; undefined when the configuration has none, and nothing is to be done. */
export function noClasses(context: Context): Uint8Array | undefined {
  const { classification } = context.config;
  return classification && new Uint8Array(classification.classes.length + classification.builtIns.length);
}

/**
 * Finds out which classes the client is in, once for each message: the server's own and those that depend on the message alone, then the
 * reservation and its classes, then what depends on it. False when the client is in the class DROP.
 */
export function classify(exchange: Exchange): boolean {
  const { classes, trace } = exchange;
  const { classification } = exchange.context.config;
  if (classes === undefined || classification === undefined) return true;
  const subject = subjectOf(exchange, classes);
  for (const builtIn of classification.builtIns) {
    if (builtIn.kind === "ALL") classes[builtIn.number] = 1;
    else if (builtIn.kind === "BOOTP") classes[builtIn.number] = messageType(subject.message) === undefined ? 1 : 0;
    else if (builtIn.kind === "VENDOR_CLASS") {
      const vendorClass = optionValue(subject.message, OptionCode.vendorClassIdentifier) ?? NO_BYTES;
      classes[builtIn.number] = equalBytes(vendorClass, builtIn.vendorClass) ? 1 : 0;
    }
  }
  for (const one of classification.early) evaluate(one, subject);
  if (classification.needsReservation) {
    const reservation = findReservation(exchange);
    for (const { kind, number } of classification.builtIns) {
      if (kind === "KNOWN" ? reservation !== undefined : kind === "UNKNOWN" && reservation === undefined) classes[number] = 1;
    }
    for (const number of reservation?.classes ?? NONE) classes[number] = 1;
    for (const one of classification.late) evaluate(one, subject);
  }
  if (trace !== undefined) {
    const names = [...classification.classes, ...classification.builtIns].filter(({ number }) => classes[number] === 1);
    trace("classes", names.length === 0 ? "none" : names.map(({ name }) => name).join(", "));
  }
  return classification.drop === undefined || classes[classification.drop] !== 1;
}

const NONE: readonly number[] = [];

function evaluate(one: ClientClass, subject: Subject): void {
  const { classes } = subject;
  if (one.template === undefined) {
    if (one.condition(subject)) classes[one.number] = 1;
    return;
  }
  const value = one.template.value(subject);
  if (value.length === 0) return;
  classes[one.number] = 1;
  const spawned = one.template.spawned.get(value);
  if (spawned !== undefined) classes[spawned] = 1;
}

/** Option sets from the closest place to the top level, with those of the client's classes before the last. */
export function withClassOptions(exchange: Exchange, sets: readonly OptionSet[]): readonly OptionSet[] {
  const { classes } = exchange;
  const { classification } = exchange.context.config;
  if (classes === undefined || classification === undefined) return sets;
  const result = sets.slice(0, -1);
  for (const one of classification.classes) if (classes[one.number] === 1 && one.options.byCode.size > 0) result.push(one.options);
  result.push(sets[sets.length - 1] as OptionSet);
  return result;
}

/** Lease times of the first class that has some, where no closer place has any. */
export function classLeaseTime(exchange: Exchange, closer: LeaseTime): LeaseTime {
  const { classes } = exchange;
  const { classification } = exchange.context.config;
  // What is inherited from the top level is the very same object.
  if (classes === undefined || classification === undefined || closer !== classification.leaseTime) return closer;
  for (const one of classification.classes) if (classes[one.number] === 1 && one.leaseTime !== undefined) return one.leaseTime;
  return closer;
}

/** Each boot field of the first class that has it, where no closer place has it. */
export function classBoot(exchange: Exchange, closer: BootFields): BootFields {
  const { classes } = exchange;
  const { classification } = exchange.context.config;
  if (classes === undefined || classification === undefined) return closer;
  let { nextServer, serverName, fileName, nextServerIsOwn } = closer;
  for (const one of classification.classes) {
    if (classes[one.number] !== 1) continue;
    if (nextServerIsOwn !== true && one.nextServer !== undefined) {
      nextServer = one.nextServer;
      nextServerIsOwn = true;
    }
    if (serverName === classification.boot.serverName && one.serverName !== undefined) serverName = one.serverName;
    if (fileName === classification.boot.fileName && one.fileName !== undefined) fileName = one.fileName;
  }
  return { nextServer, serverName, fileName };
}
