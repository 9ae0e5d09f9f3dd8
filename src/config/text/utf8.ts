import type { Position } from "./problems.ts";

/** What is said of a text that is in another encoding, and what to do. */
export const NOT_UTF8 = {
  message: "the text is not UTF-8",
  hint: "save it as UTF-8, or, where it is of Latin-1: iconv -f ISO-8859-1 -t UTF-8 FILE",
} as const;

const NEWLINE = 0x0a;

/**
 * Where bytes are no text in UTF-8 (RFC 3629), at the first place that is none; undefined: they are
 * one.
 */
export function notUtf8At(bytes: Uint8Array): Position | undefined {
  if (isUtf8(bytes)) return undefined;
  let line = 1;
  let start = 0;
  for (;;) {
    const end = bytes.indexOf(NEWLINE, start);
    const one = bytes.subarray(start, end < 0 ? bytes.length : end);
    if (!isUtf8(one) || end < 0) return { line, column: new TextDecoder().decode(one).indexOf("\ufffd") + 1 };
    line++;
    start = end + 1;
  }
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
