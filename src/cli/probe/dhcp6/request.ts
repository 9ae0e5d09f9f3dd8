/** From the command line to the DHCPv6 messages that are sent. */
import * as client from "../../../client/dhcp6/index.ts";
import { type Duid, duidLl, MAX_DUID_SIZE, MIN_DUID_SIZE, parseDuid } from "../../../net/duid.ts";
import { IPV6_UNSPECIFIED, type Ipv6, linkLocalOf } from "../../../net/ipv6.ts";
import { ipv6Prefix, parseIpv6Prefix } from "../../../net/ipv6-prefix.ts";
import { parseMac } from "../../../net/mac.ts";
import { type Message, MessageType, type Option, type Relay } from "../../../wire/dhcp6/message.ts";
import { parseAddress, parseNumber, UsageError } from "../../endpoint.ts";
import { IPV6 } from "../../family.ts";
import { readOption, readOptionList } from "../option-flags.ts";
import { OPTION_TABLE } from "./look.ts";

/** The flags of `leasehold probe -6` that shape messages, as typed. */
export interface MessageFlags {
  readonly mac: string;
  readonly duid?: string;
  readonly iaid?: string;
  readonly na?: boolean;
  readonly pd?: boolean;
  readonly requestedIp?: string;
  readonly prefix?: string;
  readonly rapidCommit?: boolean;
  readonly reconfigureAccept?: boolean;
  readonly serverId?: string;
  readonly requestOptions?: string;
  readonly option: readonly string[];
  readonly relay?: readonly string[];
  readonly relayOption?: readonly string[];
  readonly xid?: string;
}

/** What the user asked for, read and checked. */
export interface MessagePlan {
  readonly settings: client.ClientSettings;
  readonly hardwareAddress: Uint8Array;
  readonly transactionId: number | undefined;
  /** Options that replace those of the same code. */
  readonly options: readonly Option[];
  readonly server: Duid | undefined;
  /** Link-addresses, that of the relay nearest to the client first. */
  readonly linkAddresses: readonly Ipv6[];
  /** Options that the relay nearest to the client adds. */
  readonly relayOptions: readonly Option[];
}

/** Reads the flags; throws a UsageError that names the wrong one. */
export function planMessages(flags: MessageFlags): MessagePlan {
  const hardwareAddress = parseMac(flags.mac);
  if (hardwareAddress === undefined) throw new UsageError(`--mac ${flags.mac}: six hex pairs such as 02:00:00:00:00:01`);
  const linkAddresses = (flags.relay ?? []).map((text) => parseAddress(IPV6, "--relay", text));
  const relayOptions = (flags.relayOption ?? []).map((given) => readOption(OPTION_TABLE, "--relay-option", given));
  if (relayOptions.length > 0 && linkAddresses.length === 0) {
    throw new UsageError("--relay-option: needs --relay, the link-address of the relay that adds it (:: for none)");
  }
  return {
    settings: {
      duid: duid("--duid", flags.duid) ?? duidLl({ type: 1, address: hardwareAddress }),
      associations: associations(flags),
      optionRequest: readOptionList(OPTION_TABLE, "--request-options", flags.requestOptions, client.DEFAULT_OPTION_REQUEST),
      options: [],
      rapidCommit: flags.rapidCommit === true,
      acceptReconfigure: flags.reconfigureAccept === true,
    },
    hardwareAddress,
    transactionId: flags.xid === undefined ? undefined : parseNumber("--xid", flags.xid, 0, 0xffffff, true),
    options: flags.option.map((given) => readOption(OPTION_TABLE, "--option", given)),
    server: duid("--server-id", flags.serverId),
    linkAddresses,
    relayOptions,
  };
}

/**
 * The plan of the client whose hardware address is `step` higher, with a DUID of its own unless one
 * was given.
 */
