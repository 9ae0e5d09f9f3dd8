/** Just enough of TypeScript's syntax to find imports and names in a source text. */

/** The text with comments, and the contents of strings and regular expressions, as spaces: every position stays what it was. */
export function codeOf(source: string): string {
  const code = source.split("");
  const blank = (from: number, to: number): void => {
    for (let i = from; i < to; i++) if (code[i] !== "\n") code[i] = " ";
  };
  /** What ends the code that we are in: nothing, or the brace of `${` in a template, with the braces opened since. */
  const templates: number[] = [];
  let at = 0;

  const skipTemplate = (): void => {
    const from = at;
    while (at < source.length && source[at] !== "`") {
      if (source[at] === "$" && source[at + 1] === "{") {
        blank(from, at);
        templates.push(0);
        at += 2;
        return;
      }
      at += source[at] === "\\" ? 2 : 1;
    }
    blank(from, at);
    at++;
  };

  const skipTo = (end: string, from: number): void => {
    const found = source.indexOf(end, from);
    const to = found < 0 ? source.length : found;
    blank(at, to);
    at = to;
  };

  while (at < source.length) {
    const char = source[at] as string;
    if (source.startsWith("//", at)) {
      skipTo("\n", at);
    } else if (source.startsWith("/*", at)) {
      const end = source.indexOf("*/", at + 2);
      const to = end < 0 ? source.length : end + 2;
      blank(at, to);
      at = to;
    } else if (char === '"' || char === "'") {
      const from = ++at;
      while (at < source.length && source[at] !== char && source[at] !== "\n") at += source[at] === "\\" ? 2 : 1;
      blank(from, at);
      at++;
    } else if (char === "`") {
      at++;
      skipTemplate();
    } else if (char === "/" && startsRegularExpression(source, at, code)) {
      const from = ++at;
      for (let inClass = false; at < source.length && source[at] !== "\n" && (inClass || source[at] !== "/"); at++) {
        if (source[at] === "\\") at++;
        else if (source[at] === "[") inClass = true;
        else if (source[at] === "]") inClass = false;
      }
      blank(from, at);
      at++;
    } else {
      const innermost = templates.length - 1;
      if (innermost >= 0 && char === "{") templates[innermost] = (templates[innermost] as number) + 1;
      if (innermost >= 0 && char === "}") {
        if (templates[innermost] === 0) {
          templates.pop();
          at++;
          skipTemplate();
          continue;
        }
        templates[innermost] = (templates[innermost] as number) - 1;
      }
      at++;
    }
  }
  return code.join("");
}

/** A slash divides behind a value, and begins a regular expression anywhere else. */
function startsRegularExpression(source: string, at: number, code: readonly string[]): boolean {
  let before = at - 1;
  while (before >= 0 && /\s/.test(code[before] as string)) before--;
  if (before < 0) return true;
  if (!/[\w$)\]}"'`]/.test(source[before] as string)) return true;
  return /(?:^|[^\w$.])(?:return|typeof|case|in|of|yield|await)$/.test(source.slice(Math.max(0, before - 10), before + 1));
}
