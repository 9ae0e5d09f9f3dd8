/** The lines of a text, as whatever reads one here counts them: a CR without an LF ends none. */
export function linesOf(text: string): readonly string[] {
  return text.split(/\r?\n/);
}
