import { type Command, Option } from "commander";
import { loadConfigFile } from "../config/file.ts";
import type { Reservation } from "../config/model/dhcp4.ts";
import type { Lease } from "../leases/dhcp4/lease.ts";
import { type LeaseOwner, LeaseState, NEVER } from "../leases/dhcp4/lease.ts";
import { OWNER_RECORD } from "../leases/dhcp4/record.ts";
import { IPV4_SPACE } from "../leases/dhcp4/space.ts";
import { equalBytes, toHex } from "../net/bytes.ts";
import { formatIpv4, type Ipv4, readIpv4 } from "../net/ipv4.ts";
import { formatMac } from "../net/mac.ts";
import { parseIpv4Prefix, prefixContains } from "../net/prefix.ts";
import { type LeaseRow, readClock, readLeases } from "../store/sqlite/rows.ts";
import { openForReading } from "../store/sqlite/schema.ts";
import { RelaySubOption, subOption } from "../wire/dhcp4/relay-agent-information.ts";
import { Exit, fail } from "./exit.ts";
import { addOperations, changeLeases, type OperationOptions, operationNamed } from "./leases/operate.ts";

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

/** A lease as it is printed. */
interface Printed {
  readonly address: string;
  readonly state: string;
  readonly hardware_address: string;
  readonly client_identifier: string | null;
  readonly hostname: string | null;
  readonly start: string;
  readonly expiry: string;
  readonly vendor_class: string | null;
  readonly circuit_id: string | null;
  readonly remote_id: string | null;
  readonly network: string;
}

type Reserved = ReadonlyMap<Ipv4, Reservation>;
type Filter = (lease: Printed, row: LeaseRow) => boolean;

const COLUMNS = [
  "address",
  "state",
  "hardware_address",
  "client_identifier",
  "hostname",
  "start",
  "expiry",
  "vendor_class",
  "circuit_id",
  "remote_id",
  "network",
] as const;
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
    .option("--address <address>", "only this address, or the addresses in this prefix")
    .option("--mac <address>", "only this hardware address, or those that start so")
    .option("--client-id <hex>", "only this client identifier, or those that start so")
    .option("--hostname <text>", "only hostnames that contain this")
    .option("--network <prefix>", "only this network")
    .option("--relay <hex>", "only this circuit or remote id, or those that start so");
  addOperations(command, ["config", "json", "csv", "address", "mac", "clientId", "hostname", "network", "relay"]).action(
    async (options: LeasesOptions) => {
      const operation = operationNamed(options);
      if (operation === undefined) await leases(options);
      else await changeLeases(options, operation);
    },
  );
}

