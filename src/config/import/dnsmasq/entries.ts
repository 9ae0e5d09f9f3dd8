import type { Files, Finding, Note, Origin } from "../translation.ts";

/*
 * Lines of dnsmasq.conf: `key=value` or `key`, comments from `#` at the start of a line or behind
 * white space, text in double quotes, with escapes in it, and files that are read in the place of a
 * line.
 */

/** A line that says something. */
export interface Entry {
  readonly key: string;
  /**
   * Undefined: there is no `=`. What stood in quotes is hidden: `textOf` and `wordsOf` make a text
   * of it.
   */
  readonly value: string | undefined;
  readonly note: Note & { readonly origin: Origin };
}

export interface Entries {
  readonly entries: readonly Entry[];
  readonly findings: readonly Finding[];
  readonly sources: ReadonlyMap<string, string>;
}

/** Files whose lines are values of this key. */
const VALUES: ReadonlyMap<string, string> = new Map([
  ["dhcp-hostsfile", "dhcp-host"],
  ["dhcp-optsfile", "dhcp-option"],
]);
/** Folders of such files. */
const FOLDERS: ReadonlyMap<string, string> = new Map([
  ["dhcp-hostsdir", "dhcp-host"],
  ["dhcp-optsdir", "dhcp-option"],
]);
/**
 * Files in files: as many as anybody has, and an end where links make one file out of many names.
 */
const DEEPEST = 16;
const MOST_FILES = 10_000;

/** Reads a file and what it includes, in the order in which dnsmasq does. */
export function readEntries(text: string, name: string, files: Files): Entries {
  const entries: Entry[] = [];
  const findings: Finding[] = [];
  const sources = new Map<string, string>();
  /** Those that are being read, each inside the one before. */
  const open: string[] = [];
  let count = 0;

  function readText(content: string, file: string, valuesOf: string | undefined, depth: number): void {
    sources.set(file, content);
    open.push(file);
    let comment: string[] = [];
    for (const [index, line] of content.split("\n").entries()) {
      const { code, remark, isOpen } = split(line);
      if (code === "") {
        // An empty line ends a comment that belongs to nothing.
        comment = remark === undefined ? [] : [...comment, remark];
        continue;
      }
      const origin = { file, line: index + 1, column: line.search(/\S/) + 1 };
      const note = { origin, ...(comment.length > 0 ? { comment } : {}), ...(remark === undefined ? {} : { behind: remark }) };
      comment = [];
      if (isOpen) findings.push({ severity: "error", origin, message: 'missing ": the text in quotes has no end' });
      const equals = valuesOf === undefined ? code.indexOf("=") : -1;
      const key = valuesOf ?? (equals < 0 ? code : code.slice(0, equals)).trim();
      const value = valuesOf !== undefined ? code : equals < 0 ? undefined : code.slice(equals + 1).trim();
      include({ key, value, note }, depth);
    }
    open.pop();
  }

  function include(entry: Entry, depth: number): void {
    const { key, value = "", note } = entry;
    const valuesOf = VALUES.get(key) ?? FOLDERS.get(key);
    if (key !== "conf-file" && key !== "conf-dir" && valuesOf === undefined) {
      entries.push(entry);
      return;
    }
    if (depth >= DEEPEST) {
      findings.push({
        severity: "error",
        origin: note.origin,
        message: `files include each other more than ${DEEPEST} deep: this one is not read`,
      });
      return;
    }
    const [path = "", ...suffixes] = wordsOf(value);
    const isFolder = key === "conf-dir" || FOLDERS.has(key);
    const listed = isFolder ? files.list(path, note.origin.file) : [];
    if ("reason" in listed) {
      findings.push({
        severity: "error",
        origin: note.origin,
        message: `the folder ${path} can't be read: ${listed.reason}`,
        hint: "copy it along with the file, or remove the line where nothing is in it",
      });
      return;
    }
    const paths = isFolder ? listed.filter((one) => isWanted(one, suffixes)).map((one) => inFolder(path, one)) : [path];
    for (const one of paths) {
      const read = files.read(one, note.origin.file);
      if ("reason" in read) {
        findings.push({ severity: "error", origin: note.origin, message: `${one} can't be read: ${read.reason}` });
      } else if (open.includes(read.name)) {
        findings.push({ severity: "error", origin: note.origin, message: `${one} includes itself: it is not read again` });
      } else if (++count > MOST_FILES) {
        if (count === MOST_FILES + 1)
          findings.push({
            severity: "error",
            origin: note.origin,
            message: `more than ${MOST_FILES} files are included: the rest is not read`,
          });
      } else readText(read.text, read.name, valuesOf, depth + 1);
    }
  }

  readText(text, name, undefined, 0);
  return { entries, findings, sources };
}

function inFolder(folder: string, name: string): string {
  return name.includes("/") ? name : `${folder.replace(/\/+$/, "")}/${name}`;
}

/** As dnsmasq reads a folder: no files of editors, and by what names end in. */
function isWanted(path: string, suffixes: readonly string[]): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (name === "" || name.endsWith("~") || name.startsWith(".") || /^#.*#$/.test(name)) return false;
  const wanted = suffixes
    .filter((one) => one.startsWith("*"))
    .map((one) => one.slice(1))
    .filter((one) => one !== "");
  const unwanted = suffixes.filter((one) => !one.startsWith("*") && one !== "");
  if (unwanted.some((suffix) => name.endsWith(suffix))) return false;
  return wanted.length === 0 || wanted.some((suffix) => name.endsWith(suffix));
}

/** What a line says, without quotes, and its comment. */
function split(line: string): { readonly code: string; readonly remark: string | undefined; readonly isOpen: boolean } {
  let code = "";
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    const one = line[at] as string;
    const escaped = quoted && one === "\\" ? ESCAPES[line[at + 1] ?? ""] : undefined;
    if (escaped !== undefined) {
      code += hide(escaped);
      at++;
    } else if (one === '"') quoted = !quoted;
    else if (quoted) code += hide(one);
    else if (one === "#" && (at === 0 || /\s/.test(line[at - 1] as string))) {
      return { code: code.trim(), remark: line.slice(at).replace(/^#+ ?/, "").trimEnd(), isOpen: false };
    } else code += one;
  }
  return { code: code.trim(), remark: undefined, isOpen: quoted };
}

/** What a backslash in quotes makes of the next character; before others it is one itself. */
const ESCAPES: Readonly<Record<string, string | undefined>> = {
  "\\": "\\",
  '"': '"',
  t: "\t",
  n: "\n",
  r: "\r",
  b: "\b",
  e: "\u001b",
};

/*
 * A character in quotes divides nothing, and is no digit of a number or an address: until a text is
 * made of it, another one stands in its place, of those that no file has.
 */
const HIDDEN = 0xf700;
const HIDDEN_CHARACTERS = /[\uf700-\uf77f]/g;

function hide(one: string): string {
  const code = one.charCodeAt(0);
  return code < 0x80 ? String.fromCharCode(HIDDEN + code) : one;
}

/** The text of a word, or of several, in which characters may be hidden. */
export function textOf(hidden: string): string {
  return hidden.replaceAll(HIDDEN_CHARACTERS, (one) => String.fromCharCode(one.charCodeAt(0) - HIDDEN));
}

/** The parts of a value between commas. */
export function wordsOf(value: string | undefined): string[] {
  return hiddenWordsOf(value).map(textOf);
}

/** The same, in which is hidden what stood in quotes, and is text therefore. */
export function hiddenWordsOf(value: string | undefined): string[] {
  if (value === undefined || value === "") return [];
  return value.split(",").map((word) => word.trim());
}
