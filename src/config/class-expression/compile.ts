import { equalBytes, NO_BYTES } from "../../net/bytes.ts";
import { readIpv4, writeIpv4 } from "../../net/ipv4.ts";
import { typeOf } from "./check.ts";
import { type Finding, findBlock, findOption, findVendor, inForm } from "./finders.ts";
import { fold } from "./fold.ts";
import { addressToText, concat, hexstring, lowerCase, numberToText, split, substring, upperCase } from "./functions.ts";
import type { Messages } from "./messages.ts";
import { partIs, partOf } from "./part.ts";
import { partsOf } from "./references.ts";
import type { ClassNumber, Condition, Subject, Value, Word } from "./subject.ts";
import type { Conversion, Node } from "./syntax.ts";

/** What the parts of an expression are compiled with. */
export interface Scope<S extends Subject> extends Finding<S> {
  readonly classNumber: ClassNumber;
}

/**
 * Makes a function of a condition that `checkType` passed. It is false when a value in it could not
 * be converted.
 */
export function compileCondition<S extends Subject>(node: Node, classNumber: ClassNumber, messages: Messages<S>): Condition<S> {
  return conditionIn(node, { classNumber, messages, lookups: undefined });
}

/** The same, with look-ups that it may share with others. */
export function conditionIn<S extends Subject>(node: Node, scope: Scope<S>): Condition<S> {
  const condition = conditionOf(fold(node), scope);
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
export function compileValue<S extends Subject>(node: Node, classNumber: ClassNumber, messages: Messages<S>): Value<S> {
  return valueIn(node, { classNumber, messages, lookups: undefined });
}

/** The same, with look-ups that it may share with others. */
export function valueIn<S extends Subject>(node: Node, scope: Scope<S>): Value<S> {
  const value = bytesOf(fold(node), scope);
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

function conditionOf<S extends Subject>(node: Node, scope: Scope<S>): Condition<S> {
  switch (node.kind) {
    case "boolean": {
      const { value } = node;
      return () => value;
    }
    case "option": {
      const find = findOption(node, scope);
      return (subject) => find(subject) !== undefined;
    }
    case "vendor": {
      const find = findVendor(node.enterprise, node.codes, scope);
      return (subject) => find(subject) !== undefined;
    }
    case "vendorClass": {
      const find = findBlock(scope.messages.vendorClass, node.enterprise, scope);
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
        for (let i = 0; i < operands.length; i++) if (!(operands[i] as Condition<S>)(subject)) return false;
        return true;
      };
    }
    case "or": {
      const operands = node.operands.map((operand) => conditionOf(operand, scope));
      return (subject) => {
        for (let i = 0; i < operands.length; i++) if ((operands[i] as Condition<S>)(subject)) return true;
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

function compare<S extends Subject>(left: Node, right: Node, scope: Scope<S>): Condition<S> {
  const a = wordOf(left, scope.messages);
  const b = wordOf(right, scope.messages);
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
    const part = partOf(left, scope, (inner) => bytesOf(inner, scope));
    const wanted = right.value;
    return (subject) => partIs(part, subject, wanted);
  }
  const x = bytesOf(left, scope);
  const y = bytesOf(right, scope);
  return (subject) => equalBytes(x(subject), y(subject));
}

function compareWord<S extends Subject>(word: Word<S>, value: Value<S>): Condition<S> {
  return (subject) => {
    const bytes = value(subject);
    return bytes.length === 4 && readIpv4(bytes, 0) === word(subject);
  };
}

/**
 * Numbers, addresses and strings of four bytes are compared as numbers; undefined for what may have
 * another length.
 */
export function wordOf<S extends Subject>(node: Node, messages: Messages<S>): Word<S> | undefined {
  if (node.kind === "field") return messages.word(node.field);
  if (node.kind === "bytes" && node.value.length !== 4) return undefined;
  if (node.kind !== "integer" && node.kind !== "bytes") return undefined;
  const word = node.kind === "integer" ? node.value : readIpv4(node.value, 0);
  return () => word;
}

function bytesOf<S extends Subject>(node: Node, scope: Scope<S>): Value<S> {
  const word = node.kind === "bytes" ? undefined : wordOf(node, scope.messages);
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
      return inForm(findOption(node, scope), node.form === "text");
    case "vendor":
      return inForm(findVendor(node.enterprise, node.codes, scope), node.form === "text");
    case "vendorClassData": {
      const find = findBlock(scope.messages.vendorClass, node.enterprise, scope);
      const { index } = node;
      const { vendorClassData } = scope.messages;
      return (subject) => {
        const block = find(subject);
        return (block && vendorClassData(block, index)) ?? NO_BYTES;
      };
    }
    case "enterprise": {
      const find = findOption({ codes: [node.option] }, scope);
      const isThere = findBlock(node.option, 0, scope);
      return (subject) => (isThere(subject) === undefined ? NO_BYTES : (find(subject)?.subarray(0, 4) ?? NO_BYTES));
    }
    case "field":
      return scope.messages.bytes(node.field);
    case "relayField":
      return scope.messages.relayField(node.relay, node.field);
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
