import { text } from "node:stream/consumers";
import type { Command } from "commander";
import { allocatableSize } from "../config/build/dhcp4/ranges.ts";
import { adviceOn, loadConfigFile, loadConfigText } from "../config/file.ts";
import type { Config } from "../config/model/config.ts";
import type { Dhcp6Config } from "../config/model/dhcp6.ts";
import { printConfig } from "../config/print.ts";
import { jsonSchema } from "../config/schema/json-schema.ts";
import { formatDiagnostics } from "../config/text/diagnostic.ts";
import { Exit } from "./exit.ts";

interface CheckOptions {
  readonly schema?: true;
  readonly print?: true;
}

export function addCheckCommand(program: Command): void {
  const command = program
    .command("check")
    .description("Check a configuration: every problem at once, each with its place and what to do. Changes nothing, needs no privileges.")
    .argument("[file]", "configuration: YAML, JSON, a TypeScript module, or a file of dhcpd, Kea or dnsmasq; - reads standard input")
    .option("--schema", "print the JSON Schema of configuration files instead")
    .option("--print", "print the configuration as it is understood: defaults filled in, inherited settings where they apply")
    .addHelpText(
      "after",
      "\nExit status: 0 the configuration is good, 1 it has problems, 2 it can't be read or\nthe command line is wrong.",
    )
    .action((file: string | undefined, options: CheckOptions) => check(command, file, options));
  command.exitOverride((error) => process.exit(error.exitCode === 0 ? Exit.ok : Exit.usage));
}

async function check(command: Command, file: string | undefined, options: CheckOptions): Promise<void> {
  if (options.schema) {
    if (file !== undefined || options.print) command.error("error: --schema takes neither a file nor --print");
    process.stdout.write(`${JSON.stringify(jsonSchema(), undefined, 2)}\n`);
    return;
  }
  if (file === undefined) return command.error("error: name the configuration file to check");
  const name = file === "-" ? "standard input" : file;
  const loaded = file === "-" ? loadConfigText(await text(process.stdin), name) : await loadConfigFile(file);
  for (const text of formatDiagnostics(loaded.ok ? loaded.warnings : loaded.diagnostics, name, loaded.source)) {
    process.stderr.write(`${text}\n`);
  }
  if (!loaded.ok) {
    const errors = loaded.diagnostics.filter(({ severity }) => severity === "error").length;
    if (loaded.readable) process.stderr.write(`${name}: ${count(errors, "problem")}${adviceOn(loaded, name)}\n`);
    process.exitCode = loaded.readable ? Exit.failed : Exit.usage;
  } else if (options.print) process.stdout.write(printConfig(loaded.config));
  else
    process.stdout.write(
      `${name}: ok${loaded.translatedFrom === undefined ? "" : `, a file of ${loaded.translatedFrom}`}: ${summary(loaded.config)}\n`,
    );
}

/** What a configuration serves, in one line: of DHCPv4 unless there is only DHCPv6. */
function summary(config: Config): string {
  const { dhcp6 } = config;
  if (dhcp6 === undefined) return summary4(config);
  return config.networks.length === 0 ? summary6(dhcp6) : `${summary4(config)}; ${summary6(dhcp6)}`;
}

function summary4(config: Config): string {
  const addresses = config.ranges.reduce((sum, range) => sum + allocatableSize(range, range.excluded), 0);
  return [
    countNetworks(config, "network"),
    `${count(config.ranges.length, "range")} with ${count(addresses, "address", "addresses")}`,
    count(countReservations(config), "reservation"),
  ].join(", ");
}

/** Ranges of IPv6 have more addresses than anybody counts. */
function summary6(config: Dhcp6Config): string {
  const ranges = config.pools.filter(({ kind }) => kind === "addresses").length;
  return [
    countNetworks(config, "IPv6 network"),
    count(ranges, "range"),
    count(config.pools.length - ranges, "pool of prefixes", "pools of prefixes"),
    count(countReservations(config), "reservation"),
  ].join(", ");
}

interface Linked {
  readonly networks: readonly { readonly reservations: readonly (readonly { readonly match: unknown }[])[] }[];
  readonly links: readonly { readonly networks: readonly unknown[] }[];
}

function countNetworks({ networks, links }: Linked, what: string): string {
  const shared = links.filter((link) => link.networks.length > 1).length;
  return count(networks.length, what) + (shared === 0 ? "" : ` (${count(shared, "link")} with several)`);
}

/** One that applies in many networks is one, with the same match in each. */
function countReservations({ networks }: Linked): number {
  const lists = new Set(networks.flatMap((network) => network.reservations));
  return new Set([...lists].flatMap((list) => list.map(({ match }) => match))).size;
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
