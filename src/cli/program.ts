import { Command, Help, Option } from "commander";
import { didYouMean } from "../config/text/suggest.ts";
import { Exit } from "./exit.ts";
import { VERSION } from "./version.ts";

/** What adds each command, in the order of the help. */
const COMMANDS: Readonly<Record<string, () => Promise<(program: Command) => void>>> = {
  serve: async () => (await import("./serve.ts")).addServeCommand,
  check: async () => (await import("./check.ts")).addCheckCommand,
  convert: async () => (await import("./convert.ts")).addConvertCommand,
  leases: async () => (await import("./leases.ts")).addLeasesCommand,
  import: async () => (await import("./import.ts")).addImportCommand,
  status: async () => (await import("./status.ts")).addStatusCommand,
  usage: async () => (await import("./usage.ts")).addUsageCommand,
  dns: async () => (await import("./dns.ts")).addDnsCommand,
  reload: async () => (await import("./reload.ts")).addReloadCommand,
  explain: async () => (await import("./explain.ts")).addExplainCommand,
  reservations: async () => (await import("./reservations.ts")).addReservationsCommand,
  probe: async () => (await import("./probe.ts")).addProbeCommand,
  client: async () => (await import("./client.ts")).addClientCommand,
  decode: async () => (await import("./decode.ts")).addDecodeCommand,
  bench: async () => (await import("./bench.ts")).addBenchCommand,
};

const HELP = "help";

/**
 * The command line: all commands, with their help; or the one that is `asked` for alone, where it
 * is one: together they need much more than any of them.
 */
export async function createProgram(asked?: string): Promise<Command> {
  const program = new Command("leasehold")
    .description("A DHCP server whose acknowledged leases are on disk, and whose decisions can be explained.")
    .version(VERSION)
    .showHelpAfterError("(run with --help to see what there is)")
    .configureHelp({ optionDescription: describeOption })
    // Commander ends with 1 when the command line is wrong; so does a command that fails, and the
    // two must be told apart.
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? Exit.ok : Exit.usage));

  const one = asked !== undefined && Object.hasOwn(COMMANDS, asked) ? COMMANDS[asked] : undefined;
  const adding = await Promise.all((one === undefined ? Object.values(COMMANDS) : [one]).map((load) => load()));
  for (const add of adding) add(program);
  if (one === undefined) addHelpCommand(program, "such as check, or dns names");
  for (const command of program.commands) {
    if (command.commands.length === 0) continue;
    refuseUnknown(command);
    addHelpCommand(command, `such as ${command.commands[0]?.name()}`);
  }
  return program;
}

/**
 * What was typed, as the program takes it: of a command with commands of its own, the name of one
 * of them may stand behind options, which are that one's.
 */
export function inOrder(program: Command, typed: readonly string[]): readonly string[] {
  const [name = "", ...args] = typed;
  const own = commandNamed(program, name)?.commands ?? [];
  const options = own.flatMap((one) => one.options).filter(({ required }) => required);
  const takesValue = (arg: string): boolean => options.some(({ short, long }) => arg === short || arg === long);
  const at = args.findIndex((arg, i) => !arg.startsWith("-") && (i === 0 || !takesValue(args[i - 1] as string)));
  const isBehind = own.length > 0 && at > 0 && !args.slice(0, at).includes("--");
  if (!isBehind) return typed;
  // Help is about the command alone, whatever was to be done with it.
  return args[at] === HELP ? [name, ...args.slice(at)] : [name, args[at] as string, ...args.toSpliced(at, 1)];
}

/** `leasehold help dns names`: also of commands of commands, and it says what there isn't. */
function addHelpCommand(parent: Command, example: string): void {
  parent.helpCommand(false);
  parent
    .command(HELP)
    .description("display help for a command")
    .argument("[command...]", example)
    .action((names: readonly string[]) => {
      let command = parent;
      for (const name of names) command = commandNamed(command, name) ?? unknown(command, name);
      command.help();
    });
}

/**
 * A command that has a default among its own takes a word that it does not know for an argument of
 * that one.
 */
function refuseUnknown(command: Command): void {
  command.hook("preSubcommand", ({ args: [word] }) => {
    if (word !== undefined && !word.startsWith("-") && commandNamed(command, word) === undefined) unknown(command, word);
  });
}

function commandNamed(command: Command, name: string): Command | undefined {
  return command.commands.find((one) => one.name() === name);
}

function unknown(command: Command, name: string): never {
  const all = command.commands.map((one) => one.name());
  const names = all.filter((one) => one !== HELP);
  const hint =
    didYouMean(name, all)?.replace(/^d(.*)"(.*)"/, "D$1$2") ??
    (names.length === 0 ? "it has none of its own" : `there are ${names.join(", ")}`);
  return command.error(`error: unknown command '${name}'\n(${hint})`);
}

/** Of an option that may be repeated the list is empty without it: that goes without saying. */
function describeOption(option: Option): string {
  const isEmpty = Array.isArray(option.defaultValue) && option.defaultValue.length === 0;
  const shown = isEmpty ? Object.assign(new Option(option.flags, option.description), { argChoices: option.argChoices }) : option;
  return Help.prototype.optionDescription(shown);
}
