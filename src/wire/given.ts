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

/** Throws TypeError unless the options of what has this name are such. */
export function checkOptions(options: unknown, name: string): void {
  checkList(options, `${name}.options`);
  const list = options as readonly ({ readonly code: unknown; readonly data: unknown } | undefined | null)[];
  for (let i = 0; i < list.length; i++) {
    const option = list[i];
    // No text is put together for what is right.
    if (typeof option?.code === "number" && isBytes(option.data)) continue;
    const own = `${name}.options[${i}]`;
    checkObject(option, own, "option");
    checkNumber(option?.code, `${own}.code`);
    checkBytes(option?.data, `${own}.data`, MAKES_DATA);
  }
}