async function leases(options: LeasesOptions): Promise<void> {
  const filters = filtersOf(options);
  const reserved: Reserved = options.config === undefined ? new Map() : await namedReservations(options.config);
  const print = options.json ? printJson : options.csv ? printCsv : printTable;
  try {
    const db = openForReading(options.database);
    try {
      // Before the leases: a server that starts meanwhile may move both.
      const offset = readClock(db)?.offset ?? 0;
      print(selected(readLeases(db, tellOfDamage), filters, reserved, offset, Math.floor(Date.now() / 1000)));
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

/** The reservations that give their client a hostname, by address. */
async function namedReservations(path: string): Promise<Reserved> {
  const loaded = await loadConfigFile(path);
  if (!loaded.ok) fail(`${path} can't be used: \`leasehold check ${path}\` says why`);
  const named = new Map<Ipv4, Reservation>();
  for (const { reservations } of loaded.config.networks)
    for (const reservation of reservations.flat())
      if (reservation.address !== undefined && reservation.hostname !== undefined) named.set(reservation.address, reservation);
  return named;
}

/**
 * The name that the client is given, if the lease is of the client that its address is reserved
 * for, as far as the database knows.
 */
function reservedHostname(reservation: Reservation | undefined, owner: LeaseOwner): string | undefined {
  const isOwner = reservation?.match.every((match) => {
    if (match.kind === "chaddr") return equalBytes(match.chaddr, owner.chaddr);
    if (match.kind !== "clientIdentifier") return true;
    return owner.clientIdentifier !== undefined && equalBytes(match.value, owner.clientIdentifier);
  });
  return isOwner ? reservation?.hostname : undefined;
}

function* selected(
  rows: Iterable<LeaseRow>,
  filters: readonly Filter[],
  reserved: Reserved,
  offset: number,
  now: number,
): IterableIterator<Printed> {
  for (const row of rows) {
    // An address of another length is damage, which was told.
    if (row.space !== IPV4_SPACE || row.address.length !== 4) continue;
    const printed = toPrinted(row, reserved, offset, now);
    if (filters.every((filter) => filter(printed, row))) yield printed;
  }
}

function filtersOf(options: LeasesOptions): Filter[] {
  const filters: Filter[] = [];
  const { state, address, hostname, network } = options;
  if (state !== undefined && state !== "any") filters.push((lease) => lease.state === state);
  if (address !== undefined) {
    const prefix = parseIpv4Prefix(address.includes("/") ? address : `${address}/32`);
    if (prefix === undefined)
      fail(`--address ${address}: expected an address such as 10.0.0.5, or a prefix such as 10.0.0.0/24`, Exit.usage);
    filters.push((_, row) => prefixContains(prefix, readIpv4(row.address, 0)));
  }
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
    if (parseIpv4Prefix(network) === undefined) fail(`--network ${network}: expected a network such as 10.0.0.0/24`, Exit.usage);
    filters.push((lease) => lease.network === network);
  }
  if (options.relay !== undefined) {
    const start = plainHex("--relay", options.relay);
    filters.push((lease) => (lease.circuit_id?.startsWith(start) ?? false) || (lease.remote_id?.startsWith(start) ?? false));
  }
  return filters;
}

function storedLease({ address, state, start, expiry, record }: LeaseRow): Lease {
  return { address: readIpv4(address, 0), state, start, expiry, owner: OWNER_RECORD.read(record, 0) };
}

/** The digits alone of hex with or without separators. An odd number of them is a start too. */
function plainHex(option: string, text: string): string {
  const digits = text.toLowerCase().replace(/^0x|[:\s-]/g, "");
  if (!/^[0-9a-f]+$/.test(digits)) fail(`${option} ${text}: expected hex digits such as 52:54:00 or 525400`, Exit.usage);
  return digits;
}

/** `offset`: from lease time to the wall clock, which `now` is on. */
function toPrinted(row: LeaseRow, reserved: Reserved, offset: number, now: number): Printed {
  const lease = storedLease(row);
  const { owner } = lease;
  const relay = owner.relayAgentInformation;
  const start = lease.start + offset;
  const expiry = lease.expiry === NEVER ? undefined : lease.expiry + offset;
  return {
    address: formatIpv4(lease.address),
    // A lease whose time is over has expired, though nobody has written so.
    state: lease.state === LeaseState.bound && expiry !== undefined && expiry <= now ? "expired" : stateName(lease.state),
    hardware_address: formatMac(owner.chaddr),
    client_identifier: hexOf(owner.clientIdentifier),
    hostname: reservedHostname(reserved.get(lease.address), owner) ?? textOf(owner.hostname),
    start: timeOf(start),
    expiry: expiry === undefined ? "never" : timeOf(expiry),
    vendor_class: textOf(owner.vendorClass),
    circuit_id: hexOf(relay && subOption(relay, RelaySubOption.circuitId)),
    remote_id: hexOf(relay && subOption(relay, RelaySubOption.remoteId)),
    network: row.network,
  };
}

function stateName(state: LeaseState): string {
  return Object.entries(LeaseState).find(([, number]) => number === state)?.[0] ?? String(state);
}

function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}

function hexOf(bytes: Uint8Array | undefined): string | null {
  return bytes === undefined ? null : toHex(bytes);
}

function textOf(bytes: Uint8Array | undefined): string | null {
  if (bytes === undefined) return null;
  // What a client calls itself must not reach the terminal as control sequences, nor turn the
  // direction of the line.
  return new TextDecoder().decode(bytes).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\ufffd");
}

function printJson(leases: Iterable<Printed>): void {
  write(leases, (lease) => JSON.stringify(lease));
}

function printCsv(leases: Iterable<Printed>): void {
  process.stdout.write(`${COLUMNS.join(",")}\n`);
  write(leases, (lease) => COLUMNS.map((column) => csvField(lease[column] ?? "")).join(","));
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
