import type { Config } from "../../config/model/config.ts";
import { LeaseState, type Seconds } from "../../leases/lease.ts";
import { compareBytes, fromHex, toHex, writeU32 } from "../../net/bytes.ts";
import type { LeaseRow } from "../../store/sqlite/rows.ts";
import { addressesFrom, asciiLowerCase, inNetwork, inState, type RowCondition, withBytes, withText } from "../../store/sqlite/search.ts";
import type { LeasePrinter } from "./form.ts";
import { formOf, LEASE_FORMS } from "./forms.ts";
import type { Printed } from "./printed.ts";

/*
 * Which leases somebody looks for, on the command line or by the HTTP API. Each part narrows the
 * search: it says exactly which leases are meant, by what is printed of them, and where SQLite can
 * tell most of the others faster, how.
 */

/** Which leases are meant: those for which all of these hold. */
export interface LeaseQuery {
  /** An address, or a prefix: what lies in it. */
  readonly address?: string | undefined;
  /** The prefix of a network of the configuration. */
  readonly network?: string | undefined;
  /** As it is now; `any`: all. */
  readonly state?: string | undefined;
  /** `dhcp4` or `dhcp6`. */
  readonly protocol?: string | undefined;
  /** Hex digits, with or without separators, that it starts with; so too in what follows. */
  readonly hardware_address?: string | undefined;
  /**
   * Hex digits of all that the client is known by: the client identifier, else type and hardware
   * address; the DUID. What it declined is none of its leases.
   */
  readonly client?: string | undefined;
  /** The client identifier as sent; the DUID. */
  readonly client_id?: string | undefined;
  /** The DUID, in an IPv4 lease too where the client identifier has one (RFC 4361). */
  readonly duid?: string | undefined;
  /** A number: IAID of DHCPv6. */
  readonly iaid?: string | undefined;
  /** A part of the hostname; letters of ASCII mean either case. */
  readonly hostname?: string | undefined;
  /** A part of the name in the DNS; letters mean either case. */
  readonly name?: string | undefined;
  /** What relays say of the port, as hex, or as text where that is no hex or is in quotes. */
  readonly circuit_id?: string | undefined;
  readonly remote_id?: string | undefined;
  /** Of one of these two. */
  readonly relay?: string | undefined;
}

/** Names of the parts of a query. */
export const QUERY_FIELDS = [
  "address",
  "network",
  "state",
  "protocol",
  "hardware_address",
  "client",
  "client_id",
  "duid",
  "iaid",
  "hostname",
  "name",
  "circuit_id",
  "remote_id",
  "relay",
] as const satisfies readonly (keyof LeaseQuery)[];
export type QueryField = (typeof QUERY_FIELDS)[number];

/** What is wrong with a query. */
export interface QueryProblem {
  readonly field: QueryField;
  /** What it should be, such as "a network such as 10.0.0.0/24". */
  readonly expected: string;
}

/** A query that has been read. */
export interface LeaseSearch {
  /** The only space that leases are in; undefined: any. */
  readonly space: number | undefined;
  /** What SQLite can tell of rows that are meant; more rows than those may meet it. */
  conditions(now: Seconds): readonly RowCondition[];
  /**
   * The lease, if it is meant. `wallOffset`: from lease time to the wall clock, which `now` is on.
   */
  printed(row: LeaseRow, wallOffset: number, now: Seconds): Printed | undefined;
}

/** One part of a query. */
interface Part {
  readonly space?: number;
  readonly condition?: (now: Seconds) => RowCondition;
  readonly holds: (lease: Printed, row: LeaseRow) => boolean;
}

/**
 * `config`: whose reservations name hosts; undefined: leases have the names that hosts give
 * themselves.
 */
export function leaseSearch(query: LeaseQuery, config?: Config): LeaseSearch | QueryProblem {
  const parts: Part[] = [];
  for (const field of QUERY_FIELDS) {
    const text = query[field];
    if (text === undefined) continue;
    const part = PARTS[field](text, config !== undefined);
    if (typeof part === "string") return { field, expected: part };
    if (part !== undefined) parts.push(part);
  }
  const printers = new Map<number, LeasePrinter>(LEASE_FORMS.map((form) => [form.space, form.printer(config)]));
  return {
    space: parts.find(({ space }) => space !== undefined)?.space,
    conditions: (now) => parts.flatMap(({ condition }) => condition?.(now) ?? []),
    printed(row, wallOffset, now) {
      const lease = printers.get(row.space)?.(row, wallOffset, now);
      return lease !== undefined && parts.every(({ holds }) => holds(lease, row)) ? lease : undefined;
    },
  };
}

/** Whether a query could not be read. */
export function isProblem(search: LeaseSearch | QueryProblem): search is QueryProblem {
  return "expected" in search;
}

/**
 * Reads a part; undefined: it means all; a text: what it should be. `named`: hosts have names that
 * are not in their rows.
 */
type PartReader = (text: string, named: boolean) => Part | string | undefined;

