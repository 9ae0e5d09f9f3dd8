import { addressesIn, type HistoryQuery, type Tenure, tenures } from "../../server/events/history.ts";
import { csvLine } from "../../server/leases/printed.ts";
import type { LeaseSearch } from "../../server/leases/query.ts";
import { createJournalReader, hasJournal } from "../../store/sqlite/journal-reader.ts";
import { openForReading } from "../../store/sqlite/schema.ts";
import { Exit, fail } from "../exit.ts";
import { printLines, terminalWidth } from "../output.ts";
import { type Column, tableOf } from "../table.ts";
import { formatLocal } from "../time.ts";

/** What `leasehold leases` is asked about the past. */
export interface HistoryOptions {
  readonly database: string;
  readonly at?: string;
  readonly since?: string;
  readonly until?: string;
  readonly address?: string;
  readonly json?: true;
  readonly csv?: true;
}

const TABLE: readonly Column[] = [
  { name: "ADDRESS" },
  { name: "CLIENT", least: 17, keep: 3 },
  { name: "HOSTNAME", least: 8, keep: 4 },
  { name: "NAME", least: 8, keep: 2, isOptional: true },
  { name: "FROM" },
  { name: "TO" },
  { name: "ENDED", keep: 5 },
  { name: "NETWORK", keep: 1 },
];
/** Columns of a list of comma-separated values. */
const CSV_COLUMNS = [
  "address",
  "from",
  "to",
  "ended",
  "hardware_address",
  "client_identifier",
  "hostname",
  "vendor_class",
  "circuit_id",
  "remote_id",
  "network",
  "name",
] as const;

/** Whether the past is asked about. */
export function isAboutHistory({ at, since, until }: HistoryOptions): boolean {
  return (at ?? since ?? until) !== undefined;
}

/** Prints who had which address when, as the command line wants to have it. */
export async function listHistory(options: HistoryOptions, search: LeaseSearch): Promise<void> {
  const found = historyOf(options, search);
  if (options.json) return printLines(found, (one) => JSON.stringify(one));
  if (options.csv) {
    process.stdout.write(`${CSV_COLUMNS.join(",")}\n`);
    return printLines(found, (one) => csvLine(one, CSV_COLUMNS));
  }
  const terminal = terminalWidth();
  const rows = Array.from(found, (one) => textsOf(one, terminal !== undefined));
  const lines = rows.length === 0 ? ["nobody had such an address then, as far as history is kept"] : tableOf(TABLE, rows, terminal);
  await printLines(lines, (line) => line);
}

/** `isLocal`: times by the clock of this machine's zone. */
function textsOf(one: Tenure, isLocal: boolean): readonly string[] {
  const { address, hardware_address, client_identifier, hostname, name, from, to, ended, network } = one;
  const time = (text: string): string => (isLocal ? formatLocal(Date.parse(text)) : text);
  const client = hardware_address || client_identifier || "";
  return [address, client, hostname ?? "", name ?? "", time(from), to === null ? "" : time(to), ended ?? "", network];
}

/** Who had which address when. Ends the program where the question, or the database, is none. */
function* historyOf(options: HistoryOptions, search: LeaseSearch): IterableIterator<Tenure> {
  const query = queryOf(options, search);
  const db = openForReading(options.database);
  try {
    if (!hasJournal(db)) fail(`${options.database} has no history: no server of this version has used it yet`);
    const reader = createJournalReader(db);
    if (reader.ends().last === 0) fail(`${options.database} has no history: add history: {keep: 90d} to the configuration`);
    for (const found of tenures(reader, query)) yield* found;
  } finally {
    db.close();
  }
}

function queryOf({ at, since, until, address }: HistoryOptions, search: LeaseSearch): HistoryQuery {
  const moment = timeOf("at", at);
  return {
    search,
    addresses: addressesIn(address),
    since: moment ?? timeOf("since", since) ?? Number.NEGATIVE_INFINITY,
    until: moment ?? timeOf("until", until) ?? Number.POSITIVE_INFINITY,
  };
}

/** Milliseconds since 1970. What names no zone is in that of this machine. */
function timeOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const milliseconds = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(milliseconds)) {
    fail(`--${option} ${text}: expected a time such as 2026-11-28T22:30:00Z or "2026-11-28 22:30" (here)`, Exit.usage);
  }
  return milliseconds;
}
