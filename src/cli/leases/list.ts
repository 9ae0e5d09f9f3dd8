import type { DatabaseSync } from "node:sqlite";
import { LeaseState } from "../../leases/lease.ts";
import { type LeaseOrder, leasesInOrder } from "../../server/leases/order.ts";
import { COLUMNS, csvLine, DHCP6_COLUMNS, type Printed } from "../../server/leases/printed.ts";
import type { LeaseSearch } from "../../server/leases/query.ts";
import { allLeases } from "../../server/leases/search.ts";
import { printLines, terminalWidth } from "../output.ts";
import { type Column, Table, tableOf } from "../table.ts";
import { formatDistance } from "../time.ts";

/** How leases are listed. */
export interface ListOptions {
  readonly json?: true;
  readonly csv?: true;
  readonly config?: string;
  readonly ipv6?: true;
  readonly sort?: LeaseOrder;
  readonly reverse?: true;
  readonly count?: true;
  readonly summary?: true;
}

/** Leases that are looked at, at one time, where their order is of no interest. */
const AT_ONCE = 1000;

const TABLE: readonly Column[] = [
  { name: "ADDRESS" },
  { name: "STATE" },
  { name: "CLIENT", least: 17, keep: 3 },
  { name: "HOSTNAME", least: 8, keep: 4 },
  { name: "NAME", least: 8, keep: 2, isOptional: true },
  { name: "EXPIRY" },
  { name: "RESERVED", keep: 5, isOptional: true },
  { name: "NETWORK", keep: 1 },
];

/** Prints the leases of a database that are looked for, as the command line wants to have them. */
export async function listLeases(db: DatabaseSync, search: LeaseSearch, options: ListOptions): Promise<void> {
  const { json, csv, sort = "address", reverse, count, summary } = options;
  if (count || summary) {
    const found = each(allLeases(search, { db, limit: AT_ONCE, onDamage: tellOfDamage }));
    if (count) process.stdout.write(`${numberOf(found)}\n`);
    else await printSummary(found, options);
    return;
  }
  const order = { db, order: sort, reverse, onDamage: tellOfDamage };
  if (json) return printLines(leasesInOrder(search, order), (lease) => JSON.stringify(lease));
  if (csv) {
    // What needs a configuration to be known is behind all that there always was.
    const columns = [...(options.ipv6 ? DHCP6_COLUMNS : COLUMNS), ...(options.config === undefined ? [] : (["reserved"] as const))];
    process.stdout.write(`${columns.join(",")}\n`);
    return printLines(leasesInOrder(search, order), (lease) => csvLine(lease, columns));
  }
  const terminal = terminalWidth();
  const now = terminal === undefined ? undefined : Math.floor(Date.now() / 1000);
  const table = new Table(TABLE, terminal);
  let isBegun = false;
  await printLines(leasesInOrder(search, { ...order, onFound: (lease) => table.measure(textsOf(lease, now)) }), (lease) => {
    const line = table.line(textsOf(lease, now));
    if (isBegun) return line;
    isBegun = true;
    return `${table.heading()}\n${line}`;
  });
  if (!isBegun) process.stdout.write("no leases\n");
}

/** `now`: seconds since 1970, for a terminal; undefined: times are told as in RFC 3339. */
function textsOf(lease: Printed, now: number | undefined): readonly string[] {
  const { address, state, hardware_address, client_identifier, hostname, name = "", expiry, reserved, found_by, network } = lease;
  const isDate = now !== undefined && expiry !== "never";
  // Of what a probe found no client has said anything, that for which it was asked neither.
  const who =
    found_by === undefined ? [hardware_address || client_identifier || "", hostname ?? "", name] : [`found by a ${found_by}`, "", ""];
  return [address, state, ...who, isDate ? formatDistance(Date.parse(expiry) / 1000, now) : expiry, reserved ? "yes" : "", network];
}

function numberOf(found: Iterable<Printed>): number {
  let number = 0;
  for (const _ of found) number++;
  return number;
}

const STATES = Object.keys(LeaseState) as readonly (keyof typeof LeaseState)[];
type Numbers = Record<keyof typeof LeaseState | "total", number>;

/** How many leases of each network are in which state. */
async function printSummary(found: Iterable<Printed>, { json, csv }: ListOptions): Promise<void> {
  const networks = new Map<string, Numbers>();
  const total = noLeases();
  for (const { network, state } of found) {
    const numbers = networks.get(network) ?? noLeases();
    networks.set(network, numbers);
    for (const one of [numbers, total]) {
      one[state as keyof typeof LeaseState]++;
      one.total++;
    }
  }
  const inOrder = new Intl.Collator("en", { numeric: true }).compare;
  const isIpv6 = (name: string): number => Number(name.includes(":"));
  const rows = [...networks].sort(([a], [b]) => isIpv6(a) - isIpv6(b) || inOrder(a, b));
  const columns = ["network", ...STATES, "total"] as const;
  if (json) return printLines(rows, ([network, numbers]) => JSON.stringify({ network, ...numbers }));
  if (csv) {
    process.stdout.write(`${columns.join(",")}\n`);
    return printLines(rows, ([network, numbers]) => csvLine({ network, ...numbers }, columns));
  }
  const texts = [...rows, ["total", total] as const].map(([network, numbers]) => [
    network || "(no network)",
    ...[...STATES, "total" as const].map((state) => String(numbers[state])),
  ]);
  const [first, ...others] = columns.map((column) => column.toUpperCase());
  const table = [{ name: first as string }, ...others.map((name) => ({ name, align: "right" as const }))];
  await printLines(tableOf(table, texts, terminalWidth()), (line) => line);
}

function noLeases(): Numbers {
  return { bound: 0, released: 0, expired: 0, declined: 0, total: 0 };
}

function* each(pages: Iterable<readonly Printed[]>): IterableIterator<Printed> {
  for (const page of pages) yield* page;
}

function tellOfDamage(text: string): void {
  process.stderr.write(`leasehold: ${text}\n`);
}