const PARTS: Readonly<Record<QueryField, PartReader>> = {
  address(text) {
    for (const { space, within } of LEASE_FORMS) {
      const meant = within(text);
      if (meant === undefined) continue;
      const { start, end } = meant;
      const condition = addressesFrom(start, end);
      const holds = (_: Printed, row: LeaseRow) =>
        row.space === space && compareBytes(start, row.address) <= 0 && compareBytes(row.address, end) <= 0;
      return { space, condition: () => condition, holds };
    }
    return "an address such as 10.0.0.5, or a prefix such as 10.0.0.0/24";
  },
  network(text) {
    if (!text.includes("/") || LEASE_FORMS.every(({ within }) => within(text) === undefined)) return "a network such as 10.0.0.0/24";
    const condition = inNetwork(text);
    return { condition: () => condition, holds: ({ network }) => network === text };
  },
  state(text) {
    if (text === "any") return undefined;
    const state = Object.entries(LeaseState).find(([name]) => name === text)?.[1];
    if (state === undefined) return `one of ${[...Object.keys(LeaseState), "any"].join(", ")}`;
    return { condition: (now) => inState(state, now), holds: (lease) => lease.state === text };
  },
  protocol(text) {
    const space = LEASE_FORMS.find(({ protocol }) => protocol === text)?.space;
    if (space === undefined) return `one of ${LEASE_FORMS.map(({ protocol }) => protocol).join(", ")}`;
    return { space, holds: (_, row) => row.space === space };
  },
  hardware_address: (text) => startsWith(paddedMac(text), (lease) => lease.hardware_address.replaceAll(":", "")),
  client(text) {
    const bytes = hexBytes(text);
    if (bytes === undefined) return "all hex digits of what a client is known by, such as 01:52:54:00:12:34:56";
    const digits = toHex(bytes);
    const condition = withBytes(bytes);
    return {
      condition: () => condition,
      // What a client declined is nobody's.
      holds: ({ state }, { space, record }) => state !== "declined" && formOf(space)?.clientOf(record) === digits,
    };
  },
  client_id: (text) => startsWith(text, ({ client_identifier }) => client_identifier),
  duid: (text) => startsWith(text, (_, { space, record }) => formOf(space)?.duidOf(record)),
  iaid(text) {
    const iaid = Number(text);
    if (!/^\d{1,10}$/.test(text) || iaid > 0xffffffff) return "a number from 0 to 4294967295";
    const bytes = new Uint8Array(4);
    writeU32(bytes, 0, iaid);
    const condition = withBytes(bytes);
    return { condition: () => condition, holds: (lease) => lease.iaid === iaid };
  },
  hostname(text, named) {
    const part = asciiLowerCase(text);
    const holds = ({ hostname }: Printed) => hostname !== null && asciiLowerCase(hostname).includes(part);
    // What stands for a byte that can't be printed is in no row.
    if (named || text === "" || text.includes("\ufffd")) return { holds };
    const condition = withText(text);
    return { condition: () => condition, holds };
  },
  name(text) {
    const part = asciiLowerCase(text);
    const holds = ({ name }: Printed) => name?.includes(part) === true;
    if (text === "" || text.includes("\ufffd")) return { holds };
    const condition = withText(text);
    return { condition: () => condition, holds };
  },
  circuit_id: (text) => startsWith(portDigits(text), ({ circuit_id }) => circuit_id),
  remote_id: (text) => startsWith(portDigits(text), ({ remote_id }) => remote_id),
  relay: (text) =>
    startsWith(
      portDigits(text),
      ({ circuit_id }) => circuit_id,
      ({ remote_id }) => remote_id,
    ),
};

/** Leases of which one of these, in hex, starts with the digits of the text. */
function startsWith(text: string, ...values: readonly ((lease: Printed, row: LeaseRow) => string | null | undefined)[]): Part | string {
  const digits = plainHex(text);
  if (digits === undefined) return "hex digits such as 52:54:00 or 525400";
  const holds = (lease: Printed, row: LeaseRow) => values.some((value) => value(lease, row)?.startsWith(digits) ?? false);
  // An odd number of digits is a start too; the last one is half a byte.
  const bytes = fromHex(digits.slice(0, digits.length & ~1));
  if (bytes === undefined || bytes.length === 0) return { holds };
  const condition = withBytes(bytes);
  return { condition: () => condition, holds };
}

/**
 * The hex of what names a port: of a text, as relays and the log have it, too. Quotes tell one that
 * could be hex.
 */
function portDigits(text: string): string {
  const quoted = /^'(.+)'…?$/.exec(text)?.[1] ?? unescaped(text);
  return quoted === undefined && plainHex(text) !== undefined ? text : toHex(new TextEncoder().encode(quoted ?? text));
}

/** What stands in double quotes, as in JSON; undefined: nothing does. */
function unescaped(text: string): string | undefined {
  const [, quoted] = /^(".+")…?$/.exec(text) ?? [];
  if (quoted === undefined) return undefined;
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted.slice(1, -1);
  }
}

/**
 * A whole hardware address with all its digits, as 2:0:0:0:0:2 has not; anything else as it is: a
 * single digit at the end alone is half of a byte, with which addresses may start.
 */
function paddedMac(text: string): string {
  const isShort = /^([0-9a-f]{1,2}[:-]){5}[0-9a-f]{1,2}$/i.test(text) && /(^|[:-])[0-9a-f][:-]/i.test(text);
  return isShort ? text.replace(/[0-9a-f]+/gi, (part) => part.padStart(2, "0")) : text;
}

/** The digits alone of hex with or without separators. */
function plainHex(text: string): string | undefined {
  const digits = text.toLowerCase().replace(/^0x|[:.\s-]/g, "");
  return /^[0-9a-f]+$/.test(digits) ? digits : undefined;
}

/**
 * The bytes of hex with or without separators; undefined: it is none, or half a byte is missing.
 */
export function hexBytes(text: string): Uint8Array | undefined {
  return fromHex(plainHex(text) ?? "-");
}
