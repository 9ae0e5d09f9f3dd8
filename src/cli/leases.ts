import { type Command, Option } from "commander";
import { loadConfigFile } from "../config/file.ts";
import { IPV4_SPACE } from "../leases/dhcp4/space.ts";
import { IPV6_SPACE } from "../leases/dhcp6/space.ts";
import { readIpv4 } from "../net/ipv4.ts";
import { ipv6PrefixContains } from "../net/ipv6-prefix.ts";
import { parseIpv4Prefix, prefixContains } from "../net/prefix.ts";
import { parseLeased } from "../server/dhcp6/operations.ts";
import { type LeaseRow, readClock, readLeases } from "../store/sqlite/rows.ts";
import { openForReading } from "../store/sqlite/schema.ts";
import { Exit, fail } from "./exit.ts";
import * as dhcp4 from "./leases/dhcp4.ts";
import * as dhcp6 from "./leases/dhcp6.ts";
import { addOperations, changeLeases, type OperationOptions, operationsNamed } from "./leases/operate.ts";
import { COLUMNS, DHCP6_COLUMNS, type Printed } from "./leases/printed.ts";

interface LeasesOptions extends OperationOptions {
  readonly json?: true;
  readonly csv?: true;
  readonly config?: string;
  readonly address?: string;
  readonly mac?: string;
  readonly clientId?: string;
  readonly hostname?: string;
  readonly network?: string;
  readonly relay?: string;
}

interface Reserved {
  readonly v4: dhcp4.Reserved;
  readonly v6: dhcp6.Reserved;
}
type Filter = (lease: Printed, row: LeaseRow) => boolean;

/** What a terminal has room for. */
const TERMINAL_COLUMNS = ["address", "state", "hardware_address", "hostname", "expiry", "network"] as const;

export function addLeasesCommand(program: Command): void {
  const command = program
    .command("leases")
    .description("list the leases in a database, or end leases and probations; also while a server is using it")
    .requiredOption("-d, --database <file>", "lease database")
    .option("-c, --config <file>", "show the hostnames of reservations, which are in the configuration and not in the database")
    .option("--json", "one JSON object a line")
    .addOption(new Option("--csv", "comma-separated values with a header").conflicts("json"))
    .addOption(new Option("--state <state>", "only leases in this state").choices(["bound", "released", "expired", "declined", "any"]))
    .option("-4, --ipv4", "only IPv4")
    .addOption(new Option("-6, --ipv6", "only IPv6").conflicts("ipv4"))
    .option("--address <address>", "only this address, or the addresses in this prefix")
    .option("--mac <address>", "only this hardware address, or those that start so")
    .option("--client-id <hex>", "only this client identifier, or those that start so")
    .option("--hostname <text>", "only hostnames that contain this")
    .option("--network <prefix>", "only this network")
    .option("--relay <hex>", "only this circuit or remote id, or those that start so");
  addOperations(command, ["config", "json", "csv", "address", "mac", "clientId", "hostname", "network", "relay"]).action(
    async (options: LeasesOptions) => {
      const operations = operationsNamed(options);
      if (operations === undefined) await leases(options);
      else await changeLeases(options, operations);
    },
  );
}

