import { equalBytes, NO_BYTES } from "../../net/bytes.ts";
import { readIpv4, writeIpv4 } from "../../net/ipv4.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { messageType } from "../../wire/dhcp4/options.ts";
import { typeOf } from "./check.ts";
import { findBlock, findOption, findVendor, inForm } from "./finders.ts";
import { fold } from "./fold.ts";
import { addressToText, concat, hexstring, lowerCase, numberToText, split, substring, upperCase } from "./functions.ts";
import type { Lookups } from "./lookups.ts";
import { partIs, partOf } from "./part.ts";
import { partsOf } from "./references.ts";
import type { ClassNumber, Condition, Subject, Value } from "./subject.ts";
import type { Conversion, Field, Node } from "./syntax.ts";
import { firstEnterprise, vendorClassData } from "./vendor-options.ts";

/** What the parts of an expression are compiled with. */
export interface Scope {
  readonly classNumber: ClassNumber;
  /** Undefined: each expression looks options up for itself. */
  readonly lookups: Lookups | undefined;
}

/**
 * Makes a function of a condition that `checkType` passed. It is false when a value in it could not
 * be converted.
 */
export function compileCondition(node: Node, classNumber: ClassNumber, lookups?: Lookups): Condition {
  const condition = conditionOf(fold(node), { classNumber, lookups });
  if (!hasConversion(node)) return condition;
  return (subject) => {
    subject.failed = false;
    return condition(subject) && !subject.failed;
  };
}

/**
 * Makes a function of a value that `checkType` passed. It is empty when a value in it could not be
 * converted.
 */
export function compileValue(node: Node, classNumber: ClassNumber, lookups?: Lookups): Value {
  const value = bytesOf(fold(node), { classNumber, lookups });
  return (subject) => {
    subject.failed = false;
    const bytes = value(subject);
    return subject.failed ? NO_BYTES : bytes;
  };
}

/** Whether there is something in it that can fail. */
function hasConversion(node: Node): boolean {
  return node.kind === "convert" || partsOf(node).some(hasConversion);
}

function conditionOf(node: Node, scope: Scope): Condition {
  switch (node.kind) {
    case "boolean": {
      const { value } = node;
      return () => value;
    }
    case "option": {
      const find = findOption(node.codes, scope.lookups);
      return (subject) => find(subject) !== undefined;
    }
    case "vendor": {
      const find = findVendor(node.enterprise, node.codes, scope.lookups);
      return (subject) => find(subject) !== undefined;
    }
    case "vendorClass": {
      const find = findBlock(OptionCode.vendorIdentifyingVendorClass, node.enterprise, scope.lookups);
      return (subject) => find(subject) !== undefined;
    }
    case "member": {
      const number = scope.classNumber(node.name);
      return (subject) => subject.classes[number] === 1;
    }
    case "not": {
      const operand = conditionOf(node.operand, scope);
      return (subject) => !operand(subject);
    }
    case "and": {
      const operands = node.operands.map((operand) => conditionOf(operand, scope));
      return (subject) => {
        for (let i = 0; i < operands.length; i++) if (!(operands[i] as Condition)(subject)) return false;
        return true;
      };
    }
    case "or": {
      const operands = node.operands.map((operand) => conditionOf(operand, scope));
      return (subject) => {
        for (let i = 0; i < operands.length; i++) if ((operands[i] as Condition)(subject)) return true;
        return false;
      };
    }
    case "equal": {
      const equal = compare(node.left, node.right, scope);
      return node.negated ? (subject) => !equal(subject) : equal;
    }
    case "ifelse": {
      const condition = conditionOf(node.condition, scope);
      const yes = conditionOf(node.yes, scope);
      const no = conditionOf(node.no, scope);
      return (subject) => (condition(subject) ? yes(subject) : no(subject));
    }
    default:
      // `checkType` lets no value stand for a condition.
      return () => false;
  }
}

function compare(left: Node, right: Node, scope: Scope): Condition {
  const a = wordOf(left);
  const b = wordOf(right);
  if (a !== undefined && b !== undefined) return (subject) => a(subject) === b(subject);
  if (a !== undefined) return compareWord(a, bytesOf(right, scope));
  if (b !== undefined) return compareWord(b, bytesOf(left, scope));
  if (typeOf(left) === "condition") {
    const c = conditionOf(left, scope);
    const d = conditionOf(right, scope);
    return (subject) => c(subject) === d(subject);
  }
  // What most classes ask: whether a value has these bytes at a place.
  if (left.kind === "bytes" && right.kind !== "bytes") return compare(right, left, scope);
  if (right.kind === "bytes") {
    const part = partOf(left, scope.lookups, (inner) => bytesOf(inner, scope));
    const wanted = right.value;
    return (subject) => partIs(part, subject, wanted);
  }
  const x = bytesOf(left, scope);
  const y = bytesOf(right, scope);
  return (subject) => equalBytes(x(subject), y(subject));
}

