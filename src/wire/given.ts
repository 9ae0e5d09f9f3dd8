import { checkBytes, checkNumber, isBytes, kindOf } from "../net/argument.ts";

/** What makes a value of the text that was meant. */
export const MAKES_BYTES = "new TextEncoder().encode(text)";
const MAKES_DATA = "encodeOption, which makes it of a value";

/**
 * Throws TypeError unless it is a message: a program without types may give the result of decoding
 * it.
 */
export function checkMessage(message: unknown): void {
  if (typeof message === "object" && message !== null) {
    if ("options" in message && Array.isArray(message.options)) return;
    if ("ok" in message) throw new TypeError("message: this is the result of decode: look at its `ok`, and give its `message`");
  }
  throw new TypeError(`message: this is no message but ${kindOf(message)}: give the \`message\` of what decode gives`);
}

/** Throws TypeError unless it has members. `what`: it is to be one of these. */
export function checkObject(value: unknown, name: string, what: string): void {
  if (typeof value !== "object" || value === null) throw new TypeError(`${name}: this is no ${what} but ${kindOf(value)}`);
}

/** Throws TypeError unless it is a list. */
export function checkList(value: unknown, name: string): void {
  if (!Array.isArray(value)) throw new TypeError(`${name}: this is no list but ${kindOf(value)}`);
}

/** Bits of a field. */
export type Width = 8 | 16 | 24 | 32;

/**
 * Throws TypeError unless it is a number, and RangeError unless a field of so many bits holds it.
 * `hint`: what makes it of the text that was meant.
 */
export function checkField(value: unknown, name: string, width: Width, hint?: string): void {
  if (isHeld(value, width)) return;
  checkNumber(value, name, hint);
  throw new RangeError(`${name}: ${value} is no whole number from 0 to ${2 ** width - 1}`);
}

function isHeld(value: unknown, width: Width): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** width;
}

/**
 * Throws TypeError unless the options of what has this name are such, and RangeError for a code
 * that has more bits than these.
 */
export function checkOptions(options: unknown, name: string, width: Width): void {
  checkList(options, `${name}.options`);
  const list = options as readonly ({ readonly code: unknown; readonly data: unknown } | undefined | null)[];
  for (let i = 0; i < list.length; i++) {
    const option = list[i];
    // No text is put together for what is right.
    if (isHeld(option?.code, width) && isBytes(option?.data)) continue;
    const own = `${name}.options[${i}]`;
    checkObject(option, own, "option");
    checkField(option?.code, `${own}.code`, width);
    checkBytes(option?.data, `${own}.data`, MAKES_DATA);
  }
}
