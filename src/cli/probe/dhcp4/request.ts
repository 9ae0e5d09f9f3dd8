/** From the command line to the messages that are sent. */

import * as client from "../../../client/dhcp4/index.ts";
import { fromHex } from "../../../net/bytes.ts";
import type { Ipv4 } from "../../../net/ipv4.ts";
import { BROADCAST_FLAG, type Message, MessageType, type Option } from "../../../wire/dhcp4/message.ts";
import { OptionCode } from "../../../wire/dhcp4/option-code.ts";
import { parseAddress, parseNumber, UsageError } from "../../endpoint.ts";
import { IPV4 } from "../../family.ts";
import { readOption, readOptionList } from "../option-flags.ts";
import { OPTION_TABLE } from "./look.ts";

/** The flags of `leasehold probe` that shape messages, as typed. */
export interface MessageFlags {
  readonly mac: string;
  readonly clientId?: string;
  readonly htype?: string;
  readonly hops?: string;
  readonly xid?: string;
  readonly secs?: string;
  readonly flags?: string;
  readonly broadcast?: boolean;
  readonly ciaddr?: string;
  readonly yiaddr?: string;
  readonly siaddr?: string;
  readonly giaddr?: string;
  readonly sname?: string;
  readonly file?: string;
  readonly option: readonly string[];
  readonly requestOptions?: string;
  readonly requestedIp?: string;
  readonly serverId?: string;
}

/** What the user asked for, read and checked. */
export interface MessagePlan {
  readonly settings: client.ClientSettings;
  readonly xid: number | undefined;
  /** Header fields that replace what the builder wrote. */
  readonly header: Partial<Message>;
  /** Options that replace those of the same code. */
  readonly options: readonly Option[];
  readonly requestedAddress: Ipv4 | undefined;
  readonly ciaddr: Ipv4 | undefined;
  readonly serverIdentifier: Ipv4 | undefined;
  /** Whether the user said what option 61 is. */
  readonly namesClient: boolean;
}

/**
 * Reads the flags; throws a UsageError that names the wrong one. `broadcast` is the broadcast bit
 * unless the user says.
 */
export function planMessages(flags: MessageFlags, broadcast: boolean): MessagePlan {
  const chaddr = fromHex(flags.mac);
  if (chaddr === undefined || chaddr.length > 16)
    throw new UsageError(`--mac ${flags.mac}: hex pairs such as 02:00:00:00:00:01, at most 16`);
  const htype = number("--htype", flags.htype, 255) ?? 1;
  const wantsBroadcast = flags.broadcast ?? broadcast;
  const settings: client.ClientSettings = {
    htype,
    chaddr,
    clientIdentifier: clientIdentifier(flags.clientId, htype, chaddr),
    parameterRequestList: readOptionList(OPTION_TABLE, "--request-options", flags.requestOptions, client.DEFAULT_PARAMETERS),
    broadcast: wantsBroadcast,
    options: [],
    rapidCommit: false,
  };
  const given = number("--flags", flags.flags, 0xffff);
  const header = {
    hops: number("--hops", flags.hops, 255),
    secs: number("--secs", flags.secs, 0xffff),
    flags: given === undefined ? undefined : given | (flags.broadcast === true ? BROADCAST_FLAG : 0),
    ciaddr: address("--ciaddr", flags.ciaddr),
    yiaddr: address("--yiaddr", flags.yiaddr),
    siaddr: address("--siaddr", flags.siaddr),
    giaddr: address("--giaddr", flags.giaddr),
    sname: text("--sname", flags.sname, 64),
    file: text("--file", flags.file, 128),
  };
  return {
    settings,
    xid: number("--xid", flags.xid, 0xffffffff),
    header: Object.fromEntries(Object.entries(header).filter(([, value]) => value !== undefined)),
    options: flags.option.map((given) => readOption(OPTION_TABLE, "--option", given)),
    requestedAddress: address("--requested-ip", flags.requestedIp),
    ciaddr: header.ciaddr,
    serverIdentifier: address("--server-id", flags.serverId),
    namesClient: flags.clientId !== undefined && settings.clientIdentifier !== undefined,
  };
}

/**
 * The plan of the client whose hardware address is `step` higher, with an identifier of its own
 * unless one was given.
 */
export function nextClient(plan: MessagePlan, step: number, ownIdentifier: boolean): MessagePlan {
  const chaddr = plan.settings.chaddr.slice();
  for (let i = chaddr.length - 1, carry = step; i >= 0 && carry > 0; i--) {
    carry += chaddr[i] as number;
    chaddr[i] = carry & 255;
    carry >>>= 8;
  }
  const identifier = ownIdentifier ? Uint8Array.of(plan.settings.htype, ...chaddr) : plan.settings.clientIdentifier;
  return { ...plan, settings: { ...plan.settings, chaddr, clientIdentifier: identifier } };
}

