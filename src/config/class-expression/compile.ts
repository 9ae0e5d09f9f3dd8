import { equalBytes, NO_BYTES } from "../../net/bytes.ts";
import { type Ipv4, readIpv4, writeIpv4 } from "../../net/ipv4.ts";
import type { Message } from "../../wire/dhcp4/message.ts";
import { messageType, optionValue } from "../../wire/dhcp4/options.ts";
import { subOption } from "../../wire/dhcp4/relay-agent-information.ts";
import { typeOf } from "./check.ts";
import { addressToText, concat, hexstring, lowerCase, numberToText, split, substring, upperCase } from "./functions.ts";
import type { Conversion, Field, Node } from "./syntax.ts";
import { firstEnterprise, vendorBlock, vendorClassData } from "./vendor-options.ts";

/** What an expression can ask about: one message and how it came in. */
export interface Subject {
  readonly message: Message;
  /** Name of the receiving interface, as bytes. */
  readonly interfaceName: Uint8Array;
  readonly source: Ipv4;
  readonly destination: Ipv4;
  /** Bytes of the DHCP message. */
  readonly length: number;
  /** 1 at the number of each class that the client is in. */
  readonly classes: Uint8Array;
  /** Set when a value could not be converted: then, as in Kea, no expression about it holds. Set to false before the first one. */
  failed: boolean;
}

/** Whether something holds for a message. Makes no text and, but for functions that build strings, no garbage. */
export type Condition = (subject: Subject) => boolean;
/** A byte string made from a message: a view of it where that can be. */
export type Value = (subject: Subject) => Uint8Array;
/** Number of a class, by its name in `member('name')`. */
export type ClassNumber = (name: string) => number;

/** Makes a function of a condition that `checkType` passed. It is false when a value in it could not be converted. */
export function compileCondition(node: Node, classNumber: ClassNumber): Condition {
  const condition = conditionOf(node, classNumber);
  return (subject) => {
    subject.failed = false;
    return condition(subject) && !subject.failed;
  };
}

/** Makes a function of a value that `checkType` passed. It is empty when a value in it could not be converted. */
export function compileValue(node: Node, classNumber: ClassNumber): Value {
  const value = bytesOf(node, classNumber);
  return (subject) => {
    subject.failed = false;
    const bytes = value(subject);
    return subject.failed ? NO_BYTES : bytes;
  };
}

function conditionOf(node: Node, classNumber: ClassNumber): Condition {
  switch (node.kind) {
    case "boolean": {
      const { value } = node;
      return () => value;
    }
    case "option": {
      const find = findOption(node.codes);
      return (subject) => find(subject) !== undefined;
    }
    case "vendor": {
      const find = findVendor(node.enterprise, node.codes);
      return (subject) => find(subject) !== undefined;
    }
    case "vendorClass": {
      const find = findBlock(124, node.enterprise);
      return (subject) => find(subject) !== undefined;
    }
    case "member": {
      const number = classNumber(node.name);
      return (subject) => subject.classes[number] === 1;
    }
    case "not": {
      const operand = conditionOf(node.operand, classNumber);
      return (subject) => !operand(subject);
    }
    case "and": {
      const operands = node.operands.map((operand) => conditionOf(operand, classNumber));
      return (subject) => {
        for (let i = 0; i < operands.length; i++) if (!(operands[i] as Condition)(subject)) return false;
        return true;
      };
    }
    case "or": {
      const operands = node.operands.map((operand) => conditionOf(operand, classNumber));
      return (subject) => {
        for (let i = 0; i < operands.length; i++) if ((operands[i] as Condition)(subject)) return true;
        return false;
      };
    }
    case "equal": {
      const equal = compare(node.left, node.right, classNumber);
      return node.negated ? (subject) => !equal(subject) : equal;
    }
    case "ifelse": {
      const condition = conditionOf(node.condition, classNumber);
      const yes = conditionOf(node.yes, classNumber);
      const no = conditionOf(node.no, classNumber);
      return (subject) => (condition(subject) ? yes(subject) : no(subject));
    }
    default:
      // `checkType` lets no value stand for a condition.
      return () => false;
  }
}

function compare(left: Node, right: Node, classNumber: ClassNumber): Condition {
  const a = wordOf(left);
  const b = wordOf(right);
  if (a !== undefined && b !== undefined) return (subject) => a(subject) === b(subject);
  if (a !== undefined) return compareWord(a, bytesOf(right, classNumber));
  if (b !== undefined) return compareWord(b, bytesOf(left, classNumber));
  if (typeOf(left) === "condition") {
    const c = conditionOf(left, classNumber);
    const d = conditionOf(right, classNumber);
    return (subject) => c(subject) === d(subject);
  }
  if (left.kind === "substring" && left.start >= 0 && right.kind === "bytes") return comparePart(left, right.value, classNumber);
  const x = bytesOf(left, classNumber);
  const y = bytesOf(right, classNumber);
  return (subject) => equalBytes(x(subject), y(subject));
}

