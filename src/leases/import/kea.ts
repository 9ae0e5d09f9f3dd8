import { fromHex, NO_BYTES } from "../../net/bytes.ts";
import { parseIpv4 } from "../../net/ipv4.ts";
import { parseIpv6 } from "../../net/ipv6.ts";
import { ADDRESS_LENGTH, ipv6Prefix } from "../../net/ipv6-prefix.ts";
import { hardwareKey } from "../dhcp4/client-key.ts";
import { Association, clientKeyOf } from "../dhcp6/client-key.ts";
import { endAfter, LeaseState } from "../lease.ts";
import { parseColonHex } from "./hex.ts";
import type { ImportedLease, LeaseFileReader, LeaseFormat } from "./imported-lease.ts";

/*
 * Lease files of Kea's memfile backend: kea-leases4.csv and kea-leases6.csv, and what its clean-up
 * makes of them. The first line names the columns, which differ between versions; lines are only
 * ever added, so the last one about an address tells how it stands.
 */

/** States of a lease in Kea. */
const State = { assigned: 0, declined: 1, expired: 2, released: 3, registered: 4 } as const;

/** Values of `lease_type` in DHCPv6. */
const LeaseType = { address: 0, temporary: 1, prefix: 2 } as const;

/** A longer line is none of Kea's. */
const LONGEST_LINE = 1 << 20;

const ETHERNET = 1;
/** The shortest client identifier that a client is known by (RFC 2132 section 9.14). */
const SHORTEST_IDENTIFIER = 2;

/** What a line says in the column of this name; empty where there is no such column. */
type Row = (column: string) => string;

export const KEA_LEASES: LeaseFormat = {
  name: "kea",
  title: "Kea",
  isLikely: (_name, beginning) => /^\ufeff?address,(?:hwaddr,client_id|duid),/.test(beginning),
  open: ({ lease, problem }): LeaseFileReader => {
    let line = 0;
    let rest = "";
    let read: ((fields: readonly string[]) => ImportedLease | string) | undefined;
    let isRefused = false;
    const take = (text: string): void => {
      line++;
      if (isRefused || text === "") return;
      if (text.length > LONGEST_LINE) {
        problem({ line, message: "the line is too long" });
        return;
      }
      if (read === undefined) {
        read = readerOf(text);
        isRefused = read === undefined;
        if (isRefused)
          problem({ line, message: "the first line is not that of a lease file of Kea's: it names the columns, address first" });
        return;
      }
      const result = read(text.split(","));
      if (typeof result === "string") problem({ line, message: result });
      else lease(result);
    };
    return {
      push(text) {
        let start = 0;
        for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
          take(withoutReturn(rest + text.slice(start, end)));
          rest = "";
          start = end + 1;
        }
        // Of a line without an end no more is kept than shows that it is too long.
        if (rest.length <= LONGEST_LINE) rest += text.slice(start);
      },
      end() {
        if (rest !== "") take(withoutReturn(rest));
        rest = "";
      },
    };
  },
};

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}

/** What reads the lines below this first one; undefined: it is none of Kea's. */
function readerOf(header: string): ((fields: readonly string[]) => ImportedLease | string) | undefined {
  const columns = new Map(
    header
      .replace(/^\ufeff/, "")
      .split(",")
      .map((name, index) => [name.trim(), index]),
  );
  const has = (...names: readonly string[]): boolean => names.every((name) => columns.has(name));
  if (!has("address", "valid_lifetime", "expire")) return undefined;
  const read = has("duid", "iaid", "lease_type") ? readLease6 : has("hwaddr", "client_id") ? readLease4 : undefined;
  if (read === undefined) return undefined;
  return (fields) => {
    if (fields.length > columns.size) return `the line has ${fields.length} fields, and there are ${columns.size} columns`;
    return read((column) => fields[columns.get(column) ?? -1] ?? "");
  };
}

function readLease4(row: Row): ImportedLease | string {
  const address = parseIpv4(row("address"));
  if (address === undefined) return `${shown(row("address"))} is not an IPv4 address`;
  const times = timesOf(row);
  if (typeof times === "string") return times;
  const chaddr = bytesOf(row("hwaddr"));
  const clientIdentifier = bytesOf(row("client_id"));
  if (chaddr === undefined || clientIdentifier === undefined)
    return `the client of ${row("address")} can't be read: expected hex with colons`;
  const isKnownByIdentifier = clientIdentifier.length >= SHORTEST_IDENTIFIER;
  if (times.state === LeaseState.bound && !isKnownByIdentifier && chaddr.length === 0) return `nothing tells whose ${row("address")} is`;
  const owner = {
    clientKey: isKnownByIdentifier ? clientIdentifier.slice() : hardwareKey(ETHERNET, chaddr),
    clientIdentifier: clientIdentifier.length === 0 ? undefined : clientIdentifier,
    htype: ETHERNET,
    chaddr,
    hostname: textOf(row("hostname")),
    vendorClass: undefined,
    relayAgentInformation: relayInformationOf(row("user_context")),
    limitKeys: undefined,
  };
  return { protocol: "dhcp4", lease: { address, ...times, owner } };
}

