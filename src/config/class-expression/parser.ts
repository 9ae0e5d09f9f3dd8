import type { OptionDictionary } from "../options/dictionary.ts";
import { didYouMean } from "../text/suggest.ts";
import { typeOf } from "./check.ts";
import { languageOf } from "./languages.ts";
import { readTokens, type Token } from "./lexer.ts";
import { readField, readOption, readVendor } from "./option-parser.ts";
import { CONVERSIONS, type ExpressionProblem, type Node, PACKET_FIELDS } from "./syntax.ts";
import { after, describe, expected, fail, isSymbol, isWord, peek, type Reader, readNumber, symbol } from "./token-reader.ts";

export type Parsed = { readonly ok: true; readonly node: Node } | { readonly ok: false; readonly problem: ExpressionProblem };

/** Deeper than any expression that a person would write: what walks the tree may recurse. */
const MAX_DEPTH = 64;
const FUNCTIONS = ["substring", "split", "concat", "ifelse", "hexstring", "member", ...CONVERSIONS] as const;
const WORDS = [...FUNCTIONS, "option", "vendor", "vendor-class", "pkt", "not", "known", "unknown", "true", "false"];

/**
 * Reads an expression. From weak to strong: `or`, `and`, `not`, `==` and `!=`, `+`. All of the text
 * has to be one expression. Never throws, whatever the text.
 */
export function parseExpression(text: string, dictionary: OptionDictionary): Parsed {
  const lexed = readTokens(text);
  if (!lexed.ok) return lexed;
  const language = languageOf(dictionary.protocol);
  const reader: Reader = { tokens: lexed.tokens, dictionary, language, next: 0, depth: 0, problem: undefined };
  const node = readOr(reader);
  const rest = peek(reader);
  if (node !== undefined && rest.kind !== "end")
    fail(reader, rest, `unexpected ${describe(rest)} after the end of the expression`, REST_HINT);
  if (node !== undefined && reader.problem === undefined) return { ok: true, node };
  return { ok: false, problem: reader.problem ?? { offset: 0, message: "this is no expression", hint: undefined } };
}

const REST_HINT = "conditions are joined with and, or; put comparisons of comparisons in parentheses";

/**
 * Operands of the same operator, joined in one node however many there are; undefined as soon as
 * one has a problem.
 */
function readChain(
  reader: Reader,
  kind: "and" | "or" | "concat",
  isOperator: (token: Token) => boolean,
  readOperand: (reader: Reader) => Node | undefined,
): Node | undefined {
  const first = readOperand(reader);
  if (first === undefined || !isOperator(peek(reader))) return first;
  const operands = [first];
  while (isOperator(peek(reader))) {
    reader.next++;
    const operand = readOperand(reader);
    if (operand === undefined) return undefined;
    operands.push(operand);
  }
  return { kind, at: first.at, operands };
}

function readOr(reader: Reader): Node | undefined {
  if (reader.depth >= MAX_DEPTH) return fail(reader, peek(reader), "the expression is nested too deeply", "divide it into several classes");
  reader.depth++;
  const node = readChain(reader, "or", (token) => isWord(token, "or"), readAnd);
  reader.depth--;
  return node;
}

function readAnd(reader: Reader): Node | undefined {
  return readChain(reader, "and", (token) => isWord(token, "and"), readNot);
}

function readNot(reader: Reader): Node | undefined {
  const at = peek(reader).at;
  let negated = false;
  let count = 0;
  for (; isWord(peek(reader), "not"); count++) {
    reader.next++;
    negated = !negated;
  }
  const operand = readComparison(reader);
  if (operand === undefined || count === 0) return operand;
  const node: Node = { kind: "not", at, operand };
  return negated ? node : { kind: "not", at, operand: node };
}

function readComparison(reader: Reader): Node | undefined {
  const left = readConcat(reader);
  if (left === undefined) return undefined;
  const operator = peek(reader);
  if (!isSymbol(operator, "==") && !isSymbol(operator, "!=")) return left;
  reader.next++;
  const right = readConcat(reader);
  return right && { kind: "equal", at: left.at, negated: operator.text === "!=", left, right };
}

function readConcat(reader: Reader): Node | undefined {
  return readChain(reader, "concat", (token) => isSymbol(token, "+"), readPrimary);
}

/**
 * A value, and `.hex` or `.text` behind it as in dora, which changes nothing: what an option is
 * read as is told where it is named.
 */
