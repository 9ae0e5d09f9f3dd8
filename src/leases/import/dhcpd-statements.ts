import { NEVER } from "../lease.ts";
import type { LeaseFileProblem, LeaseFileReader } from "./imported-lease.ts";

/* The text of dhcpd.leases(5): statements that end in `;`, or in the `{` or `}` of a block. */

export interface Statement {
  /** Without what ends it. */
  readonly text: string;
  readonly end: ";" | "{" | "}";
  /** The line that it begins in, from 1. */
  readonly line: number;
}

/** A longer statement is none of dhcpd's. */
const LONGEST_STATEMENT = 1 << 20;

const NEWLINE = 10;
const BLANK = 32;
const QUOTE = 34;
const HASH = 35;
const SEMICOLON = 59;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;

const LAST_SPECIAL = CLOSE;
/** By character: whether it is anything but part of a word. */
const SPECIAL = Uint8Array.from({ length: LAST_SPECIAL + 1 }, (_, code) =>
  code <= BLANK || [QUOTE, HASH, SEMICOLON, BACKSLASH, OPEN, CLOSE].includes(code) ? 1 : 0,
);

interface Visitor {
  statement(statement: Statement): void;
  problem(problem: LeaseFileProblem): void;
  /** All was read. */
  end(): void;
}

/** Cuts a text into statements, piece by piece. Linear; keeps no more than a statement. */
export function readStatements({ statement, problem, end }: Visitor): LeaseFileReader {
  let line = 1;
  let within: "words" | "string" | "escape" | "comment" = "words";
  /** What earlier pieces, and what is before a comment, have of this statement. */
  let before = "";
  let isTooLong = false;
  /** The line that this statement begins in; 0: it does not yet. */
  let firstLine = 0;

  function take(sign: Statement["end"], text: string): void {
    const first = firstLine === 0 ? line : firstLine;
    if (isTooLong) problem({ line: first, message: "the statement is too long" });
    statement({ text: isTooLong ? "" : text, end: sign, line: first });
    before = "";
    isTooLong = false;
    firstLine = 0;
  }

  return {
    push(text) {
      const { length } = text;
      let state = within;
      let start = 0;
      for (let at = 0; at < length; at++) {
        const code = text.charCodeAt(at);
        if (code > LAST_SPECIAL || SPECIAL[code] === 0) {
          // Most of a file.
          if (state === "words") {
            if (firstLine === 0) firstLine = line;
          } else if (state === "escape") state = "string";
          continue;
        }
        if (code === NEWLINE) line++;
        if (state === "words") {
          if (code <= BLANK) continue;
          if (firstLine === 0) firstLine = line;
          if (code === SEMICOLON || code === OPEN || code === CLOSE) {
            take(code === SEMICOLON ? ";" : code === OPEN ? "{" : "}", before + text.slice(start, at));
            start = at + 1;
          } else if (code === QUOTE) state = "string";
          else if (code === HASH) {
            before += text.slice(start, at);
            if (before.trim() === "") firstLine = 0;
            state = "comment";
          }
        } else if (state === "comment") {
          if (code !== NEWLINE) continue;
          state = "words";
          start = at;
        } else if (state === "escape") state = "string";
        else if (code === BACKSLASH) state = "escape";
        else if (code === QUOTE) state = "words";
      }
      within = state;
      if (state === "comment" || isTooLong) return;
      before += text.slice(start);
      if (before.length <= LONGEST_STATEMENT) return;
      isTooLong = true;
      before = "";
    },
    end() {
      if (before.trim() !== "" || isTooLong) problem({ line: firstLine, message: "the file ends within a statement" });
      end();
    },
  };
}

/** Words without the blanks between them; strings with their quotes and escapes. */
export function wordsOf(text: string): readonly string[] {
  const words: string[] = [];
  const { length } = text;
  for (let at = 0; at < length; ) {
    const code = text.charCodeAt(at);
    if (code <= BLANK) {
      at++;
      continue;
    }
    const from = at++;
    if (code === QUOTE) {
      for (let next = 0; at < length && next !== QUOTE; at++) {
        next = text.charCodeAt(at);
        if (next === BACKSLASH) at++;
      }
    } else while (at < length && text.charCodeAt(at) > BLANK && text.charCodeAt(at) !== QUOTE) at++;
    words.push(text.slice(from, at));
  }
  return words;
}

/** The first word. */
export function keywordOf(text: string): string {
  let from = 0;
  while (text.charCodeAt(from) <= BLANK) from++;
  let to = from;
  while (text.charCodeAt(to) > BLANK) to++;
  return text.slice(from, to);
}

/** The bytes of a string in quotes, or of hex with colons; undefined: it is neither. */
export function bytesOf(word: string): Uint8Array | undefined {
  return word.charCodeAt(0) === QUOTE ? unescaped(word, 1, word.length - 1) : fromColons(word);
}

