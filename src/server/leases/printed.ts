import { isOver, LeaseState, NEVER, type Owner } from "../../leases/lease.ts";
import { toHex } from "../../net/bytes.ts";
import type { LeaseRow } from "../../store/sqlite/rows.ts";
import { printable } from "../printable.ts";

/** A lease as it is printed. */
export interface Printed {
  readonly address: string;
  readonly state: string;
  readonly hardware_address: string;
  /** Option 61 of DHCPv4; the DUID of DHCPv6. */
  readonly client_identifier: string | null;
  readonly hostname: string | null;
  /** The name that the client has in the DNS; absent: it has none, or names are not seen to. */
  readonly name?: string;
  readonly start: string;
  readonly expiry: string;
  readonly vendor_class: string | null;
  readonly circuit_id: string | null;
  readonly remote_id: string | null;
  readonly network: string;
  /** Of DHCPv6 alone: what the address or prefix belongs to, and the number of that. */
  readonly association?: string;
  readonly iaid?: number;
  /** It is that of a client which the configuration reserves it for; absent: not, or not known. */
  readonly reserved?: true;
  /**
   * Of a declined address: who found it in use. The client is then the one that was to get it;
   * absent: it is the one that declined it.
   */
  readonly found_by?: "probe";
}

/** Columns that every list has in front: new ones go behind those that there were. */
const FIRST_COLUMNS = [
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
/** Columns of a list, and those of one that has DHCPv6 leases. */
export const COLUMNS = [...FIRST_COLUMNS, "name", "found_by"] as const;
export const DHCP6_COLUMNS = [...FIRST_COLUMNS, "association", "iaid", "name", "found_by"] as const;

/** A line of comma-separated values, without its end. */
export function csvLine<Column extends string>(
  row: { readonly [C in Column]?: string | number | boolean | null | undefined },
  columns: readonly Column[],
): string {
  return columns.map((column) => csvField(String(row[column] ?? ""))).join(",");
}

function csvField(value: string): string {
  // A field that starts like a formula is one to a spreadsheet; clients choose their hostnames.
  const text = /^[=+@-]/.test(value) ? `'${value}` : value;
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** State and times of a row by the wall clock; `offset` leads to it from lease time. */
export function stateAndTimes(row: LeaseRow, offset: number, now: number): Pick<Printed, "state" | "start" | "expiry"> {
  const expiry = row.expiry === NEVER ? undefined : row.expiry + offset;
  return {
    // A lease whose time is over has expired, though nobody has written so.
    state: row.state === LeaseState.bound && isOver(row.expiry, now - offset) ? "expired" : stateName(row.state),
    start: timeOf(row.start + offset),
    expiry: expiry === undefined ? "never" : timeOf(expiry),
  };
}

function stateName(state: LeaseState): string {
  return Object.entries(LeaseState).find(([, number]) => number === state)?.[0] ?? String(state);
}

function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}

export function hexOf(bytes: Uint8Array | undefined): string | null {
  return bytes === undefined ? null : toHex(bytes);
}

/** The name that is on record of a client, as a field of its own if there is one. */
export function nameField({ name }: Owner): Pick<Printed, "name"> {
  const text = name === undefined ? null : textOf(name.subarray(1));
  return text === null || text === "" ? {} : { name: text };
}

/** Who found a declined address in use, as a field of its own where no client did. */
export function foundByField({ foundByProbe }: Owner): Pick<Printed, "found_by"> {
  return foundByProbe ? { found_by: "probe" } : {};
}

export function textOf(bytes: Uint8Array | undefined): string | null {
  if (bytes === undefined) return null;
  return printable(new TextDecoder().decode(bytes));
}
