import { MAX_PACKET_LENGTH } from "./packet.ts";

/** A packet of a text, or a place where there should be one. */
export type HexItem =
  /** `line`: where it begins, from 1. */
  | { readonly kind: "packet"; readonly bytes: Uint8Array; readonly line: number }
  | { readonly kind: "problem"; readonly text: string; readonly line: number };

/** Reads packets from lines of text. */
export interface HexReader {
  /** What this line completes. */
  line(text: string): readonly HexItem[];
  /** What the end of the text completes. */
  end(): readonly HexItem[];
}

/** An offset in front of the bytes, with what tells it from bytes: a colon, or pairs behind it. */
const OFFSET = /^\s*(?:(?:0x)?([0-9a-f]{2,8}):(?=\s)|(?:0x)?([0-9a-f]{3,8})(?=\s+[0-9a-f]{2}(?:\s|$)|\s*$))/i;
/** What stands around digits, in lists of programming languages and in strings of them. */
const AROUND_DIGITS = /0x|\\x|[\s,:;.\-"'`{}[\]()|\\]/gi;
/** In a line of a log: at least this many bytes in a row. */
const IN_A_LOG = /(?<![0-9a-wyz])(?:[0-9a-f]{2}[: -]?){20,}/gi;
/** Bytes of a line that has an offset, at most. */
const MAX_PER_LINE = 64;

/**
 * Reads hex as people paste it: the dumps of Wireshark, tcpdump (-x, -xx, -X), xxd and hexdump -C
 * with their offsets and characters; digits alone, over several lines, with any separators; lists as
 * in C or Python; and lines of a log that have at least twenty bytes in a row. A blank line, a line
 * of other text, or an offset of 0 begins another packet. Other lines are skipped.
 */
export function createHexReader(): HexReader {
  let bytes: number[] = [];
  let isDump = false;
  let begin = 0;
  let lineNumber = 0;

  const finish = (): HexItem[] => {
    if (bytes.length === 0) return [];
    const packet: HexItem = { kind: "packet", bytes: Uint8Array.from(bytes), line: begin };
    bytes = [];
    return [packet];
  };
  const problem = (text: string): HexItem[] => {
    bytes = [];
    return [{ kind: "problem", text, line: lineNumber }];
  };
  const append = (digits: string, dump: boolean): HexItem[] => {
    if (digits.length % 2 !== 0) return problem("an odd number of hex digits");
    if (bytes.length + digits.length / 2 > MAX_PACKET_LENGTH) return problem(`a packet of more than ${MAX_PACKET_LENGTH} bytes`);
    if (bytes.length === 0) begin = lineNumber;
    isDump = dump;
    for (let i = 0; i < digits.length; i += 2) bytes.push(Number.parseInt(digits.slice(i, i + 2), 16));
    return [];
  };

  return {
    line(text) {
      lineNumber++;
      const matched = OFFSET.exec(text);
      const offset = matched === null ? undefined : Number.parseInt((matched[1] ?? matched[2]) as string, 16);
      // Some dumps end with a line of the offset alone; any other number alone is digits.
      const isAlone = matched !== null && text.trim() === matched[0].trim();
      const isOffset = offset === 0 ? !isAlone : isDump && bytes.length > 0 && (!isAlone || offset === bytes.length);
      if (matched !== null && isOffset) {
        const done = offset === 0 ? finish() : [];
        if (offset !== 0 && offset !== bytes.length) {
          return problem(`bytes from ${offset} on, where those from ${bytes.length} on should follow: lines are missing`);
        }
        return [...done, ...append(digitsOfDump(text.slice(matched[0].length)), true)];
      }
      const digits = text.replace(AROUND_DIGITS, "");
      if (/^[0-9a-f]+$/i.test(digits)) return [...(isDump ? finish() : []), ...append(digits, false)];
      const done = finish();
      const inLog = text.match(IN_A_LOG)?.reduce((a, b) => (b.length > a.length ? b : a));
      if (inLog === undefined) return done;
      return [...done, ...append(inLog.replace(/[^0-9a-f]/gi, ""), false), ...finish()];
    },
    end: finish,
  };
}

/** The digits of a line of a dump behind its offset, without the characters that it may have. */
function digitsOfDump(line: string): string {
  const rest = line.trimEnd();
  // hexdump -C puts them between bars.
  const barred = rest.endsWith("|") ? rest.slice(0, rest.indexOf("|")) : rest;
  // Others put them behind a gap; they are as many as the bytes.
  for (const gap of barred.matchAll(/\s{2,}/g)) {
    const pairs = hexIn(barred.slice(0, gap.index));
    const characters = barred.length - gap.index - gap[0].length;
    const isHalfOfTheLine = pairs.length === 16 && /^(?:[0-9a-f]{2}\s+)+[0-9a-f]{2}(?:\s|$)/i.test(barred.slice(gap.index).trimStart());
    if (pairs.length > 0 && characters <= pairs.length / 2 && !isHalfOfTheLine) return pairs;
  }
  return hexIn(barred);
}

/** The digits up to the first word that is not of them, no more than a line has. */
function hexIn(text: string): string {
  let digits = "";
  for (const word of text.split(/[\s-]+/)) {
    if (word === "") continue;
    if (!/^(?:[0-9a-f]{2})+$/i.test(word) || digits.length + word.length > 2 * MAX_PER_LINE) break;
    digits += word;
  }
  return digits;
}

/** All of a text that is there as a whole. */
export function readHexText(text: string): readonly HexItem[] {
  const reader = createHexReader();
  return [...text.split(/\r\n|\r|\n/).flatMap((line) => reader.line(line)), ...reader.end()];
}
