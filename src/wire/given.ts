import { kindOf } from "../net/argument.ts";

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
