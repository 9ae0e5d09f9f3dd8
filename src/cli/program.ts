import { Command, Help, Option } from "commander";
import { didYouMean } from "../config/text/suggest.ts";
import { addBenchCommand } from "./bench.ts";
import { addCheckCommand } from "./check.ts";
import { addClientCommand } from "./client.ts";
import { addConvertCommand } from "./convert.ts";
import { addDecodeCommand } from "./decode.ts";
import { addDnsCommand } from "./dns.ts";
import { Exit } from "./exit.ts";
import { addExplainCommand } from "./explain.ts";
import { addImportCommand } from "./import.ts";
import { addLeasesCommand } from "./leases.ts";
import { addProbeCommand } from "./probe.ts";
import { addReloadCommand } from "./reload.ts";
import { addReservationsCommand } from "./reservations.ts";
import { addServeCommand } from "./serve.ts";
import { addStatusCommand } from "./status.ts";
import { addUsageCommand } from "./usage.ts";
import { VERSION } from "./version.ts";

/** The command line: all commands, with their help. */
export function createProgram(): Command {
  const program = new Command("leasehold")
    .description("A DHCP server whose acknowledged leases are on disk, and whose decisions can be explained.")
    .version(VERSION)
    .showHelpAfterError("(run with --help to see what there is)")
    .configureHelp({ optionDescription: describeOption })
    // Commander ends with 1 when the command line is wrong; so does a command that fails, and the
    // two must be told apart.
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? Exit.ok : Exit.usage));

  addServeCommand(program);
  addCheckCommand(program);
  addConvertCommand(program);
  addLeasesCommand(program);
  addImportCommand(program);
  addStatusCommand(program);
  addUsageCommand(program);
  addDnsCommand(program);
  addReloadCommand(program);
  addExplainCommand(program);
  addReservationsCommand(program);
  addProbeCommand(program);
  addClientCommand(program);
  addDecodeCommand(program);
  addBenchCommand(program);
  addHelpCommand(program);
  for (const command of program.commands) refuseUnknown(command);
  return program;
}

/** `leasehold help dns names`: also of commands of commands, and it says what there isn't. */
function addHelpCommand(program: Command): void {
  program.helpCommand(false);
  program
    .command("help")
    .description("display help for a command")
    .argument("[command...]", "such as check, or dns names")
    .action((names: readonly string[]) => {
      let command = program;
      for (const name of names) command = commandNamed(command, name) ?? unknown(command, name);
      command.help();
    });
}

/**
 * A command that has a default among its own takes a word that it does not know for an argument of
 * that one.
 */
function refuseUnknown(command: Command): void {
  if (command.commands.length === 0) return;
  command.helpCommand(false);
  command.hook("preSubcommand", ({ args: [word] }) => {
    if (word !== undefined && !word.startsWith("-") && commandNamed(command, word) === undefined) unknown(command, word);
  });
}

function commandNamed(command: Command, name: string): Command | undefined {
  return command.commands.find((one) => one.name() === name);
}

function unknown(command: Command, name: string): never {
  const names = command.commands.map((one) => one.name());
  const hint = didYouMean(name, names)?.replace(/^d(.*)"(.*)"/, "D$1$2") ?? `there are ${names.join(", ")}`;
  return command.error(`error: unknown command '${name}'\n(${hint})`);
}

/** Of an option that may be repeated the list is empty without it: that goes without saying. */
function describeOption(option: Option): string {
  const isEmpty = Array.isArray(option.defaultValue) && option.defaultValue.length === 0;
  const shown = isEmpty ? Object.assign(new Option(option.flags, option.description), { argChoices: option.argChoices }) : option;
  return Help.prototype.optionDescription(shown);
}
