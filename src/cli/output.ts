import { once } from "node:events";

/** Characters that are handed over at one time. */
const AT_ONCE = 1 << 16;
/** Where a terminal does not say how wide it is. */
const USUAL_WIDTH = 80;

/** Columns of the terminal that standard output is; undefined: it is a file or a pipe. */
export function terminalWidth(): number | undefined {
  return process.stdout.isTTY ? process.stdout.columns || USUAL_WIDTH : undefined;
}

/**
 * Prints a line for each of them; no faster than they are read, so that of a million nothing heaps
 * up in memory.
 */
export async function printLines<T>(found: Iterable<T>, format: (one: T) => string): Promise<void> {
  let text = "";
  for (const one of found) {
    text += `${format(one)}\n`;
    if (text.length < AT_ONCE) continue;
    await print(text);
    text = "";
  }
  await print(text);
}

async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, "drain");
}
