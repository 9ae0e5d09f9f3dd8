/** DHCPv6 leases as they are set up, told, and kept. */
import type * as client from "../../../client/dhcp6/index.ts";
import { fromHex, toHex } from "../../../net/bytes.ts";
import { formatDuid } from "../../../net/duid.ts";
import { formatIpv6 } from "../../../net/ipv6.ts";
import { firstAddress, formatIpv6Prefix, parseIpv6Prefix } from "../../../net/ipv6-prefix.ts";
import { decode } from "../../../wire/dhcp6/decode.ts";
import { encodeMessage } from "../../../wire/dhcp6/encode.ts";
import type { Message } from "../../../wire/dhcp6/message.ts";
import { OptionCode } from "../../../wire/dhcp6/option-code.ts";
import { optionValue } from "../../../wire/dhcp6/options.ts";
import type { JsonValue } from "../../../wire/values/values.ts";
import { OPTION_TABLE } from "../../probe/dhcp6/look.ts";
import { timeOf, uptime, uptimeAt, wallClockAt } from "../context.ts";
import { optionsToJson, textsOf } from "../options.ts";
import type { Setup, SetupAddress } from "../setup.ts";
import { isObject } from "../state-file.ts";

/** Options that are told by the leases, or are about the exchange. */
const UNTOLD: ReadonlySet<number> = new Set([
  OptionCode.clientIdentifier,
  OptionCode.serverIdentifier,
  OptionCode.iaNa,
  OptionCode.iaPd,
  OptionCode.statusCode,
  OptionCode.preference,
  OptionCode.rapidCommit,
  OptionCode.authentication,
  OptionCode.reconfigureAccept,
]);

/**
 * What the leases have the interface set up: addresses. Routes come from routers, not from DHCPv6;
 * what is made of a delegated prefix is the user's business.
 */
export function setupOf(leases: readonly client.ClientLease[], options: Message | undefined): Setup {
  const texts = (code: number): readonly string[] =>
    textsOf(OPTION_TABLE, code, options === undefined ? undefined : optionValue(options.options, code));
  return {
    addresses: leases.filter(({ kind }) => kind === "IA_NA").map(addressOf),
    routes: [],
    mtu: undefined,
    resolver: { nameservers: texts(OptionCode.dnsServers), search: texts(OptionCode.domainSearch) },
  };
}

/** The client has looked for duplicates; which addresses are on the link it does not know (RFC 8415 section 18.2.10.1). */
function addressOf({ prefix, validUntil, preferredUntil }: client.ClientLease): SetupAddress {
  return {
    address: `${formatIpv6(firstAddress(prefix))}/128`,
    validFor: secondsUntil(validUntil),
    preferredFor: secondsUntil(preferredUntil),
    flags: ["nodad", "noprefixroute"],
  };
}

function secondsUntil(time: number): number | undefined {
  return time === Infinity ? undefined : (time - uptime()) / 1000;
}

export function nameOf({ kind, prefix }: client.ClientLease): string {
  return kind === "IA_NA" ? formatIpv6(firstAddress(prefix)) : formatIpv6Prefix(prefix);
}

/** For people. */
export function describe(leases: readonly client.ClientLease[]): string {
  return leases
    .map((lease) => {
      const seconds = secondsUntil(lease.validUntil);
      return `${nameOf(lease)} ${seconds === undefined ? "for ever" : `for ${Math.round(seconds)} s`}`;
    })
    .join(", ");
}

/** For programs. */
export function leasesToJson(leases: readonly client.ClientLease[]): JsonValue {
  return leases.map((lease) => ({
    kind: lease.kind,
    iaid: lease.iaid,
    [lease.kind === "IA_NA" ? "address" : "prefix"]: nameOf(lease),
    preferred_until: timeOf(lease.preferredUntil),
    valid_until: timeOf(lease.validUntil),
  }));
}

export function optionsOf(message: Message | undefined): JsonValue {
  return message === undefined ? {} : optionsToJson(OPTION_TABLE, message.options, (code) => !UNTOLD.has(code));
}

/** The server of the leases. */
export function serverOf(binding: client.Binding | undefined): JsonValue {
  return binding === undefined ? null : formatDuid(binding.server);
}

/** What is kept from one run to the next. */
export interface Kept {
  readonly binding: client.Binding;
  /** The REPLY whose options count. */
  readonly options: Message | undefined;
}

/** For the state file: times by the wall clock, null where they never come. */
export function toState({ binding, options }: Kept): JsonValue {
  return {
    reply: options === undefined ? null : toHex(encodeMessage(options)),
    server: toHex(binding.server),
    associations: binding.associations.map(({ kind, iaid, t1, t2, leases }) => ({
      kind,
      iaid,
      t1: kept(t1),
      t2: kept(t2),
      leases: leases.map(({ prefix, preferredUntil, validUntil, options }) => ({
        prefix: formatIpv6Prefix(prefix),
        preferredUntil: kept(preferredUntil),
        validUntil: kept(validUntil),
        options: options.map(({ code, data }) => ({ code, data: toHex(data) })),
      })),
    })),
  };
}

function kept(time: number): number | null {
  return time === Infinity ? null : Math.round(wallClockAt(time));
}

/** What was kept; undefined where that is no binding, whatever it is. */
export function fromState(state: unknown): Kept | undefined {
  if (!isObject(state)) return undefined;
  const [server, reply] = [bytesOf(state.server), bytesOf(state.reply)];
  const associations = listOf(state.associations, associationFrom);
  if (server === undefined || associations === undefined || associations.length === 0) return undefined;
  const decoded = reply === undefined ? undefined : decode(reply);
  return { binding: { server, associations }, options: decoded?.ok === true ? decoded.message : undefined };
}

function associationFrom(state: Readonly<Record<string, unknown>>): client.Association | undefined {
  const { kind, iaid } = state;
  if ((kind !== "IA_NA" && kind !== "IA_PD") || typeof iaid !== "number") return undefined;
  const [t1, t2] = [timeFrom(state.t1), timeFrom(state.t2)];
  const leases = listOf(state.leases, (lease): client.ClientLease | undefined => {
    const prefix = typeof lease.prefix === "string" ? parseIpv6Prefix(lease.prefix) : undefined;
    const [preferredUntil, validUntil] = [timeFrom(lease.preferredUntil), timeFrom(lease.validUntil)];
    const options = listOf(lease.options, optionFrom);
    if (prefix === undefined || preferredUntil === undefined || validUntil === undefined || options === undefined) return undefined;
    return { kind, iaid, prefix, preferredUntil, validUntil, options };
  });
  return t1 === undefined || t2 === undefined || leases === undefined ? undefined : { kind, iaid, t1, t2, leases };
}

function optionFrom({ code, data }: Readonly<Record<string, unknown>>): { code: number; data: Uint8Array } | undefined {
  const bytes = bytesOf(data);
  return typeof code === "number" && bytes !== undefined ? { code, data: bytes } : undefined;
}

function timeFrom(value: unknown): number | undefined {
  if (value === null) return Infinity;
  return typeof value === "number" ? uptimeAt(value) : undefined;
}

function bytesOf(value: unknown): Uint8Array | undefined {
  return typeof value === "string" ? fromHex(value) : undefined;
}

/** Undefined when one of them is not what it should be. */
function listOf<T>(value: unknown, read: (one: Readonly<Record<string, unknown>>) => T | undefined): readonly T[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const items = value.map((one) => (isObject(one) ? read(one) : undefined));
  return items.every((one) => one !== undefined) ? (items as T[]) : undefined;
}
