import type { Command } from "commander";
import type { ConfigChange } from "../config/changes.ts";
import { askFor, askServer } from "../server/control.ts";
import type { PlannedLeases } from "../server/plan.ts";
import type { PlanAnswer } from "../server/plan-request.ts";
import { addDatabaseOption } from "./database.ts";
import { Exit, fail } from "./exit.ts";
import { askRunningServer } from "./running-server.ts";

interface ReloadOptions {
  readonly database: string;
  readonly dryRun?: true;
  readonly json?: true;
}

export function addReloadCommand(program: Command): void {
  addDatabaseOption(program.command("reload"))
    .description("have a server that runs read its configuration again; one with problems changes nothing")
    .option("--dry-run", "tell what would change, and whose addresses would be lost; nothing changes")
    .option("--json", "with --dry-run: one JSON object")
    .action(reload);
}

async function reload({ database, dryRun, json }: ReloadOptions): Promise<void> {
  if (dryRun) return plan(database, json);
  if (json) fail("--json goes with --dry-run", Exit.usage);
  const { done, notes = [] } = await askRunningServer(database, (path) => askServer(path, { kind: "reload" }));
  for (const note of notes) process.stderr.write(`${note}\n`);
  process.stdout.write(`the configuration was read again: ${done} ${done === 1 ? "network is" : "networks are"} served\n`);
}

async function plan(database: string, json: true | undefined): Promise<void> {
  const answer = (await askRunningServer(database, (path) => askFor(path, { kind: "plan" }))).result as PlanAnswer;
  if (json) {
    process.stdout.write(`${JSON.stringify(answer)}\n`);
    return;
  }
  for (const warning of answer.warnings) process.stderr.write(`${warning}\n`);
  const { summary, changes, count, fixed, leases } = answer;
  const lines = [
    summary,
    ...linesOf(changes),
    ...(count > changes.length ? [`  and ${count - changes.length} more changes: --json tells the first ${changes.length}`] : []),
    ...fixed,
    ...leaseLines(leases),
  ];
  process.stdout.write(lines.map((line) => `${line}\n`).join(""));
}

const SIGNS = { added: "+", removed: "-", changed: "~" } as const;
/** So many networks are named one by one. */
const MOST_NAMED = 3;

/** What is the same in several networks is one line. */
function linesOf(changes: readonly ConfigChange[]): readonly string[] {
  const groups = new Map<string, { readonly change: ConfigChange; readonly networks: string[] }>();
  for (const change of changes) {
    const { network, ...rest } = change;
    const key = JSON.stringify(rest);
    const group = groups.get(key) ?? { change, networks: [] };
    groups.set(key, group);
    if (network !== undefined) group.networks.push(network);
  }
  return [...groups.values()].map(({ change, networks }) => lineOf(change, networks));
}

function lineOf({ how, what, name, section, before, after }: ConfigChange, networks: readonly string[]): string {
  const named = networks.slice(0, MOST_NAMED).join(", ");
  const more = networks.length > MOST_NAMED ? ` and ${networks.length - MOST_NAMED} more networks` : "";
  const where = networks.length === 0 ? (section === "v6" && what !== "network" ? " of DHCPv6" : "") : ` of ${named}${more}`;
  const values = how === "changed" ? `: ${short(before)} -> ${short(after)}` : isValue(what) ? `: ${short(after ?? before)}` : "";
  return `  ${SIGNS[how]} ${what} ${name}${where}${values}`;
}

function isValue(what: ConfigChange["what"]): boolean {
  return what === "option" || what === "setting" || what === "reservation";
}

const LONGEST = 120;

function short(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
}

function leaseLines(leases: PlannedLeases | undefined): readonly string[] {
  if (leases === undefined) return ["leases are in memory only: nobody looked whose addresses would be lost"];
  const { bound, lost, first, unknown } = leases;
  return [
    `${lost} of ${bound} ${bound === 1 ? "client" : "clients"} would lose the address at the next renewal${lost === 0 ? "" : ":"}`,
    ...first.map(
      ({ address, client, hostname, network, why }) =>
        `  ${address}  ${client}${hostname === undefined ? "" : ` ${hostname}`}  of ${network || "no network"}: ${why}`,
    ),
    ...(lost > first.length ? [`  and ${lost - first.length} more`] : []),
    ...(unknown > 0
      ? [`${unknown} can't be told without a message: the network, range or reservation is for classes, or for hosts with a reservation`]
      : []),
  ];
}