function compareWord(word: Word, value: Value): Condition {
  return (subject) => {
    const bytes = value(subject);
    return bytes.length === 4 && readIpv4(bytes, 0) === word(subject);
  };
}

/** A value of four bytes as a number. */
export type Word = (subject: Subject) => number;

/**
 * Numbers, addresses and strings of four bytes are compared as numbers; undefined for what may have
 * another length.
 */
export function wordOf(node: Node): Word | undefined {
  if (node.kind === "field") return FIELD_WORDS[node.field];
  if (node.kind === "bytes" && node.value.length !== 4) return undefined;
  if (node.kind !== "integer" && node.kind !== "bytes") return undefined;
  const word = node.kind === "integer" ? node.value : readIpv4(node.value, 0);
  return () => word;
}

const FIELD_WORDS: { readonly [F in Field]: Word | undefined } = {
  mac: undefined,
  iface: undefined,
  hlen: (subject) => subject.message.hlen,
  htype: (subject) => subject.message.htype,
  ciaddr: (subject) => subject.message.ciaddr,
  giaddr: (subject) => subject.message.giaddr,
  yiaddr: (subject) => subject.message.yiaddr,
  siaddr: (subject) => subject.message.siaddr,
  // BOOTP has none: 0, as in Kea.
  msgtype: (subject) => messageType(subject.message) ?? 0,
  transid: (subject) => subject.message.xid,
  src: (subject) => subject.source,
  dst: (subject) => subject.destination,
  len: (subject) => subject.length,
};

function bytesOf(node: Node, scope: Scope): Value {
  const word = node.kind === "bytes" ? undefined : wordOf(node);
  if (word !== undefined) {
    return (subject) => {
      const bytes = new Uint8Array(4);
      writeIpv4(bytes, 0, word(subject));
      return bytes;
    };
  }
  switch (node.kind) {
    case "bytes": {
      const { value } = node;
      return () => value;
    }
    case "option":
      return inForm(findOption(node.codes, scope.lookups), node.form === "text");
    case "vendor":
      return inForm(findVendor(node.enterprise, node.codes, scope.lookups), node.form === "text");
    case "vendorClassData": {
      const find = findBlock(OptionCode.vendorIdentifyingVendorClass, node.enterprise, scope.lookups);
      const { index } = node;
      return (subject) => {
        const block = find(subject);
        return (block && vendorClassData(block, index)) ?? NO_BYTES;
      };
    }
    case "enterprise": {
      const find = findOption([node.option], scope.lookups);
      return (subject) => {
        const value = find(subject);
        return value === undefined || firstEnterprise(value) === undefined ? NO_BYTES : value.subarray(0, 4);
      };
    }
    case "field":
      return node.field === "mac" ? (subject) => subject.message.chaddr : (subject) => subject.interfaceName;
    case "concat": {
      const operands = node.operands.map((operand) => bytesOf(operand, scope));
      return (subject) => concat(operands.map((operand) => operand(subject)));
    }
    case "substring": {
      const of = bytesOf(node.of, scope);
      const { start, length } = node;
      return (subject) => substring(of(subject), start, length);
    }
    case "split": {
      const of = bytesOf(node.of, scope);
      const delimiters = bytesOf(node.delimiters, scope);
      const { field } = node;
      return (subject) => split(of(subject), delimiters(subject), field);
    }
    case "hexstring": {
      const of = bytesOf(node.of, scope);
      const separator = bytesOf(node.separator, scope);
      return (subject) => hexstring(of(subject), separator(subject));
    }
    case "ifelse": {
      const condition = conditionOf(node.condition, scope);
      const yes = bytesOf(node.yes, scope);
      const no = bytesOf(node.no, scope);
      return (subject) => (condition(subject) ? yes(subject) : no(subject));
    }
    case "convert": {
      const of = bytesOf(node.of, scope);
      const convert = CONVERT[node.to];
      return (subject) => {
        const result = convert(of(subject));
        if (result === undefined) subject.failed = true;
        return result ?? NO_BYTES;
      };
    }
    default:
      // `checkType` lets no condition stand for a value.
      return () => NO_BYTES;
  }
}

/** A conversion; undefined when the value has a length that it can't have. */
const CONVERT: { readonly [C in Conversion]: (value: Uint8Array) => Uint8Array | undefined } = {
  lcase: lowerCase,
  ucase: upperCase,
  addrtotext: addressToText,
  int8totext: (value) => numberToText(value, 1, true),
  int16totext: (value) => numberToText(value, 2, true),
  int32totext: (value) => numberToText(value, 4, true),
  uint8totext: (value) => numberToText(value, 1, false),
  uint16totext: (value) => numberToText(value, 2, false),
  uint32totext: (value) => numberToText(value, 4, false),
};
