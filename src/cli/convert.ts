import { type BigIntStats, fstatSync, lstatSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { type Command, Option } from "commander";
import { type ForeignText, isModule, translateTexts } from "../config/file.ts";
import { buildTranslation } from "../config/import/build.ts";
import { FORMATS, type Format, guessFormat, isLikelyOwn } from "../config/import/formats.ts";
import { mergeTranslations } from "../config/import/merge.ts";
import { writeTranslation } from "../config/import/write.ts";
import { formatDiagnostics } from "../config/text/diagnostic.ts";
import { reasonOf } from "../config/text/reason.ts";
import { Exit, fail } from "./exit.ts";
import { outliveReader } from "./guard-output.ts";
import { VERSION } from "./version.ts";

interface ConvertOptions {
  readonly from?: string;
  readonly output?: string;
  readonly force?: boolean;
}

export function addConvertCommand(program: Command): void {
  const command = program
    .command("convert")
    .description("write the configuration of another server as one of Leasehold; what is not carried over is said on standard error")
    .argument("<file...>", "dhcpd.conf, a file of Kea or dnsmasq.conf; several, such as one for each protocol, become one")
    .addOption(new Option("--from <server>", "whose file it is (default: by its name and text)").choices(FORMATS.map(({ name }) => name)))
    .option("-o, --output <file>", "where to write, if there is no error; a new file (default: standard output)")
    .option("--force", "write over a file that is there, though not over one that is converted")
    .addHelpText(
      "after",
      `
Exit status: 0 all that matters was carried over, 1 something was not, which is
said (what could be goes to standard output, and to no file), 2 a file can't be
read, its format is not known, or the file to write is there already.`,
    )
    .action(convert);
  command.exitOverride((error) => process.exit(error.exitCode === 0 ? Exit.ok : Exit.usage));
}

function convert(files: readonly string[], { from, output, force = false }: ConvertOptions): void {
  outliveReader();
  const read = files.map((file) => readForeign(file, from));
  const formats = [...new Set(read.map(({ format }) => format))];
  const translation = mergeTranslations(
    formats.map((format) =>
      translateTexts(
        read.filter((one) => one.format === format),
        format,
      ),
    ),
  );
  if (output !== undefined) refuseToOverwrite(output, [...files, ...translation.sources.keys()], force);
  const built = buildTranslation(translation);
  const [name = ""] = files;
  const diagnostics = built.ok ? built.warnings : built.diagnostics;
  for (const text of formatDiagnostics(diagnostics, name, translation.sources)) process.stderr.write(`${text}\n`);

  const sources = read.map((one) => `${basename(one.name)} (${one.format.title})`).join(" and ");
  const text = writeTranslation(translation, [`Converted from ${sources} by leasehold ${VERSION}.`]);
  if (output === undefined) process.stdout.write(text);
  // Half a configuration is nothing to find in a file later, or in the place of a whole one.
  else if (built.ok) write(text, output, force);
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  process.stderr.write(`${files.join(" and ")}: ${summary(errors, diagnostics.length - errors, output)}\n`);
  if (!built.ok) process.exitCode = Exit.failed;
}

/** A configuration, and whose it is. */
function readForeign(name: string, from: string | undefined): ForeignText & { readonly format: Format } {
  if (isModule(name)) fail(`${name} is a configuration of Leasehold already, by its name`, Exit.usage);
  const text = readText(name);
  const format = from === undefined ? guessFormat(name, text) : FORMATS.find((one) => one.name === from);
  if (format !== undefined) return { name, text, format };
  if (isLikelyOwn(name, text)) {
    fail(`${name} seems to be a configuration of Leasehold already: \`leasehold check ${name}\` tells; --from says otherwise`, Exit.usage);
  }
  const known = FORMATS.map(({ title, name: choice }) => `--from ${choice} (${title})`).join(", ");
  return fail(`${name}: it is not clear whose configuration this is; say so: ${known}`, Exit.usage);
}

function readText(file: string): string {
  try {
    return readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    return fail(`${file} can't be read: ${reasonOf(error)}`, Exit.usage);
  }
}

/** Ends the program where a file would be lost: one of those that were read in any case. */
function refuseToOverwrite(output: string, inputs: readonly string[], force: boolean): void {
  const there = infoOf(output);
  const read = inputs.map((input) => (input === "-" ? fstatSync(0, { bigint: true }) : infoOf(input)));
  const isInput = there !== undefined && read.some((one) => one?.dev === there.dev && one.ino === there.ino);
  if (isInput) fail(`${output} is what is converted, and is not written over: name another file for -o`, Exit.usage);
  // A symbolic link to nothing is there, too: a file elsewhere would be made.
  if (!force && infoOf(output, lstatSync) !== undefined) failExisting(output);
}

/** Undefined: there is no such file, or nobody can look. */
function infoOf(file: string, stat: typeof statSync | typeof lstatSync = statSync): BigIntStats | undefined {
  try {
    return stat(file, { bigint: true });
  } catch {
    return undefined;
  }
}

function failExisting(output: string): never {
  return fail(`${output} is there already, and is not written over: name another file for -o, or give --force`, Exit.usage);
}

function write(text: string, output: string, force: boolean): void {
  try {
    writeFileSync(output, text, { flag: force ? "w" : "wx" });
  } catch (error) {
    // Somebody else has made it meanwhile.
    if ((error as NodeJS.ErrnoException).code === "EEXIST") failExisting(output);
    fail(`${output} can't be written: ${reasonOf(error)}`);
  }
}

function summary(errors: number, warnings: number, output: string | undefined): string {
  if (errors + warnings === 0) return "everything was carried over";
  const parts = [count(errors, "error"), count(warnings, "warning")].filter((part) => part !== undefined);
  const said = `${parts.join(" and ")}, see above`;
  if (errors === 0) return said;
  if (output === undefined) return `${said}; what is written is to be completed by hand`;
  return `${said}; ${output} is not written: without -o what could be carried over goes to standard output, to be completed by hand`;
}

function count(number: number, what: string): string | undefined {
  return number === 0 ? undefined : `${number} ${what}${number === 1 ? "" : "s"}`;
}
