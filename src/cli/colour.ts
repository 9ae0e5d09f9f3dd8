import type { WriteStream } from "node:tty";

/**
 * Whether what is written to this stream is coloured: it is a terminal, which has colours by its
 * TERM, and nobody asked for none by NO_COLOR (https://no-color.org). `styleText` of Node does by
 * the same rule.
 */
export function usesColour(stream: Pick<WriteStream, "hasColors"> & { readonly isTTY?: boolean }): boolean {
  return stream.isTTY === true && stream.hasColors();
}
