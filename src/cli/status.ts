import type { Command } from "commander";
import { askForStatus } from "../server/control.ts";
import type { ServiceStatus, Status } from "../server/operations.ts";
import { askRunningServer } from "./running-server.ts";

interface StatusOptions {
  readonly database: string;
  readonly json?: true;
}

/** Seconds in a day, an hour and a minute. */
const UNITS = [
  { size: 86400, unit: "d" },
  { size: 3600, unit: "h" },
  { size: 60, unit: "min" },
];

export function addStatusCommand(program: Command): void {
  program
    .command("status")
    .description("tell how a server that runs is: health, configuration, leases, interfaces, counters")
    .requiredOption("-d, --database <file>", "lease database of the server")
    .option("--json", "one JSON object")
    .action(status);
}

async function status({ database, json }: StatusOptions): Promise<void> {
  const answer = await askRunningServer(database, askForStatus);
  process.stdout.write(json ? `${JSON.stringify(answer.status)}\n` : textOf(answer.status));
}

function textOf({ version, uptime, healthy, configuration, store, dhcp6, ...dhcp4 }: Status): string {
  const lines = [
    `leasehold ${version}, up for ${timeOf(uptime)}: ${healthy ? "healthy" : "leases can't be made durable, so none is given"}`,
    `configuration: ${configuration.file}, read at ${configuration.loaded}`,
    `leases: ${store}; ${dhcp4.leases.known} known`,
    ...linesOf("", dhcp4),
    ...(dhcp6 === undefined ? [] : [`DHCPv6 leases: ${dhcp6.leases.known} known`, ...linesOf("DHCPv6 ", dhcp6)]),
  ];
  return `${lines.join("\n")}\n`;
}

function linesOf(prefix: string, { interfaces, counters }: ServiceStatus): string[] {
  return [
    `${prefix}interfaces: ${interfaces.map(({ name, address }) => `${name} (${address})`).join(", ") || "none"}`,
    `${prefix}counters:`,
    ...Object.entries(counters).map(([name, count]) => `  ${name}: ${count}`),
  ];
}

/** The two largest units of it, such as "3 h 5 min". */
function timeOf(seconds: number): string {
  const parts: string[] = [];
  let left = seconds;
  for (const { size, unit } of UNITS) {
    if (left >= size) parts.push(`${Math.floor(left / size)} ${unit}`);
    left %= size;
  }
  return [...parts, `${left} s`].slice(0, 2).join(" ");
}
