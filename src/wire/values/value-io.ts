/** What the readers and writers of option values share. */

/**
 * Where the writer is in the value, from the outside in; on failure it is left where the problem
 * is.
 */
export type Path = (string | number)[];

/** The entries of a map without unknown keys, or what is wrong. */
export function mapOf(
  value: unknown,
  fields: readonly { readonly name: string }[],
  path: Path,
): Readonly<Record<string, unknown>> | string {
  const names = fields.map((field) => field.name);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return `must be a map with ${names.join(", ")}`;
  const unknown = Object.keys(value).find((key) => !names.includes(key));
  if (unknown === undefined) return value as Record<string, unknown>;
  path.push(unknown);
  return `is unknown here; known are ${names.join(", ")}`;
}

/** Data that is being read. `problem` is set by whoever returns undefined. */
export interface Reader {
  readonly bytes: Uint8Array;
  at: number;
  end: number;
  problem: string;
}

/** Sets the problem. */
export function fail(reader: Reader, problem: string): undefined {
  reader.problem = problem;
  return undefined;
}

/** True when `size` more bytes are there; sets the problem when not. */
export function has(reader: Reader, size: number): boolean {
  if (reader.at + size <= reader.end) return true;
  reader.problem = `needs ${size} bytes where ${reader.end - reader.at} are left`;
  return false;
}

/** Reads an unsigned number that the caller knows to be there. */
export function readUnsigned(reader: Reader, size: number): number {
  let value = 0;
  for (let i = 0; i < size; i++) value = value * 256 + (reader.bytes[reader.at++] as number);
  return value;
}

/** The next `size` bytes, which the caller knows to be there; all that are left by default. */
export function rest(reader: Reader, size: number = reader.end - reader.at): Uint8Array {
  const bytes = reader.bytes.subarray(reader.at, reader.at + size);
  reader.at += size;
  return bytes;
}

/**
 * UTF-8, or Latin-1 when the bytes are not UTF-8: a host name from an old client is still readable.
 */
export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    let text = "";
    for (const byte of bytes) text += String.fromCharCode(byte);
    return text;
  }
}
