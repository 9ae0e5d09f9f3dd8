/*
 * Programs in a text in Markdown: each code block whose language is followed by a name is a file, and
 * a block of the language `console` is what somebody sees who runs them: commands behind `$ `, each
 * followed by what it prints.
 */

export interface Command {
  readonly command: string;
  /** What it prints, without the end of the last line. */
  readonly output: string;
}

export interface DocumentPrograms {
  readonly files: ReadonlyMap<string, string>;
  readonly commands: readonly Command[];
}

/** The files and commands of a text. Throws where a block is not closed, or a file is there twice. */
export function programsIn(markdown: string): DocumentPrograms {
  const files = new Map<string, string>();
  const commands: Command[] = [];
  const parts = markdown.split(/^```/m);
  if (parts.length % 2 === 0) throw new Error("a code block is not closed");
  for (let i = 1; i < parts.length; i += 2) {
    const block = parts[i] as string;
    const end = block.indexOf("\n");
    const [language, name] = block.slice(0, end).split(" ");
    const content = block.slice(end + 1);
    if (language === "console") commands.push(...commandsIn(content));
    if (name === undefined) continue;
    if (files.has(name)) throw new Error(`${name} is there twice`);
    files.set(name, content);
  }
  return { files, commands };
}

function commandsIn(content: string): readonly Command[] {
  return content
    .split(/^\$ /m)
    .slice(1)
    .map((text) => {
      const end = text.indexOf("\n");
      return { command: text.slice(0, end), output: text.slice(end + 1).trimEnd() };
    });
}
