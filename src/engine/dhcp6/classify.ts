import { DHCP6_MESSAGES, type Dhcp6Subject, firstVendorClass } from "../../config/class-expression/dhcp6/index.ts";
import type { Dhcp6Config } from "../../config/model/dhcp6.ts";
import { equalBytes, NO_BYTES } from "../../net/bytes.ts";
import { type ClassRules, classifyClient } from "../common/classes.ts";
import { type CompiledExpressions, compileExpressions } from "../common/compile.ts";
import { hasLimits, limitsFor } from "../common/limits.ts";
import type { ExchangeLimits, Sender } from "./exchange.ts";
import { findReservation } from "./reservations.ts";

/** What the expressions of a configuration are made into. */
export function compileDhcp6(config: Dhcp6Config): CompiledExpressions<Dhcp6Subject> {
  return compileExpressions(config, DHCP6_MESSAGES);
}

/**
 * Finds out which classes the client is in, once for each message. False when it is in the class
 * DROP.
 */
export function classify(sender: Sender): boolean {
  const { decider, givenClasses } = sender.context;
  const { config, compiled } = decider;
  if (sender.classes === undefined || config.classification === undefined || compiled.classification === undefined) return true;
  const subject: Dhcp6Subject = { ...subjectOf(sender), found: [] };
  return classifyClient(sender, config.classification, compiled.classification, subject, RULES, {
    names: givenClasses,
    classes: decider.givableClasses,
  });
}

const RULES: ClassRules<Sender, Dhcp6Subject> = {
  isIn(builtIn, { message }) {
    if (builtIn.kind !== "VENDOR_CLASS") return false;
    const vendorClass = firstVendorClass(message);
    return vendorClass !== undefined && equalBytes(vendorClass, builtIn.vendorClass);
  },
  findReservation,
};

/**
 * The limits that apply to the client, which depend on its classes, as its associations of either
 * type see them; undefined: none.
 */
export function limitsOf(sender: Sender): ExchangeLimits | undefined {
  const { decider } = sender.context;
  const { limits } = decider.config;
  if (!hasLimits(limits, sender.link.networks)) return undefined;
  const counted = { limits, values: decider.compiled.limitValues, subject: subjectOf(sender), extended: undefined };
  const { addresses, prefixes } = decider.poolLinks(sender.link);
  return {
    addresses: limitsFor({ ...counted, networks: addresses.networks }),
    prefixes: limitsFor({ ...counted, networks: prefixes.networks }),
  };
}

/** What class expressions are asked about. */
function subjectOf({ context, received, message, classes }: Sender): Dhcp6Subject {
  return {
    message,
    interfaceName: context.decider.interfaceName(received.interface.name),
    source: received.source,
    destination: received.destination,
    length: received.length ?? 0,
    classes: classes ?? NO_BYTES,
    failed: false,
  };
}
