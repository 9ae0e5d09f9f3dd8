import { type Command, InvalidArgumentError } from "commander";
import type { PendingUpdate } from "../dns/updates/status.ts";
import type { SyncReport, ZoneReport } from "../dns/updates/sync.ts";
import { askFor } from "../server/control.ts";
import { addDatabaseOption } from "./database.ts";
import { Exit } from "./exit.ts";
import { outliveReader } from "./guard-output.ts";
import { askRunningServer } from "./running-server.ts";

const JSON_LINES = ["--json", "one JSON object a line"] as const;
/** What is told in one answer. */
const AT_ONCE = 1000;

interface Options {
  readonly database: string;
  readonly json?: true;
}

export function addDnsCommand(program: Command): void {
  const command = program
    .command("dns")
    .description("tell which names resolve, what DNS servers have not been told yet, and repair what they have")
    .addHelpText(
      "after",
      `
Examples:
  leasehold dns names
  leasehold dns pending
  leasehold dns sync --dry-run`,
    );
  addDatabaseOption(command.command("names", { isDefault: true }))
    .description("names, and the addresses that they stand for")
    .option(...JSON_LINES)
    .action(names);
  addDatabaseOption(command.command("conflicts"))
    .description("hosts that go without the name that they claim, for another one has it")
    .option(...JSON_LINES)
    .action(conflicts);
  addDatabaseOption(command.command("pending"))
    .description("updates that no DNS server has taken yet, with the reason")
    .option(...JSON_LINES)
    .option("--limit <count>", `at most so many, up to ${AT_ONCE}`, countOf, 100)
    .action(pending);
  addDatabaseOption(command.command("sync"))
    .description("compare the zones of DNS servers with the leases, and repair them")
    .option(...JSON_LINES)
    .option("--dry-run", "tell what differs, and change nothing; exits with 1 where something does")
    .action(sync);
}

/** What the server answers to a question. */
async function asked(database: string, request: Readonly<Record<string, unknown>> & { readonly kind: string }): Promise<unknown> {
  const { result } = await askRunningServer(database, (path) => askFor(path, request));
  return result;
}

interface ListedName {
  readonly name: string;
  readonly addresses: readonly { readonly address: string; readonly reserved: boolean; readonly expiry?: string }[];
}

async function names({ database, json }: Options): Promise<void> {
  let after = "";
  for (;;) {
    const found = (await asked(database, { kind: "dns-names", after, limit: AT_ONCE })) as readonly ListedName[];
    for (const one of found) print(json ? JSON.stringify(one) : `${one.name}  ${one.addresses.map(({ address }) => address).join(" ")}`);
    const last = found.at(-1);
    if (last === undefined || found.length < AT_ONCE) return;
    after = last.name;
  }
}

interface Conflict {
  readonly name: string;
  readonly owner: string;
  readonly refused: string;
}

async function conflicts({ database, json }: Options): Promise<void> {
  const found = (await asked(database, { kind: "dns-conflicts", limit: AT_ONCE })) as readonly Conflict[];
  for (const one of found) {
    const reason = one.owner === "" ? "no client may have it" : `it is that of ${one.owner}`;
    print(json ? JSON.stringify(one) : `${one.refused} goes without ${one.name}: ${reason}`);
  }
}

async function pending({ database, json, limit }: Options & { readonly limit: number }): Promise<void> {
  const found = (await asked(database, { kind: "dns-pending", limit })) as readonly PendingUpdate[];
  for (const one of found) print(json ? JSON.stringify(one) : textOf(one));
}

function textOf({ kind, name, addresses, state, servers, problem, retryIn }: PendingUpdate): string {
  const what =
    kind === "forward" ? `${name}  ${addresses.join(" ") || "to be removed"}` : `${addresses.join(" ")}  ${name ?? "to be removed"}`;
  const again = retryIn === undefined ? "" : `, again in ${retryIn} s`;
  return `${what}  ${state}${again}, for ${servers.join(", ")}${problem === undefined ? "" : `: ${problem}`}`;
}

async function sync({ database, json, dryRun }: Options & { readonly dryRun?: true }): Promise<void> {
  outliveReader();
  const { zones } = (await asked(database, { kind: "dns-sync", repair: dryRun !== true })) as SyncReport;
  for (const zone of zones) {
    print(json ? JSON.stringify(zone) : reportOf(zone));
    if (!json) for (const example of zone.examples) print(`  ${example}`);
  }
  const isCompared = zones.every(({ how }) => how !== undefined);
  const isAsLeasesAre = zones.every(({ missing, wrong, orphaned }) => missing + wrong + orphaned === 0);
  if (!isCompared || (dryRun && !isAsLeasesAre)) process.exitCode = Exit.failed;
}

function reportOf({ zone, server, how, problem, right, missing, wrong, orphaned, foreign, repaired }: ZoneReport): string {
  const where = `${zone}${server === undefined ? "" : ` at ${server}`}`;
  if (how === undefined) return `${where}: can't be compared: ${problem}`;
  const seen =
    how === "axfr" ? "the whole zone" : `names that clients have, asked for one by one${problem === undefined ? "" : `, for ${problem}`}`;
  const counts = Object.entries({ right, missing, wrong, orphaned, foreign, "being repaired": repaired });
  return `${where} (${seen}): ${counts.map(([name, count]) => `${count} ${name}`).join(", ")}`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function countOf(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > AT_ONCE) throw new InvalidArgumentError(`expected a number from 1 to ${AT_ONCE}`);
  return count;
}
