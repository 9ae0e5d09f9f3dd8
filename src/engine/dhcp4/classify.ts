import type { Dhcp4Subject } from "../../config/class-expression/dhcp4/index.ts";
import type { BootFields } from "../../config/model/dhcp4.ts";
import { equalBytes, NO_BYTES } from "../../net/bytes.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { messageType, optionValue, textOf } from "../../wire/dhcp4/options.ts";
import { type ClassRules, classifyClient } from "../common/classes.ts";
import { evaluatedPacket } from "./evaluated-packet.ts";
import type { Exchange } from "./exchange.ts";
import { findReservation } from "./reservations.ts";

/**
 * Finds out which classes the client is in, once for each message. False when it is in the class
 * DROP.
 */
export function classify(exchange: Exchange): boolean {
  const { classes } = exchange;
  const { decider, givenClasses } = exchange.context;
  const { classification, compiled } = decider;
  if (classes === undefined || classification === undefined || compiled.classification === undefined) return true;
  const subject: Dhcp4Subject = { ...evaluatedPacket(exchange, classes), found: [] };
  return classifyClient(exchange, classification, compiled.classification, subject, RULES, {
    names: givenClasses,
    classes: decider.givableClasses,
  });
}

const RULES: ClassRules<Exchange, Dhcp4Subject> = {
  isIn(builtIn, { message }) {
    if (builtIn.kind === "BOOTP") return messageType(message) === undefined;
    if (builtIn.kind !== "VENDOR_CLASS") return false;
    return equalBytes(textOf(optionValue(message, OptionCode.vendorClassIdentifier) ?? NO_BYTES), builtIn.vendorClass);
  },
  findReservation,
};

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
