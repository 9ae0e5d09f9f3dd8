/*
 * What others say must not reach the terminal as control sequences, nor turn the direction of the
 * line.
 */

/** Control and format characters, and what ends a line or paragraph, are replaced. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\ufffd");
}

/** The same of every text in a value of JSON, names included; ends of lines and tabs stay. */
export function printableValue(value: unknown): unknown {
  if (typeof value === "string") return value.replace(/[^\n\t]+/g, printable);
  if (Array.isArray(value)) return value.map(printableValue);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [printable(name), printableValue(one)]));
}
