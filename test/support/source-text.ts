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

export interface Import {
  /** Undefined: it is computed when the program runs. */
  readonly specifier: string | undefined;
  readonly line: number;
  readonly dynamic: boolean;
}

const STATIC = /(?<![\w$.])(?:import|export)\s+(?:[\w$*{},\s]*?\sfrom\s*)?["']/g;
const DYNAMIC = /(?<![\w$.])import\s*\(\s*/g;

/** Everything that the text imports, or exports from elsewhere. */
export function importsOf(source: string): Import[] {
  const code = codeOf(source);
  const imports: Import[] = [];
  for (const { 0: text, index } of code.matchAll(STATIC)) imports.push({ ...specifierAt(source, index + text.length - 1), dynamic: false });
  for (const { 0: text, index } of code.matchAll(DYNAMIC)) imports.push({ ...specifierAt(source, index + text.length), dynamic: true });
  return imports;
}

function specifierAt(source: string, at: number): Omit<Import, "dynamic"> {
  const [, , specifier] = /^(["'])(.*?)\1/.exec(source.slice(at)) ?? [];
  return { specifier, line: lineAt(source, at) };
}

/** The lines on which one of these names is used, not as a property of something else nor as a key. */
export function usesOf(source: string, names: readonly string[]): { readonly name: string; readonly line: number }[] {
  const alternatives = names.map((name) => name.replace(".", "\\s*\\.\\s*")).join("|");
  const pattern = new RegExp(`(?<![\\w$#]|(?<!\\.\\.)\\.\\s*)(?:${alternatives})(?![\\w$]|\\??\\s*:)`, "g");
  return Array.from(codeOf(source).matchAll(pattern), ({ 0: name, index }) => ({
    name: name.replace(/\s/g, ""),
    line: lineAt(source, index),
  }));
}

function lineAt(source: string, at: number): number {
  return source.slice(0, at).split("\n").length;
}