async function leases(options: LeasesOptions): Promise<void> {
  const filters = filtersOf(options);
  const reserved: Reserved = options.config === undefined ? { v4: new Map(), v6: new Map() } : await namedReservations(options.config);
  const print = options.json ? printJson : options.csv ? printCsv : printTable;
  try {
    const db = openForReading(options.database);
    try {
      // Before the leases: a server that starts meanwhile may move both.
      const offset = readClock(db)?.offset ?? 0;
      print(selected(readLeases(db, tellOfDamage), filters, reserved, offset, Math.floor(Date.now() / 1000)), options);
    } finally {
      db.close();
    }
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
}

function tellOfDamage(text: string): void {
  process.stderr.write(`leasehold: ${text}\n`);
}

/** The reservations that give their client a hostname. */
async function namedReservations(path: string): Promise<Reserved> {
  const loaded = await loadConfigFile(path);
  if (!loaded.ok) fail(`${path} can't be used: \`leasehold check ${path}\` says why`);
  return { v4: dhcp4.namedReservations(loaded.config), v6: dhcp6.namedReservations(loaded.config) };
}

function* selected(
  rows: Iterable<LeaseRow>,
  filters: readonly Filter[],
  reserved: Reserved,
  offset: number,
  now: number,
): IterableIterator<Printed> {
  for (const row of rows) {
    const printed = toPrinted(row, reserved, offset, now);
    if (printed !== undefined && filters.every((filter) => filter(printed, row))) yield printed;
  }
}

/** `offset`: from lease time to the wall clock, which `now` is on. */
function toPrinted(row: LeaseRow, { v4, v6 }: Reserved, offset: number, now: number): Printed | undefined {
  if (row.space === IPV4_SPACE) return dhcp4.printed4(row, v4, offset, now);
  return row.space === IPV6_SPACE ? dhcp6.printed6(row, v6, offset, now) : undefined;
}

function filtersOf(options: LeasesOptions): Filter[] {
  const filters: Filter[] = [];
  const { state, address, hostname, network, ipv4, ipv6 } = options;
  if (ipv4) filters.push((_, { space }) => space === IPV4_SPACE);
  if (ipv6) filters.push((_, { space }) => space === IPV6_SPACE);
  if (state !== undefined && state !== "any") filters.push((lease) => lease.state === state);
  if (address !== undefined) filters.push(addressFilter(address));
  if (options.mac !== undefined) {
    const start = plainHex("--mac", options.mac);
    filters.push((lease) => lease.hardware_address.replaceAll(":", "").startsWith(start));
  }
  if (options.clientId !== undefined) {
    const start = plainHex("--client-id", options.clientId);
    filters.push((lease) => lease.client_identifier?.startsWith(start) ?? false);
  }
  if (hostname !== undefined) filters.push((lease) => lease.hostname?.includes(hostname) ?? false);
  if (network !== undefined) {
    if (parseIpv4Prefix(network) === undefined && !(network.includes("/") && parseLeased(network) !== undefined)) {
      fail(`--network ${network}: expected a network such as 10.0.0.0/24`, Exit.usage);
    }
    filters.push((lease) => lease.network === network);
  }
  if (options.relay !== undefined) {
    const start = plainHex("--relay", options.relay);
    filters.push((lease) => (lease.circuit_id?.startsWith(start) ?? false) || (lease.remote_id?.startsWith(start) ?? false));
  }
  return filters;
}

/** The addresses, and prefixes, that are this one or lie in it. */
function addressFilter(text: string): Filter {
  const prefix = parseIpv4Prefix(text.includes("/") ? text : `${text}/32`);
  if (prefix !== undefined) return (_, row) => row.space === IPV4_SPACE && prefixContains(prefix, readIpv4(row.address, 0));
  const within = parseLeased(text);
  if (within === undefined) fail(`--address ${text}: expected an address such as 10.0.0.5, or a prefix such as 10.0.0.0/24`, Exit.usage);
  return (_, row) => row.space === IPV6_SPACE && ipv6PrefixContains(within, row.address);
}

/** The digits alone of hex with or without separators. An odd number of them is a start too. */
function plainHex(option: string, text: string): string {
  const digits = text.toLowerCase().replace(/^0x|[:\s-]/g, "");
  if (!/^[0-9a-f]+$/.test(digits)) fail(`${option} ${text}: expected hex digits such as 52:54:00 or 525400`, Exit.usage);
  return digits;
}

function printJson(leases: Iterable<Printed>): void {
  write(leases, (lease) => JSON.stringify(lease));
}

function printCsv(leases: Iterable<Printed>, { ipv6 }: LeasesOptions): void {
  const columns = ipv6 ? DHCP6_COLUMNS : COLUMNS;
  process.stdout.write(`${columns.join(",")}\n`);
  write(leases, (lease) => columns.map((column) => csvField(String(lease[column] ?? ""))).join(","));
}

function csvField(value: string): string {
  // A field that starts like a formula is one to a spreadsheet; clients choose their hostnames.
  const text = /^[=+@-]/.test(value) ? `'${value}` : value;
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function printTable(leases: Iterable<Printed>): void {
  const rows = [...leases];
  if (rows.length === 0) {
    process.stdout.write("no leases\n");
    return;
  }
  const widths = TERMINAL_COLUMNS.map((column) =>
    rows.reduce((width, lease) => Math.max(width, (lease[column] ?? "").length), column.length),
  );
  const line = (fields: readonly string[]) =>
    fields
      .map((field, i) => field.padEnd(widths[i] as number))
      .join("  ")
      .trimEnd();
  process.stdout.write(`${line(TERMINAL_COLUMNS.map((column) => column.replace("_", " ").toUpperCase()))}\n`);
  write(rows, (lease) => line(TERMINAL_COLUMNS.map((column) => lease[column] ?? "")));
}

function write(leases: Iterable<Printed>, format: (lease: Printed) => string): void {
  let text = "";
  for (const lease of leases) {
    text += `${format(lease)}\n`;
    if (text.length < 1 << 16) continue;
    process.stdout.write(text);
    text = "";
  }
  process.stdout.write(text);
}