function readPrimary(reader: Reader): Node | undefined {
  const node = readSingle(reader);
  if (node === undefined || typeOf(node) !== "value") return node;
  while (isSymbol(peek(reader), ".") && (isWord(after(reader), "hex") || isWord(after(reader), "text"))) reader.next += 2;
  return node;
}

function readSingle(reader: Reader): Node | undefined {
  const token = peek(reader);
  const { at } = token;
  switch (token.kind) {
    case "string":
      reader.next++;
      return { kind: "bytes", at, value: new TextEncoder().encode(token.text) };
    case "bytes":
      reader.next++;
      return { kind: "bytes", at, value: token.value };
    case "integer":
      if (token.value < 0 || token.value > 0xffffffff) return fail(reader, token, `${token.text} is not a number from 0 to 4294967295`);
      reader.next++;
      return { kind: "integer", at, value: token.value };
    case "word":
      reader.next++;
      return readWord(reader, token);
    default: {
      if (!isSymbol(token, "(")) return expected(reader, "a value or a condition");
      reader.next++;
      const node = readOr(reader);
      return node !== undefined && symbol(reader, ")") ? node : undefined;
    }
  }
}

/** What begins with a word; the word is taken. */
function readWord(reader: Reader, token: Token): Node | undefined {
  const { at, text } = token;
  switch (text) {
    case "true":
    case "false":
      return { kind: "boolean", at, value: text === "true" };
    case "known":
      return { kind: "member", at, name: "KNOWN" };
    case "unknown":
      return { kind: "member", at, name: "UNKNOWN" };
    case "option":
      return readOption(reader, at);
    case "vendor":
    case "vendor-class":
      return readVendor(reader, at, text);
    case "pkt":
      return readField(reader, at, PACKET_FIELDS);
    default: {
      const { words, foreign } = reader.language;
      const read = words.get(text);
      if (read !== undefined) return read(reader, at);
      const reason = foreign.get(text);
      if (reason !== undefined) return fail(reader, token, reason);
      if (includes(FUNCTIONS, text)) return symbol(reader, "(") ? readCall(reader, at, text) : undefined;
      return fail(
        reader,
        token,
        `unknown word ${text.slice(0, 40)}`,
        didYouMean(text, [...WORDS, ...words.keys()]) ?? "text stands in single quotes: 'abc'",
      );
    }
  }
}

function includes<T extends string>(list: readonly T[], text: string): text is T {
  return (list as readonly string[]).includes(text);
}

/** The arguments of a function up to and with the closing parenthesis. */
function readCall(reader: Reader, at: number, name: (typeof FUNCTIONS)[number]): Node | undefined {
  const node = readArguments(reader, at, name);
  return node !== undefined && symbol(reader, ")") ? node : undefined;
}

function readArguments(reader: Reader, at: number, name: (typeof FUNCTIONS)[number]): Node | undefined {
  if (name === "member") return readMember(reader, at);
  const first = readOr(reader);
  if (first === undefined) return undefined;
  if (includes(CONVERSIONS, name)) return { kind: "convert", at, to: name, of: first };
  if (!symbol(reader, ",")) return undefined;
  if (name === "substring") return readSubstring(reader, at, first);
  const second = readOr(reader);
  if (second === undefined) return undefined;
  if (name === "concat") return { kind: "concat", at, operands: [first, second] };
  if (name === "hexstring") return { kind: "hexstring", at, of: first, separator: second };
  if (!symbol(reader, ",")) return undefined;
  if (name === "split") {
    const field = readNumber(reader, "the number of a field", -0x80000000, 0x7fffffff);
    return field === undefined ? undefined : { kind: "split", at, of: first, delimiters: second, field };
  }
  const third = readOr(reader);
  return third && { kind: "ifelse", at, condition: first, yes: second, no: third };
}

function readMember(reader: Reader, at: number): Node | undefined {
  const token = peek(reader);
  if (token.kind !== "string") return expected(reader, "the name of a class in quotes", "member('class')");
  reader.next++;
  return { kind: "member", at, name: token.text };
}

function readSubstring(reader: Reader, at: number, of: Node): Node | undefined {
  const start = readNumber(reader, "a starting position", -0x80000000, 0x7fffffff);
  if (start === undefined || !symbol(reader, ",")) return undefined;
  if (isWord(peek(reader), "all")) {
    reader.next++;
    return { kind: "substring", at, of, start, length: undefined };
  }
  const length = readNumber(reader, "a length or all", -0x80000000, 0x7fffffff);
  return length === undefined ? undefined : { kind: "substring", at, of, start, length };
}