/** The message with what the user set instead of what the builder wrote. */
export function applyPlan(message: Message, plan: MessagePlan): Message {
  const replaced = new Set(plan.options.map(({ code }) => code));
  const options = [...message.options.filter(({ code }) => !replaced.has(code)), ...plan.options];
  return { ...message, ...plan.header, options };
}

/**
 * The REQUEST that the given addresses ask for: SELECTING, INIT-REBOOT, or RENEWING (RFC 2131
 * section 4.3.2).
 */
export function plainRequest(plan: MessagePlan, transaction: client.Transaction): Message {
  const { settings, requestedAddress, serverIdentifier, ciaddr } = plan;
  if (requestedAddress !== undefined && serverIdentifier !== undefined) {
    return client.requestSelecting(settings, transaction, { address: requestedAddress, serverIdentifier });
  }
  if (requestedAddress !== undefined) return client.requestInitReboot(settings, transaction, requestedAddress);
  if (ciaddr !== undefined) return client.requestExtension(settings, transaction, ciaddr);
  throw new UsageError(
    "--type request: needs --requested-ip (with --server-id as after an offer, without it as after a restart) or --ciaddr",
  );
}

/**
 * A LEASEQUERY (RFC 4388 section 6.2): about --ciaddr, else about the client identifier that was
 * given, else about the remote id in an option 82 that was given (RFC 6148), else about the
 * hardware address. It has nothing that could be taken for another question.
 */
export function leasequery(plan: MessagePlan, transaction: client.Transaction): Message {
  const { settings, ciaddr, namesClient, header } = plan;
  if (!header.giaddr) throw new UsageError("--type leasequery: needs --relay or --giaddr, the address of the one who asks");
  const byIdentifier = ciaddr === undefined && namesClient;
  const byHardware = ciaddr === undefined && !namesClient && !plan.options.some(({ code }) => code === OptionCode.relayAgentInformation);
  const message = messageOfType("leasequery", plan, transaction);
  const kept = message.options.filter(
    ({ code }) =>
      code === OptionCode.dhcpMessageType ||
      code === OptionCode.parameterRequestList ||
      (code === OptionCode.clientIdentifier && byIdentifier),
  );
  const hardware = byHardware ? {} : { htype: 0, hlen: 0, chaddr: new Uint8Array(0) };
  return {
    ...message,
    ...hardware,
    flags: 0,
    options: settings.parameterRequestList.length === 0 ? kept.filter(({ code }) => code !== OptionCode.parameterRequestList) : kept,
  };
}

/** A message of any type, by name or number, with everything a DISCOVER has. */
export function messageOfType(name: string, plan: MessagePlan, transaction: client.Transaction): Message {
  const named: number | undefined = Object.hasOwn(MessageType, name.toUpperCase())
    ? MessageType[name.toUpperCase() as keyof typeof MessageType]
    : undefined;
  const type = named ?? (/^\d+$/.test(name) ? Number(name) : -1);
  if (type < 0 || type > 255) throw new UsageError(`--type ${name}: not a type; see leasehold probe --help`);
  const message = client.discover(plan.settings, transaction);
  return {
    ...message,
    options: message.options.map((option) =>
      option.code === OptionCode.dhcpMessageType ? { code: OptionCode.dhcpMessageType, data: Uint8Array.of(type) } : option,
    ),
  };
}

function clientIdentifier(given: string | undefined, htype: number, chaddr: Uint8Array): Uint8Array | undefined {
  if (given === undefined) return Uint8Array.of(htype, ...chaddr);
  if (given === "none") return undefined;
  if (given === "") throw new UsageError("--client-id: is empty; leave option 61 out with --client-id none");
  return fromHex(given) ?? new TextEncoder().encode(given);
}

function number(flag: string, given: string | undefined, max: number): number | undefined {
  return given === undefined ? undefined : parseNumber(flag, given, 0, max, true);
}

function address(flag: string, given: string | undefined): Ipv4 | undefined {
  return given === undefined ? undefined : parseAddress(IPV4, flag, given);
}

function text(flag: string, given: string | undefined, size: number): Uint8Array | undefined {
  if (given === undefined) return undefined;
  const bytes = new TextEncoder().encode(given);
  if (bytes.length > size) throw new UsageError(`${flag} ${given}: the field holds ${size} bytes, this has ${bytes.length}`);
  return bytes;
}