export function nextClient(plan: MessagePlan, step: number, ownDuid: boolean): MessagePlan {
  const hardwareAddress = plan.hardwareAddress.slice();
  for (let i = hardwareAddress.length - 1, carry = step; i >= 0 && carry > 0; i--) {
    carry += hardwareAddress[i] as number;
    hardwareAddress[i] = carry & 255;
    carry >>>= 8;
  }
  const own = ownDuid ? duidLl({ type: 1, address: hardwareAddress }) : plan.settings.duid;
  return { ...plan, hardwareAddress, settings: { ...plan.settings, duid: own } };
}

/**
 * The message with what the user set instead of what the builder wrote, as it comes through the
 * relays.
 */
export function applyPlan(message: Message, plan: MessagePlan): Message {
  const replaced = new Set(plan.options.map(({ code }) => code));
  const options = [...message.options.filter(({ code }) => !replaced.has(code)), ...plan.options];
  return { ...message, options, relays: relaysOf(plan) };
}

/** A message of any type, by name or number, with everything a SOLICIT has. */
export function messageOfType(name: string, plan: MessagePlan, transaction: client.Transaction): Message {
  const named: number | undefined = Object.hasOwn(MessageType, name.toUpperCase())
    ? MessageType[name.toUpperCase() as keyof typeof MessageType]
    : undefined;
  const type = named ?? (/^\d+$/.test(name) ? Number(name) : -1);
  const relays = type === MessageType["RELAY-FORW"] || type === MessageType["RELAY-REPL"];
  if (relays) throw new UsageError(`--type ${name}: a relay message has another inside; say with --relay which relays it came through`);
  if (type < 0 || type > 255) throw new UsageError(`--type ${name}: not a type; see leasehold probe --help`);
  return { ...client.solicit(plan.settings, transaction), type };
}

/**
 * The relays, that nearest to the server first. Each has the address of the one before it, or of
 * the client, as its peer.
 */
function relaysOf({ linkAddresses, relayOptions, hardwareAddress }: MessagePlan): readonly Relay[] {
  let peerAddress = linkLocalOf(hardwareAddress);
  const relays: Relay[] = [];
  for (const [hopCount, linkAddress] of linkAddresses.entries()) {
    relays.unshift({ hopCount, linkAddress, peerAddress, options: hopCount === 0 ? relayOptions : [] });
    if (linkAddress.some((byte, i) => byte !== IPV6_UNSPECIFIED[i])) peerAddress = linkAddress;
  }
  return relays;
}

/** An address unless the user does not want one, and a prefix if he wants one. */
function associations(flags: MessageFlags): readonly client.AssociationRequest[] {
  const iaid = flags.iaid === undefined ? 1 : parseNumber("--iaid", flags.iaid, 0, 0xffffffff, true);
  const address = flags.requestedIp === undefined ? undefined : parseAddress(IPV6, "--requested-ip", flags.requestedIp);
  const prefix = flags.prefix === undefined ? undefined : parseIpv6Prefix(flags.prefix);
  if (flags.prefix !== undefined && prefix === undefined)
    throw new UsageError(`--prefix ${flags.prefix}: not a prefix, such as 2001:db8:5::/56, or ::/56 for any of that length`);
  const wanted: client.AssociationRequest[] = [];
  if (flags.na !== false) wanted.push({ kind: "IA_NA", iaid, prefixes: address === undefined ? [] : [ipv6Prefix(address)] });
  else if (address !== undefined) throw new UsageError("--requested-ip and --no-na: an address is asked for, or none");
  if (flags.pd === true || prefix !== undefined) wanted.push({ kind: "IA_PD", iaid, prefixes: prefix === undefined ? [] : [prefix] });
  return wanted;
}

function duid(flag: string, given: string | undefined): Duid | undefined {
  if (given === undefined) return undefined;
  const bytes = parseDuid(given);
  if (bytes === undefined)
    throw new UsageError(`${flag} ${given}: ${MIN_DUID_SIZE} to ${MAX_DUID_SIZE} hex pairs, such as 00:03:00:01:02:00:00:00:00:01`);
  return bytes;
}
