import assert from "node:assert/strict";
import { fromHex } from "../../../src/net/bytes.ts";

/** Bytes from hex digits; spaces and line ends are ignored. */
export function hex(text: string): Uint8Array {
  const bytes = fromHex(text.replace(/\s/g, ""));
  assert.ok(bytes, text);
  return bytes;
}

/** A name on the wire as hex digits; its labels are ASCII. */
export function nameHex(name: string): string {
  const labels = name === "" ? [] : name.split(".");
  return `${labels.map((label) => label.length.toString(16).padStart(2, "0") + Buffer.from(label).toString("hex")).join("")}00`;
}
