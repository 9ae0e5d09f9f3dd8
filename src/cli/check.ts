import { type Command, Option } from "commander";
import type { AddedReservation } from "../config/added.ts";
import { adviceOn, isModule } from "../config/file.ts";
import { printConfig } from "../config/print.ts";
import { jsonSchema } from "../config/schema/json-schema.ts";
import { addedOf, reservationsIn } from "../server/runtime-reservations.ts";
import { factsOf } from "../store/sqlite/facts.ts";
import { type Checked, checkFile, exitStatusOf, STDIN } from "./check/checked.ts";
import { problemsForGithub, problemsForPeople, reportForPrograms } from "./check/formats.ts";
import { summaryOf } from "./check/summary.ts";
import { count } from "./count.ts";
import { Exit, fail } from "./exit.ts";
import { outliveReader } from "./guard-output.ts";
import { guardModules } from "./module-guard.ts";

interface CheckOptions {
  readonly schema?: true;
  readonly print?: true;
  readonly strict?: true;
  readonly format?: "text" | "json" | "github";
  readonly database?: string;
}

export function addCheckCommand(program: Command): void {
  const command = program
    .command("check")
    .description("check configurations: every problem at once, each with its place and what to do; changes nothing, needs no privileges")
    .argument(
      "[files...]",
      "each a configuration of its own: YAML, JSON, a TypeScript module, or a file of dhcpd, Kea or dnsmasq; - reads standard input",
    )
    .option("--strict", "a warning is a problem, too")
    .addOption(
      new Option(
        "--format <format>",
        "text: for people; json: one document; github: annotations in a workflow of GitHub (default: text)",
      ).choices(["text", "json", "github"]),
    )
    .option("--print", "print the configuration as it is understood: defaults filled in, inherited settings where they apply")
    .option("-d, --database <file>", "with the reservations that were added to the server of this lease database while it ran")
    .option("--schema", "print the JSON Schema of configuration files instead")
    .addHelpText(
      "after",
      `
Exit status: 0 every configuration is good, 1 one has problems, 2 one can't be
read or the command line is wrong.`,
    )
    .action((files: readonly string[], options: CheckOptions) => check(command, files, options));
  command.exitOverride((error) => process.exit(error.exitCode === 0 ? Exit.ok : Exit.usage));
}

async function check(command: Command, files: readonly string[], options: CheckOptions): Promise<void> {
  const misuse = misuseOf(files, options);
  if (misuse !== undefined) command.error(`error: ${misuse}`);
  if (options.schema) {
    process.stdout.write(`${JSON.stringify(jsonSchema(), undefined, 2)}\n`);
    return;
  }
  outliveReader();
  const added = options.database === undefined ? [] : addedTo(options.database);
  const checked: Checked[] = [];
  const guard = files.some(isModule) ? guardModules(Exit.usage) : undefined;
  for (const file of files) {
    const load = () => checkFile(file, options.strict === true, added);
    const one = await (guard?.load(file, load) ?? load());
    checked.push(one);
    if (options.format !== "json") tell(one, options);
  }
  if (options.format === "json") process.stdout.write(`${JSON.stringify(reportForPrograms(checked), undefined, 2)}\n`);
  else if (checked.length > 1) say(exitStatusOf(checked) === Exit.ok, summaryOfAll(checked));
  process.exitCode = exitStatusOf(checked);
  await guard?.end();
}

/** What is wrong with a command line; undefined: nothing. */
function misuseOf(files: readonly string[], { schema, print, format, database, strict }: CheckOptions): string | undefined {
  if (schema) {
    const isAlone = files.length === 0 && (print ?? format ?? database ?? strict) === undefined;
    return isAlone ? undefined : "--schema takes neither files nor other options";
  }
  if (files.length === 0) return "name the configuration file to check";
  if (files.filter((file) => file === STDIN).length > 1) return "- can be read only once";
  if (print && files.length > 1) return "--print takes one file: what it prints is a configuration";
  if (print && format !== undefined && format !== "text") return `--print prints a configuration, and --format ${format} something else`;
  if (database !== undefined && files.length > 1) return "-d takes one file: a lease database is that of one server";
  return undefined;
}

/** The reservations that were added to a server while it ran. */
function addedTo(database: string): readonly AddedReservation[] {
  try {
    return reservationsIn(factsOf(database)).map(addedOf);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error), Exit.usage);
  }
}

/** What was found in one file, and what became of it. */
function tell(one: Checked, { format, print, strict }: CheckOptions): void {
  if (format === "github") process.stdout.write(problemsForGithub(one));
  else process.stderr.write(problemsForPeople(one));
  const { name, loaded, verdict, errors, warnings } = one;
  if (verdict === "good" && loaded.ok) {
    if (print) process.stdout.write(printConfig(loaded.config));
    else
      say(
        true,
        `${name}: ok${loaded.translatedFrom === undefined ? "" : `, a file of ${loaded.translatedFrom}`}: ${summaryOf(loaded.config)}`,
      );
  } else if (verdict === "problems") {
    const found = [...(errors > 0 ? [count(errors, "problem")] : []), ...(warnings > 0 ? [count(warnings, "warning")] : [])].join(", ");
    const why = errors === 0 && strict ? ", refused by --strict" : loaded.ok ? "" : adviceOn(loaded, name);
    say(false, `${name}: ${found}${why}`);
  }
}

/** Of several files. */
function summaryOfAll(checked: readonly Checked[]): string {
  const parts = (["good", "problems", "unreadable"] as const).flatMap((verdict) => {
    const number = checked.filter((one) => one.verdict === verdict).length;
    return number === 0 ? [] : [`${number} ${VERDICTS[verdict]}`];
  });
  return `${count(checked.length, "file")}: ${parts.join(", ")}`;
}

const VERDICTS = { good: "good", problems: "with problems", unreadable: "that can't be read" } as const;

function say(isGood: boolean, text: string): void {
  (isGood ? process.stdout : process.stderr).write(`${text}\n`);
}
