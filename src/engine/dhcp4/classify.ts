import { type Found, findOptions } from "../../config/class-expression/index.ts";
import type { BootFields } from "../../config/model/dhcp4.ts";
import { equalBytes, NO_BYTES } from "../../net/bytes.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { messageType, optionValue, textOf } from "../../wire/dhcp4/options.ts";
import { enterClass, evaluateClasses } from "../common/classes.ts";
import { evaluatedPacket } from "./evaluated-packet.ts";
import type { Context, Exchange } from "./exchange.ts";
import { findReservation } from "./reservations.ts";

const NONE: readonly number[] = [];

/**
 * The classes of a client: none yet; undefined when the configuration has none, and nothing is to
 * be done. Each message has its own: another one may be decided while this one is, by who listens
 * to its trace or answers for its leases.
 */
export function noClasses({ decider }: Context): Uint8Array | undefined {
  const { classification } = decider;
  return classification && new Uint8Array(classification.classes.length + classification.builtIns.length);
}

/**
 * Finds out which classes the client is in, once for each message: the server's own and those that
 * depend on the message alone, then the reservation and its classes, then what depends on it. False
 * when the client is in the class DROP.
 */
export function classify(exchange: Exchange): boolean {
  const { classes, trace } = exchange;
  const { classification, compiled } = exchange.context.decider;
  if (classes === undefined || classification === undefined || compiled.classification === undefined) return true;
  const { lookups, early, late } = compiled.classification;
  const found: Found = [];
  const subject = evaluatedPacket(exchange, classes, found);
  findOptions(lookups, subject.message, found);
  for (const builtIn of classification.builtIns) {
    if (builtIn.kind === "ALL") classes[builtIn.number] = 1;
    else if (builtIn.kind === "BOOTP") classes[builtIn.number] = messageType(subject.message) === undefined ? 1 : 0;
    else if (builtIn.kind === "VENDOR_CLASS") {
      const vendorClass = textOf(optionValue(subject.message, OptionCode.vendorClassIdentifier) ?? NO_BYTES);
      classes[builtIn.number] = equalBytes(vendorClass, builtIn.vendorClass) ? 1 : 0;
    }
  }
  evaluateClasses(exchange, classification, early, subject);
  if (classification.needsReservation) {
    const reservation = findReservation(exchange);
    for (const { kind, number } of classification.builtIns) {
      if (kind === "KNOWN" ? reservation !== undefined : kind === "UNKNOWN" && reservation === undefined) classes[number] = 1;
    }
    for (const number of reservation?.classes ?? NONE) enterClass(exchange, classification, number);
    evaluateClasses(exchange, classification, late, subject);
  }
  if (trace !== undefined) {
    const entered = [...classification.classes, ...classification.builtIns].filter(({ number }) => classes[number] === 1);
    trace({ rule: "classes", names: entered.map(({ name }) => name) });
  }
  return classification.drop === undefined || classes[classification.drop] !== 1;
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