function compareWord(word: Word, value: Value): Condition {
  return (subject) => {
    const bytes = value(subject);
    return bytes.length === 4 && readIpv4(bytes, 0) === word(subject);
  };
}

/** What most classes ask: whether a value has these bytes at a place. Compared where they stand, without a view of them. */
function comparePart(part: Node & { readonly kind: "substring" }, wanted: Uint8Array, classNumber: ClassNumber): Condition {
  const of = bytesOf(part.of, classNumber);
  const { start, length } = part;
  if (length !== undefined && length < 0) return (subject) => equalBytes(substring(of(subject), start, length), wanted);
  return (subject) => {
    const value = of(subject);
    const rest = Math.max(0, value.length - start);
    if ((length === undefined ? rest : Math.min(rest, length)) !== wanted.length) return false;
    for (let i = 0; i < wanted.length; i++) if (value[start + i] !== wanted[i]) return false;
    return true;
  };
}

/** A value of four bytes as a number. */
type Word = (subject: Subject) => number;

/** Numbers, addresses and strings of four bytes are compared as numbers; undefined for what may have another length. */
function wordOf(node: Node): Word | undefined {
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

function bytesOf(node: Node, classNumber: ClassNumber): Value {
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
      return inForm(findOption(node.codes), node.form === "text");
    case "vendor":
      return inForm(findVendor(node.enterprise, node.codes), node.form === "text");
    case "vendorClassData": {
      const find = findBlock(124, node.enterprise);
      const { index } = node;
      return (subject) => {
        const block = find(subject);
        return (block && vendorClassData(block, index)) ?? NO_BYTES;
      };
    }
    case "enterprise": {
      const { option } = node;
      return (subject) => {
        const value = optionValue(subject.message, option);
        return value === undefined || firstEnterprise(value) === undefined ? NO_BYTES : value.subarray(0, 4);
      };
    }
    case "field":
      return node.field === "mac" ? (subject) => subject.message.chaddr : (subject) => subject.interfaceName;
    case "concat": {
      const operands = node.operands.map((operand) => bytesOf(operand, classNumber));
      return (subject) => concat(operands.map((operand) => operand(subject)));
    }
    case "substring": {
      const of = bytesOf(node.of, classNumber);
      const { start, length } = node;
      return (subject) => substring(of(subject), start, length);
    }
    case "split": {
      const of = bytesOf(node.of, classNumber);
      const delimiters = bytesOf(node.delimiters, classNumber);
      const { field } = node;
      return (subject) => split(of(subject), delimiters(subject), field);
    }
    case "hexstring": {
      const of = bytesOf(node.of, classNumber);
      const separator = bytesOf(node.separator, classNumber);
      return (subject) => hexstring(of(subject), separator(subject));
    }
    case "ifelse": {
      const condition = conditionOf(node.condition, classNumber);
      const yes = bytesOf(node.yes, classNumber);
      const no = bytesOf(node.no, classNumber);
      return (subject) => (condition(subject) ? yes(subject) : no(subject));
    }
    case "convert": {
      const of = bytesOf(node.of, classNumber);
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

type Find = (subject: Subject) => Uint8Array | undefined;

/** An option, or a sub-option in it. The sub-options of 125 stand behind an enterprise number: those of the first are meant. */
function findOption(codes: readonly number[]): Find {
  const [code, ...inner] = codes as readonly [number, ...number[]];
  const outer: Find = code === 125 && inner.length > 0 ? findBlock(code, 0) : (subject) => optionValue(subject.message, code);
  return within(outer, inner);
}

function findVendor(enterprise: number, codes: readonly number[]): Find {
  return within(findBlock(125, enterprise), codes);
}

function findBlock(option: 124 | 125, enterprise: number): Find {
  return (subject) => {
    const value = optionValue(subject.message, option);
    return value && vendorBlock(value, enterprise);
  };
}

function within(outer: Find, codes: readonly number[]): Find {
  if (codes.length === 0) return outer;
  return (subject) => {
    let value = outer(subject);
    for (let i = 0; i < codes.length && value !== undefined; i++) value = subOption(value, codes[i] as number);
    return value;
  };
}

/** What is not there is empty. Text loses the NULs at its end that some clients send (RFC 2132 section 2). */
function inForm(find: Find, text: boolean): Value {
  if (!text) return (subject) => find(subject) ?? NO_BYTES;
  return (subject) => {
    const value = find(subject) ?? NO_BYTES;
    let length = value.length;
    while (length > 0 && value[length - 1] === 0) length--;
    return value.subarray(0, length);
  };
}