/** One or two digits a byte. */
function fromColons(word: string): Uint8Array | undefined {
  const bytes = new Uint8Array((word.length + 1) >>> 1);
  let size = 0;
  for (let at = 0; ; at++) {
    const first = hexDigit(word, at++);
    if (first < 0) return undefined;
    const second = hexDigit(word, at);
    if (second >= 0) at++;
    bytes[size++] = second < 0 ? first : (first << 4) | second;
    if (at >= word.length) return bytes.slice(0, size);
    if (word.charCodeAt(at) !== COLON) return undefined;
  }
}

function unescaped(text: string, from: number, to: number): Uint8Array {
  // No more than three bytes of UTF-8 for each unit of UTF-16.
  const bytes = new Uint8Array(3 * Math.max(0, to - from));
  let size = 0;
  let at = from;
  while (at < to) {
    const code = text.charCodeAt(at++);
    if (code > LAST_ASCII) {
      const character = String.fromCodePoint(text.codePointAt(at - 1) as number);
      size += ENCODER.encodeInto(character, bytes.subarray(size)).written;
      at += character.length - 1;
    } else if (code !== BACKSLASH || at === to) {
      if (code !== BACKSLASH) bytes[size++] = code;
    } else {
      const end = Math.min(to, at + LONGEST_ESCAPE);
      let value = 0;
      const start = at;
      while (at < end && isOctal(text.charCodeAt(at))) value = 8 * value + text.charCodeAt(at++) - ZERO;
      if (at === start) {
        const letter = text.charCodeAt(at++);
        value = ESCAPES.get(letter) ?? letter;
        if (letter === LETTER_X && at < end && hexDigit(text, at) >= 0) {
          value = hexDigit(text, at++);
          if (at < end && hexDigit(text, at) >= 0) value = 16 * value + hexDigit(text, at++);
        }
      }
      bytes[size++] = value;
    }
  }
  return bytes.slice(0, size);
}

const ENCODER = new TextEncoder();
const LAST_ASCII = 0x7f;
const ZERO = 48;
const COLON = 58;
const LETTER_X = 120;
/** Characters behind the backslash: three octal digits, or an x and two hexadecimal ones. */
const LONGEST_ESCAPE = 3;
/** What t, n, r and b stand for. */
const ESCAPES: ReadonlyMap<number, number> = new Map([
  [116, 9],
  [110, 10],
  [114, 13],
  [98, 8],
]);

function isOctal(code: number): boolean {
  return code >= ZERO && code < ZERO + 8;
}

/** The value of the hexadecimal digit; -1: it is none. */
function hexDigit(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code >= ZERO && code <= ZERO + 9) return code - ZERO;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** The seconds since 1970 of `NAME W YYYY/MM/DD HH:MM:SS`, `NAME epoch N` or `NAME never`. */
export function timeOf(statement: string): number | undefined {
  const words = wordsOf(statement);
  const [year, month, day] = numbersOf(words.at(-2) ?? "", SLASH, 4) ?? [];
  const [hours, minutes, seconds] = numbersOf(words.at(-1) ?? "", COLON, 2) ?? [];
  if (day !== undefined && seconds !== undefined) {
    const days = daysBefore(year as number, month as number, day);
    return Math.max(0, days * 86_400 + (hours as number) * 3600 + (minutes as number) * 60 + seconds);
  }
  const [, first, number = ""] = words;
  if (first === "never") return NEVER;
  return first === "epoch" && /^\d{1,12}$/.test(number) ? Number(number) : undefined;
}

const SLASH = 47;

/**
 * Three decimal numbers with this character between them, the first of at most so many digits, the
 * others of two.
 */
function numbersOf(word: string, between: number, most: number): readonly [number, number, number] | undefined {
  const numbers: [number, number, number] = [0, 0, 0];
  let which = 0;
  let digits = 0;
  for (let at = 0; at < word.length; at++) {
    const digit = word.charCodeAt(at) - ZERO;
    if (digit >= 0 && digit <= 9 && digits < (which === 0 ? most : 2)) {
      numbers[which] = 10 * (numbers[which] as number) + digit;
      digits++;
    } else if (digit + ZERO === between && digits > 0 && which < 2) {
      which++;
      digits = 0;
    } else return undefined;
  }
  return which === 2 && digits > 0 ? numbers : undefined;
}

/** Days from the first of 1970 to a date of the Gregorian calendar. */
function daysBefore(year: number, month: number, day: number): number {
  // Years that begin in March have their leap day at the end.
  const y = month > 2 ? year : year - 1;
  const ofYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  return 365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + ofYear - 719_468;
}
