import { LeaseState, NEVER } from "../../leases/lease.ts";
import { toHex } from "../../net/bytes.ts";
import type { LeaseRow } from "../../store/sqlite/rows.ts";

/** A lease as it is printed. */
export interface Printed {
  readonly address: string;
  readonly state: string;
  readonly hardware_address: string;
  /** Option 61 of DHCPv4; the DUID of DHCPv6. */
  readonly client_identifier: string | null;
  readonly hostname: string | null;
  readonly start: string;
  readonly expiry: string;
  readonly vendor_class: string | null;
  readonly circuit_id: string | null;
  readonly remote_id: string | null;
  readonly network: string;
  /** Of DHCPv6 alone: what the address or prefix belongs to, and the number of that. */
  readonly association?: string;
  readonly iaid?: number;
}

/** Columns of every list, and those that a list of DHCPv6 leases alone has besides. */
export const COLUMNS = [
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
export const DHCP6_COLUMNS = [...COLUMNS, "association", "iaid"] as const;

/** State and times of a row by the wall clock; `offset` leads to it from lease time. */
export function stateAndTimes(row: LeaseRow, offset: number, now: number): Pick<Printed, "state" | "start" | "expiry"> {
  const expiry = row.expiry === NEVER ? undefined : row.expiry + offset;
  return {
    // A lease whose time is over has expired, though nobody has written so.
    state: row.state === LeaseState.bound && expiry !== undefined && expiry <= now ? "expired" : stateName(row.state),
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

export function textOf(bytes: Uint8Array | undefined): string | null {
  if (bytes === undefined) return null;
  // What a client calls itself must not reach the terminal as control sequences, nor turn the
  // direction of the line.
  return new TextDecoder().decode(bytes).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\ufffd");
}
