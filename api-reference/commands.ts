/*
 * Writes the reference of the command line, docs/reference/commands.md, from what the program itself
 * says with --help:
 *
 *     npm run docs:commands
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url));
const PAGE = new URL("../docs/reference/commands.md", import.meta.url);

const HEAD = `# Commands

What each command says with \`--help\`. This page is made by \`npm run docs:commands\`, and a test has it equal to the program.

## Exit statuses

| status | meaning                                                                                                                   |
| ------ | ------------------------------------------------------------------------------------------------------------------------- |
| 0      | what was asked for was done                                                                                               |
| 1      | it was not: the message on standard error says why. \`check\`: there are problems. \`status\`: the server fails, or none runs |
| 2      | the command line is wrong, or, of \`check\`, the configuration can't be read                                                |
| 3      | of \`status\` alone: the server serves, but not as it should                                                                |
| 78     | of \`serve\` alone: the configuration was read, with all that it includes, and can't be used (\`EX_CONFIG\`)                  |

A program that reads the output and ends early, such as \`head\`, is no failure: the status is 0.
`;

/** The page as the program is now. */
export function commandReference(): string {
  const pages = commandsBelow([]).map((command) => {
    const level = "#".repeat(Math.min(command.length, 2) + 1);
    return `\n${level} ${["leasehold", ...command].join(" ")}\n\n\`\`\`text\n${helpOf(command)}\`\`\`\n`;
  });
  return HEAD + pages.join("");
}

/** Every command below this one, each followed by its own. */
function commandsBelow(command: readonly string[]): readonly (readonly string[])[] {
  const [, list = ""] = helpOf(command).split(/^Commands:\n/m);
  const [own = ""] = list.split("\n\n");
  const names = [...own.matchAll(/^ {2}([\w-]+)/gm)].map(([, name = ""]) => name).filter((name) => name !== "help");
  return names.flatMap((name) => [[...command, name], ...commandsBelow([...command, name])]);
}

const helps = new Map<string, string>();

/** As it is shown where there is no terminal: within 80 columns. */
function helpOf(command: readonly string[]): string {
  const key = command.join(" ");
  const known = helps.get(key);
  if (known !== undefined) return known;
  const env = { ...process.env, COLUMNS: undefined, NO_COLOR: "1" };
  const help = execFileSync(process.execPath, [MAIN, ...command, "--help"], { encoding: "utf8", env });
  helps.set(key, help);
  return help;
}

if (import.meta.main) writeFileSync(PAGE, commandReference());
