import type { Command } from "commander";
import { askServer } from "../server/control.ts";
import { askRunningServer } from "./running-server.ts";

export function addReloadCommand(program: Command): void {
  program
    .command("reload")
    .description("have a server that runs read its configuration again; one with problems changes nothing")
    .requiredOption("-d, --database <file>", "lease database of the server")
    .action(reload);
}

async function reload({ database }: { readonly database: string }): Promise<void> {
  const { done, notes = [] } = await askRunningServer(database, (path) => askServer(path, { kind: "reload" }));
  for (const note of notes) process.stderr.write(`${note}\n`);
  process.stdout.write(`the configuration was read again: ${done} ${done === 1 ? "network is" : "networks are"} served\n`);
}
