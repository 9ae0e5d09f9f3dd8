import { readFileSync, writeFileSync } from "node:fs";
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
}

export function addConvertCommand(program: Command): void {
  const command = program
    .command("convert")
    .description("write the configuration of another server as one of Leasehold; what is not carried over is said on standard error")
    .argument("<file...>", "dhcpd.conf, a file of Kea or dnsmasq.conf; several, such as one for each protocol, become one")
    .addOption(new Option("--from <server>", "whose file it is (default: by its name and text)").choices(FORMATS.map(({ name }) => name)))
    .option("-o, --output <file>", "where to write (default: standard output)")
    .addHelpText(
      "after",
      `
Exit status: 0 all that matters was carried over, 1 something was not, which is
said (what could be is written), 2 a file can't be read or its format is not
known.`,
    )
    .action(convert);
  command.exitOverride((error) => process.exit(error.exitCode === 0 ? Exit.ok : Exit.usage));
}

function convert(files: readonly string[], { from, output }: ConvertOptions): void {
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
  const built = buildTranslation(translation);
  const [name = ""] = files;
  const diagnostics = built.ok ? built.warnings : built.diagnostics;
  for (const text of formatDiagnostics(diagnostics, name, translation.sources)) process.stderr.write(`${text}\n`);

  const sources = read.map((one) => `${basename(one.name)} (${one.format.title})`).join(" and ");
  write(writeTranslation(translation, [`Converted from ${sources} by leasehold ${VERSION}.`]), output);
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  process.stderr.write(`${files.join(" and ")}: ${summary(errors, diagnostics.length - errors)}\n`);
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

function write(text: string, output: string | undefined): void {
  if (output === undefined) {
    process.stdout.write(text);
    return;
  }
  try {
    writeFileSync(output, text);
  } catch (error) {
    fail(`${output} can't be written: ${reasonOf(error)}`);
  }
}

function summary(errors: number, warnings: number): string {
  if (errors + warnings === 0) return "everything was carried over";
  const parts = [count(errors, "error"), count(warnings, "warning")].filter((part) => part !== undefined);
  return `${parts.join(" and ")}, see above${errors > 0 ? "; what is written is to be completed by hand" : ""}`;
}

function count(number: number, what: string): string | undefined {
  return number === 0 ? undefined : `${number} ${what}${number === 1 ? "" : "s"}`;
}
