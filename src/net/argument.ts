/*
 * What programs without types give by mistake. What is wrong with bytes or text is a value; a value
 * of another type is a defect of the program, and a TypeError that names the argument.
 */

/** What a value is, for an error that says that it is of another type. */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (typeof value === "string") return "a text";
  if (Array.isArray(value)) return "a list";
  if (Number.isNaN(value)) return "NaN";
  if (typeof value !== "object") return `a ${typeof value}`;
  // Of another realm too.
  const tag = Object.prototype.toString.call(value).slice("[object ".length, -1);
  return tag === "Object" ? "another object" : `${/^[AEIOU](?!int)/.test(tag) ? "an" : "a"} ${tag}`;
}

/** What makes a value of the text that was meant, for the hints below. */
export const MAKES_IPV4 = "parseIpv4 of leasehold/net, which makes it of text";
export const MAKES_IPV6 = "parseIpv6 of leasehold/net, which makes it of text";
export const MAKES_MAC = "parseMac of leasehold/net, which makes it of text";

/** Whether these are bytes, those of another realm too; a Buffer is. */
export function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array || Object.prototype.toString.call(value) === "[object Uint8Array]";
}

/** Throws TypeError unless these are bytes. `hint`: what makes them of the text that was meant. */
export function checkBytes(value: unknown, name: string, hint?: string): void {
  if (!isBytes(value)) throw notBytes(value, name, hint);
}

/** Throws TypeError unless it is a number. `hint`: what makes it of the text that was meant. */
export function checkNumber(value: unknown, name: string, hint?: string): void {
  if (typeof value === "number" && !Number.isNaN(value)) return;
  throw new TypeError(`${name}: this is no number but ${kindOf(value)}${hint === undefined ? "" : `: use ${hint}`}`);
}

function notBytes(value: unknown, name: string, hint?: string): TypeError {
  const use = useInstead(value) ?? hint;
  return new TypeError(`${name}: this is no Uint8Array but ${kindOf(value)}${use === undefined ? "" : `: use ${use}`}`);
}

function useInstead(value: unknown): string | undefined {
  if (ArrayBuffer.isView(value)) return "new Uint8Array(view.buffer, view.byteOffset, view.byteLength)";
  const kind = kindOf(value);
  if (/ArrayBuffer$/.test(kind)) return "new Uint8Array(buffer)";
  return kind === "a list" ? "Uint8Array.from(list)" : undefined;
}