function readLease6(row: Row): ImportedLease | string {
  const address = parseIpv6(row("address"));
  if (address === undefined) return `${shown(row("address"))} is not an IPv6 address`;
  const type = Number(row("lease_type"));
  if (type === LeaseType.temporary) return `${row("address")} is a temporary address: RFC 9915 has them no longer`;
  const isPrefix = type === LeaseType.prefix;
  if (!isPrefix && type !== LeaseType.address) return `${shown(row("lease_type"))} is not a type of lease`;
  const length = isPrefix ? Number(row("prefix_len")) : ADDRESS_LENGTH;
  if (!Number.isInteger(length) || length < 1 || length > ADDRESS_LENGTH)
    return `${shown(row("prefix_len"))} is not the length of a prefix`;
  const times = timesOf(row);
  if (typeof times === "string") return times;
  const [duid, iaid] = [bytesOf(row("duid")), Number(row("iaid"))];
  if (duid === undefined || !Number.isInteger(iaid))
    return `the client of ${row("address")} can't be read: expected a DUID in hex and an IAID`;
  if (times.state === LeaseState.bound && duid.length < 3) return `nothing tells whose ${row("address")} is`;
  const isRegistered = row("state") === String(State.registered);
  const hardware = bytesOf(row("hwaddr"));
  const owner = {
    clientKey: isRegistered
      ? clientKeyOf(Association.registered, 0, duid)
      : clientKeyOf(isPrefix ? Association.prefixes : Association.addresses, iaid, duid),
    preferredLifetime: Math.min(0xffffffff, Math.max(0, Math.floor(Number(row("pref_lifetime"))) || 0)),
    peerAddress: undefined,
    relays: undefined,
    interfaceName: undefined,
    hardware: hardware === undefined || hardware.length === 0 ? undefined : withType(Number(row("hwtype")) || ETHERNET, hardware),
    hostname: textOf(row("hostname")),
    vendorClass: undefined,
    reconfigureKey: undefined,
    limitKeys: undefined,
  };
  return { protocol: "dhcp6", lease: { address: ipv6Prefix(address, length), ...times, owner } };
}

const STATES: ReadonlyMap<string, LeaseState> = new Map([
  // Files of before Kea 1.0 have no states.
  ["", LeaseState.bound],
  [String(State.assigned), LeaseState.bound],
  [String(State.declined), LeaseState.declined],
  [String(State.expired), LeaseState.expired],
  [String(State.released), LeaseState.released],
  [String(State.registered), LeaseState.bound],
]);

/** The state and its times. A line that deletes a lease has a lifetime of 0: nobody has it then. */
function timesOf(row: Row): { readonly state: LeaseState; readonly start: number; readonly expiry: number } | string {
  const [lifetime, expire] = [Number(row("valid_lifetime")), Number(row("expire"))];
  const isTime = (value: number, text: string): boolean => text !== "" && Number.isInteger(value) && value >= 0;
  if (!isTime(lifetime, row("valid_lifetime")) || !isTime(expire, row("expire")))
    return `the lease of ${row("address")} has no time that can be read`;
  const state = STATES.get(row("state"));
  if (state === undefined) return `${shown(row("state"))} is not a state of a lease`;
  const start = Math.max(0, expire - lifetime);
  if (state === LeaseState.bound && lifetime === 0) return { state: LeaseState.released, start, expiry: start };
  return { state, start, expiry: endAfter(start, lifetime) };
}

/** Hex with colons, as Kea writes it, or without; empty: no bytes. */
function bytesOf(text: string): Uint8Array | undefined {
  return text === "" ? NO_BYTES.slice() : (parseColonHex(text) ?? fromHex(text));
}

const ENCODER = new TextEncoder();

function textOf(field: string): Uint8Array | undefined {
  if (field === "") return undefined;
  const text = unescaped(field);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return ENCODER.encode(text);
    bytes[i] = code;
  }
  return bytes;
}

/** Kea writes what would be taken for the end of a field as `&#x` and two digits. */
function unescaped(field: string): string {
  if (!field.includes("&#x")) return field;
  return field.replace(/&#x([0-9a-fA-F]{2})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 16)));
}

/** Option 82 as it is in the user context, of older and newer versions. */
function relayInformationOf(context: string): Uint8Array | undefined {
  if (!context.includes("relay-agent-info")) return undefined;
  const [, digits] = /"(?:relay-agent-info|sub-options)"\s*:\s*"0x([0-9a-fA-F]+)"/.exec(unescaped(context)) ?? [];
  return digits === undefined ? undefined : fromHex(digits);
}

/** A hardware type of 16 bits, and the address. */
function withType(type: number, address: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(2 + address.length);
  bytes[0] = type >>> 8;
  bytes[1] = type;
  bytes.set(address, 2);
  return bytes;
}

function shown(field: string): string {
  return JSON.stringify(field.slice(0, 60));
}
