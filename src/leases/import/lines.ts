/**
 * Lines longer than this are damage: what is behind it is not kept, so that a file without line
 * ends takes no memory.
 */
const LONGEST_LINE = 1 << 16;

/** Cuts text that comes in pieces into lines, numbered from 1 and without their ends. */
export interface LineCutter {
  push(text: string): void;
  /** The last line may have no end. */
  end(): void;
}

export function cutLines(each: (line: string, number: number) => void): LineCutter {
  let rest = "";
  let number = 0;
  const give = (line: string): void => each(line.endsWith("\r") ? line.slice(0, -1) : line, ++number);
  return {
    push(text) {
      let from = 0;
      for (let to = text.indexOf("\n"); to >= 0; to = text.indexOf("\n", from)) {
        give(rest + text.slice(from, to));
        rest = "";
        from = to + 1;
      }
      rest = rest.length > LONGEST_LINE ? rest : rest + text.slice(from);
    },
    end() {
      if (rest !== "") give(rest);
      rest = "";
    },
  };
}
