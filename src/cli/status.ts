import type { Command } from "commander";
import { askFor, askForStatus, controlPath } from "../server/control.ts";
import type { Usage } from "../server/usage.ts";
import { addDatabaseOption } from "./database.ts";
import { Exit } from "./exit.ts";
import { printLines, terminalWidth } from "./output.ts";
import { askRunningServer } from "./running-server.ts";
import { linesOfStatus } from "./status/text.ts";
import { wrapped } from "./table.ts";

interface StatusOptions {
  readonly database: string;
  readonly json?: true;
  readonly quiet?: true;
}

export function addStatusCommand(program: Command): void {
  addDatabaseOption(program.command("status"))
    .description("tell how a server that runs is: health, configuration, use of networks, leases, interfaces, counters")
    .option("--json", "one JSON object")
    .option("-q, --quiet", "print nothing: the exit status tells (0: ok, 1: failed or not running, 3: degraded)")
    .action(status);
}

/** The exit status by the server's health. */
const EXIT_OF = { ok: Exit.ok, degraded: Exit.degraded, failed: Exit.failed } as const;

async function status({ database, json, quiet }: StatusOptions): Promise<void> {
  const { status: told } = await askRunningServer(database, askForStatus);
  process.exitCode = EXIT_OF[told.health.state];
  if (quiet) return;
  const usage = await usageOf(database);
  if (json) return printLines([{ ...told, networks: usage?.networks }], (one) => JSON.stringify(one));
  const terminal = terminalWidth();
  await printLines(
    linesOfStatus(told, usage).flatMap((line) => {
      const [indent = ""] = /^ */.exec(line) ?? [];
      return wrapped(line.slice(indent.length), indent, terminal);
    }),
    (line) => line,
  );
}

/** How much is in use; undefined: the server does not say so, and yet it can be told how it is. */
async function usageOf(database: string): Promise<Usage | undefined> {
  try {
    const answer = await askFor(controlPath(database), { kind: "usage" });
    return answer !== undefined && "result" in answer ? (answer.result as Usage) : undefined;
  } catch {
    return undefined;
  }
}
