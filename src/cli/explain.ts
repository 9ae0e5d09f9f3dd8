import type { Command } from "commander";
import { askFor } from "../server/control.ts";
import type { ToldDecision, ToldDecisions } from "../server/decisions.ts";
import { addDatabaseOption } from "./database.ts";
import { askRunningServer } from "./running-server.ts";

interface ExplainOptions {
  readonly database: string;
  readonly client: string;
  readonly messages?: true;
  readonly json?: true;
}

export function addExplainCommand(program: Command): void {
  addDatabaseOption(program.command("explain"))
    .description("tell what a server that runs decided about a client lately, and by which rules")
    .requiredOption("--client <client>", "its hardware address, client identifier or DUID in hex, or an address that it has")
    .option("--messages", "with the messages of the client, option by option")
    .option("--json", "one JSON object for each decision, on a line of its own")
    .action(explain);
}

async function explain({ database, client, messages, json }: ExplainOptions): Promise<void> {
  const { result } = await askRunningServer(database, (path) => askFor(path, { kind: "decisions", client }));
  const { decisions } = result as ToldDecisions;
  if (json) for (const decision of decisions) process.stdout.write(`${JSON.stringify(decision)}\n`);
  else process.stdout.write(decisions.length === 0 ? nothing(client) : decisions.map((one) => textOf(one, messages === true)).join("\n"));
}

function nothing(client: string): string {
  return (
    `nothing was decided about ${client} lately: no message of it came in, or so many others did that it is no longer kept.\n` +
    "A client that is known by its client identifier is found by that, or by its hardware address.\n"
  );
}

function textOf(
  { time, protocol, interface: where, from, message, outcome, decoded, trace, traced }: ToldDecision,
  messages: boolean,
): string {
  const lines = [`${time} ${protocol} ${message} from ${from} on ${where}: ${outcome}`];
  if (messages) lines.push(...decoded.map((line) => `    ${line}`));
  if (trace.length > 0 && traced === "now") lines.push("  as it would be decided now:");
  for (const { rule, text } of trace) lines.push(`  ${rule}: ${text}`);
  return `${lines.join("\n")}\n`;
}
