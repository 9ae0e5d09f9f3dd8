import { type Command, Option } from "commander";
import { askFor } from "../server/control.ts";
import type { Usage } from "../server/usage.ts";
import { addDatabaseOption } from "./database.ts";
import { printLines, terminalWidth } from "./output.ts";
import { askRunningServer } from "./running-server.ts";
import { type Column, tableOf } from "./table.ts";
import { formatCount, share, sum, type UsagePart, type UsageRow, usageRows } from "./usage/rows.ts";

interface UsageOptions {
  readonly database: string;
  readonly json?: true;
  readonly by: UsagePart;
  readonly network?: string;
  readonly sharedNetwork?: string;
}

export function addUsageCommand(program: Command): void {
  addDatabaseOption(program.command("usage"))
    .description("tell how many addresses of a server that runs are in use: by range, network or shared network")
    .addOption(
      new Option("--by <part>", "what to list; link: shared networks, and networks on their own")
        .choices(["range", "network", "link"])
        .default("network"),
    )
    .option("--network <prefix>", "only this network")
    .option("--shared-network <name>", "only this shared network")
    .option("--json", "one JSON object a line")
    .action(usage);
}

async function usage({ database, json, by, network, sharedNetwork: link }: UsageOptions): Promise<void> {
  const { result } = await askRunningServer(database, (path) => askFor(path, { kind: "usage", network, link }));
  const told = result as Usage;
  if (json) {
    const rows = { range: told.ranges, network: told.networks, link: told.links }[by];
    await printLines<object>(rows, (row) => JSON.stringify(row));
  } else await printLines(linesOf(usageRows(told, by), by), (line) => line);
}

function linesOf(rows: readonly UsageRow[], by: UsagePart): readonly string[] {
  if (rows.length === 0) return ["nothing to lease"];
  const number = (name: string, keep?: number): Column => ({ name, align: "right", ...(keep !== undefined && { keep }) });
  const columns: Column[] = [
    { name: by === "link" ? "SHARED NETWORK" : by.toUpperCase(), least: 30 },
    number("CAPACITY"),
    number("USED"),
    number(""),
    number("HELD", 3),
    number("DECLINED", 4),
    number("FREE"),
    number("REMEMBERED", 5),
    ...(by === "range" ? [] : [number("RESERVED", 2), number("OF THEM USED", 1)]),
  ];
  return tableOf(
    columns,
    [...rows, ...totals(rows)].map((row) => textsOf(row, by)),
    terminalWidth(),
  );
}

function textsOf({ name, capacity, used, held, declined, free, remembered, reserved, reserved_used }: UsageRow, by: UsagePart) {
  const count = (number: number | undefined): string => (number === undefined ? "" : formatCount(number));
  return [
    name,
    count(capacity),
    count(used),
    share(used, capacity),
    count(held),
    count(declined),
    count(free),
    count(remembered),
    ...(by === "range" ? [] : [count(reserved), count(reserved_used)]),
  ];
}

/** Of IPv4, where there are several: there addresses are all that is leased. */
function totals(rows: readonly UsageRow[]): readonly UsageRow[] {
  const own = rows.filter(({ protocol }) => protocol === "dhcp4");
  if (own.length < 2) return [];
  const isCounted = own.every(({ reserved }) => reserved !== undefined);
  const of = (count: "reserved" | "reserved_used"): number => own.reduce((total, row) => total + (row[count] ?? 0), 0);
  const counted = isCounted ? { reserved: of("reserved"), reserved_used: of("reserved_used") } : {};
  return [{ protocol: "dhcp4", name: own.length === rows.length ? "total" : "total of DHCPv4", ...sum(own), ...counted }];
}
