/*
 * Tables for people: columns that stand below their names. A terminal is as wide as it is, so there
 * columns are left out and texts are cut; where output is a file or a pipe, nothing ever is.
 */

/** One column. */
export interface Column {
  readonly name: string;
  /** The side on which texts end, which is the right one for numbers; default: left. */
  readonly align?: "left" | "right";
  /** On a terminal texts may be cut, down to so many places; undefined: they never are. */
  readonly least?: number;
  /**
   * On a terminal without room the columns with the lowest number are left out first, and those
   * that are empty before all others; undefined: this one is not left out.
   */
  readonly keep?: number;
  /** It is left out, wherever, where nothing is in it. */
  readonly isOptional?: boolean;
}

const GAP = 2;
const CUT = "…";

/**
 * A table whose lines come one by one: first it is told the texts of all of them, which it only
 * measures, then it makes the lines.
 */
export class Table {
  readonly #columns: readonly Column[];
  /** By column: places of its longest text. */
  readonly #longest: number[];
  readonly #terminal: number | undefined;
  #shown: readonly { readonly column: Column; readonly index: number; readonly width: number }[] | undefined;

  /** `terminal`: how many places a line has; undefined: any number. */
  constructor(columns: readonly Column[], terminal: number | undefined) {
    this.#columns = columns;
    this.#longest = columns.map(() => 0);
    this.#terminal = terminal;
  }

  measure(texts: readonly string[]): void {
    for (let i = 0; i < texts.length; i++) {
      const places = placesOf(texts[i] as string);
      if (places > (this.#longest[i] as number)) this.#longest[i] = places;
    }
  }

  heading(): string {
    return this.line(this.#columns.map(({ name }) => name));
  }

  /** A line, without its end. */
  line(texts: readonly string[]): string {
    this.#shown ??= this.#fit();
    return this.#shown
      .map(({ column, index, width }) => fitted(texts[index] as string, width, column, this.#terminal !== undefined))
      .join(" ".repeat(GAP))
      .trimEnd();
  }

  #fit() {
    let shown = this.#columns.map((column, index) => {
      const longest = this.#longest[index] as number;
      const width = Math.max(longest, placesOf(column.name));
      const least = column.least === undefined ? width : Math.min(width, Math.max(column.least, placesOf(column.name)));
      return { column, index, longest, width, least };
    });
    shown = shown.filter(({ column, longest }) => !column.isOptional || longest > 0);
    if (this.#terminal === undefined) return shown;
    const spare = (): number => (this.#terminal as number) - shown.reduce((sum, { least }) => sum + least + GAP, -GAP);
    while (spare() < 0) {
      const rank = ({ column, longest }: (typeof shown)[number]): number => (column.keep ?? Infinity) - (longest === 0 ? 1000 : 0);
      const last = shown.reduce((worst, one) => (rank(one) < rank(worst) ? one : worst));
      if (last.column.keep === undefined) break;
      shown = shown.filter((one) => one !== last);
    }
    let left = Math.max(0, spare());
    return shown.map(({ column, index, width, least }) => {
      const more = Math.min(left, width - least);
      left -= more;
      return { column, index, width: least + more };
    });
  }
}

/** All lines of a table that is small. */
export function tableOf(columns: readonly Column[], rows: readonly (readonly string[])[], terminal: number | undefined): readonly string[] {
  const table = new Table(columns, terminal);
  for (const row of rows) table.measure(row);
  return [table.heading(), ...rows.map((row) => table.line(row))];
}

function fitted(text: string, width: number, { align }: Column, isCut: boolean): string {
  const places = placesOf(text);
  if (places > width && isCut) return cutAt(text, width);
  const space = " ".repeat(Math.max(0, width - places));
  return align === "right" ? space + text : text + space;
}

/** Sentences that go on in a line of their own, further in, where the terminal ends. */
export function wrapped(text: string, indent: string, terminal: number | undefined): readonly string[] {
  if (terminal === undefined) return [indent + text];
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const before = line === "" ? (lines.length === 0 ? indent : `${indent}  `) : `${line} `;
    if (line !== "" && placesOf(before + word) > terminal) {
      lines.push(line);
      line = `${indent}  ${word}`;
    } else line = before + word;
  }
  return [...lines, line];
}

function cutAt(text: string, width: number): string {
  let cut = "";
  let places = 0;
  for (const character of text) {
    places += placesOf(character);
    if (places > width - 1) break;
    cut += character;
  }
  return cut + CUT + " ".repeat(Math.max(0, width - 1 - placesOf(cut)));
}

const PLAIN = /^[\x20-\x7e…]*$/;
const WITHOUT_PLACE = /\p{M}/u;
/** Characters that terminals draw two places wide. */
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

function placesOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let places = 0;
  for (const character of text) places += WITHOUT_PLACE.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return places;
}
