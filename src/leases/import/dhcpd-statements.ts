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

const WORD = /"(?:[^"\\]|\\[^])*"|[^\s"]+/g;

/** Words without the blanks between them; strings with their quotes and escapes. */
export function wordsOf(text: string): readonly string[] {
  return (text.includes('"') ? text.match(WORD) : text.trim().split(/\s+/)) ?? [];
}

/** The first word. */
export function keywordOf(text: string): string {
  let from = 0;
  while (text.charCodeAt(from) <= BLANK) from++;
  let to = from;
  while (text.charCodeAt(to) > BLANK) to++;
  return text.slice(from, to);
}

const ENCODER = new TextEncoder();
const ESCAPES: Readonly<Record<string, string>> = { t: "\t", n: "\n", r: "\r", b: "\b" };

/** The bytes of a string in quotes, or of hex with colons; undefined: it is neither. */
export function bytesOf(word: string): Uint8Array | undefined {
  if (word.startsWith('"')) {
    const inner = word.slice(1, -1);
    return unescaped(inner);
  }
  if (!/^[0-9a-fA-F]{1,2}(:[0-9a-fA-F]{1,2})*$/.test(word)) return undefined;
  const parts = word.split(":");
  const bytes = new Uint8Array(parts.length);
  for (let i = 0; i < parts.length; i++) bytes[i] = Number.parseInt(parts[i] as string, 16);
  return bytes;
}

function unescaped(text: string): Uint8Array {
  const bytes: number[] = [];
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at++);
    if (code > LAST_ASCII) {
      const character = String.fromCodePoint(text.codePointAt(at - 1) as number);
      bytes.push(...ENCODER.encode(character));
      at += character.length - 1;
    } else if (code !== BACKSLASH) bytes.push(code);
    else {
      const [written = "", octal, hex] = ESCAPE.exec(text.slice(at, at + 3)) ?? [];
      if (octal !== undefined) bytes.push(Number.parseInt(octal, 8) & 0xff);
      else if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
      else bytes.push((ESCAPES[written] ?? written).charCodeAt(0) & 0xff);
      at += written.length;
    }
  }
  return Uint8Array.from(bytes);
}

const ESCAPE = /^(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|[^])/;
const LAST_ASCII = 0x7f;

/** The seconds since 1970 of `NAME W YYYY/MM/DD HH:MM:SS`, `NAME epoch N` or `NAME never`. */
export function timeOf(statement: string): number | undefined {
  const [, year, month, day, hours, minutes, seconds] = DATE.exec(statement) ?? [];
  if (year !== undefined) {
    const days = daysBefore(Number(year), Number(month), Number(day));
    return Math.max(0, days * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds));
  }
  const [, first, number = ""] = wordsOf(statement);
  if (first === "never") return NEVER;
  return first === "epoch" && /^\d{1,12}$/.test(number) ? Number(number) : undefined;
}

const DATE = /(\d{4})\/(\d{1,2})\/(\d{1,2})\s+(\d{1,2}):(\d{1,2}):(\d{1,2})\s*$/;

/** Days from the first of 1970 to a date of the Gregorian calendar. */
function daysBefore(year: number, month: number, day: number): number {
  // Years that begin in March have their leap day at the end.
  const y = month > 2 ? year : year - 1;
  const ofYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  return 365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + ofYear - 719_468;
}
