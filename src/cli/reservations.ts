import { readFileSync } from "node:fs";
import { type Command, Option } from "commander";
import { parse, stringify } from "yaml";
import { askFor } from "../server/control.ts";
import type { ListedReservation } from "../server/reservation-requests.ts";
import type { RuntimeReservation } from "../server/runtime-reservations.ts";
import { addDatabaseOption } from "./database.ts";
import { Exit, fail } from "./exit.ts";
import { askRunningServer } from "./running-server.ts";

interface Options {
  readonly database: string;
}

const A_RESERVATION =
  "the reservation in YAML or JSON, as in the configuration: \"{match: {chaddr: '02:00:00:00:00:01'}, ip: 10.0.0.5}\"; - reads it";

export function addReservationsCommand(program: Command): void {
  const command = program
    .command("reservations")
    .description("list the reservations of a server that runs, and add, change and remove them while it runs")
    .addHelpText(
      "after",
      `
What is added is kept in the lease database and served by beside the
reservations of the file, from the client's next message on. What the file says
goes first.

Examples:
  leasehold reservations
  leasehold reservations add --id printer \\
      "{match: {chaddr: '02:00:00:00:00:01'}, ip: 10.0.0.5}"
  leasehold reservations change printer \\
      "{match: {chaddr: '02:00:00:00:00:01'}, ip: 10.0.0.6}"
  leasehold reservations remove printer`,
    );
  addDatabaseOption(command.command("list", { isDefault: true }))
    .description("those of the file, and those that were added")
    .option("--json", "one JSON object in a line")
    .action(list);
  addDatabaseOption(command.command("add"))
    .description("add a reservation; prints its identifier")
    .argument("<reservation>", A_RESERVATION)
    .addOption(new Option("--id <id>", "its name in later commands; default: a random one"))
    .action(add);
  addDatabaseOption(command.command("change"))
    .description("put another reservation in the place of one that was added")
    .argument("<id>", "its identifier")
    .argument("<reservation>", A_RESERVATION)
    .action(change);
  addDatabaseOption(command.command("remove"))
    .description("take a reservation back that was added")
    .argument("<id>", "its identifier")
    .action(remove);
}

async function list({ database, json }: Options & { readonly json?: true }): Promise<void> {
  const listed = await ask<readonly ListedReservation[]>(database, { kind: "reservations" });
  for (const one of listed) process.stdout.write(json ? `${JSON.stringify(one)}\n` : `${lineOf(one)}\n`);
}

function lineOf({ id, origin, inside, reservation, problem }: ListedReservation): string {
  const name = id === undefined ? origin : `${id}, ${origin}`;
  const line = `${name}${inside === undefined ? "" : `, in ${inside}`}: ${flow(reservation)}`;
  return problem === undefined ? line : `${line}\n  is not served by: ${problem.replaceAll("\n", "\n  ")}`;
}

function flow(value: unknown): string {
  return stringify(value, { collectionStyle: "flow", lineWidth: 0 }).trimEnd();
}

async function add(text: string, { database, id }: Options & { readonly id?: string }): Promise<void> {
  process.stdout.write(`${(await reserve(database, text, id === undefined ? {} : { id, exists: false })).id}\n`);
}

async function change(id: string, text: string, { database }: Options): Promise<void> {
  await reserve(database, text, { id, exists: true });
}

async function remove(id: string, { database }: Options): Promise<void> {
  await ask(database, { kind: "unreserve", id });
}

function reserve(database: string, text: string, which: { readonly id?: string; readonly exists?: boolean }): Promise<RuntimeReservation> {
  return ask(database, { kind: "reserve", reservation: readReservation(text), by: "leasehold reservations", ...which });
}

function readReservation(argument: string): unknown {
  const text = argument === "-" ? readFileSync(process.stdin.fd, "utf8") : argument;
  try {
    const value: unknown = parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch (error) {
    fail(`the reservation is neither YAML nor JSON: ${error instanceof Error ? error.message : String(error)}`, Exit.usage);
  }
  return fail(`the reservation is no map: write for example "{match: {chaddr: '02:00:00:00:00:01'}, ip: 10.0.0.5}"`, Exit.usage);
}

async function ask<T>(database: string, request: { readonly kind: string; readonly [key: string]: unknown }): Promise<T> {
  return (await askRunningServer(database, (path) => askFor(path, request))).result as T;
}
