import { OPTIONS_OFFSET } from "../../wire/dhcp4/decode.ts";
import { sizeOnWire } from "../../wire/dhcp4/encode.ts";
import { type Message, MessageType, type Option } from "../../wire/dhcp4/message.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { optionU16, optionValue } from "../../wire/dhcp4/options.ts";
import type { OptionListCache } from "../common/option-list-cache.ts";
import { configuredOption, isSuppressed } from "../common/settings.ts";
import { clientFqdnOption } from "./client-fqdn.ts";
import { addCode, codesOf, distinctCodes, hasCode } from "./code-set.ts";
import type { Exchange } from "./exchange.ts";
import type { Settings } from "./settings.ts";
import { echoedRelayAgentInformation, virtualSubnetOption } from "./virtual-subnet.ts";

/**
 * IP and UDP headers: option 57 counts them, the limit of a reply does not (RFC 2132 section 9.10).
 */
const HEADERS = 28;
/** Every client must accept this much (RFC 2131 section 2). */
const SMALLEST_MAXIMUM = 576;
/** One Ethernet frame: larger replies would be fragmented on the way. */
const LARGEST_MAXIMUM = 1500;

/** The size of a BOOTREPLY: a BOOTP client need not accept more (RFC 951; RFC 1534 section 2). */
export const BOOTP_SIZE = 300;
/** The end of the options, and option 52. */
const FRAMING_SIZE = 4;

/**
 * Written by the server itself and never taken from the configuration, whatever a client asks for.
 */
const OWN_CODES = new Uint8Array(256);
for (const code of [
  0,
  OptionCode.requestedIpAddress,
  OptionCode.ipAddressLeaseTime,
  OptionCode.overload,
  OptionCode.dhcpMessageType,
  OptionCode.serverIdentifier,
  OptionCode.parameterRequestList,
  OptionCode.message,
  OptionCode.maximumMessageSize,
  OptionCode.renewalTime,
  OptionCode.rebindingTime,
  OptionCode.clientIdentifier,
  OptionCode.rapidCommit,
  OptionCode.clientFqdn,
  OptionCode.relayAgentInformation,
  OptionCode.clientMachineIdentifier,
  OptionCode.subnetSelection,
  OptionCode.virtualSubnetSelection,
  255,
]) {
  OWN_CODES[code] = 1;
}

/** What a client gets that does not say what it wants (option 55): enough to use the network. */
const WITHOUT_REQUEST_LIST = Uint8Array.of(OptionCode.routers, OptionCode.domainNameServers, OptionCode.domainName);

/** A byte for the type and a GUID, the only one that is defined (RFC 4578 section 2.3). */
const MACHINE_IDENTIFIER_SIZE = 17;

/**
 * What is configured for a client that asks for certain options, in the order in which it is sent.
 */
export interface OptionLists {
  readonly plain: readonly Option[];
  /**
   * The same where option 121 takes the place of 3 and 33 (RFC 3442); undefined: the client is not
   * sent 121.
   */
  readonly routed: readonly Option[] | undefined;
  /** Bytes up to the end of option 121. */
  readonly sizeToRoutes: number;
}

const OFFER_TYPE: Option = { code: OptionCode.dhcpMessageType, data: Uint8Array.of(MessageType.OFFER) };
const ACK_TYPE: Option = { code: OptionCode.dhcpMessageType, data: Uint8Array.of(MessageType.ACK) };
const NAK_TYPE: Option = { code: OptionCode.dhcpMessageType, data: Uint8Array.of(MessageType.NAK) };

/**
 * Options of an OFFER or ACK in the order they are sent: type, server identifier, times, subnet
 * mask (before the router, RFC 2132 section 3.3), what the operator wants sent always, what the
 * client asks for in its order, and what is echoed or answered: 118 (RFC 3011), 97 (RFC 4578
 * section 2.3), 81 (RFC 4702), 221 (RFC 6607), 61 (RFC 6842), 82 last (RFC 3046 section 2.2).
 * `times` is empty in answer to an INFORM, and ends with option 80 in a rapid commit. `limit` is
 * the largest reply.
 */
export function replyOptions(
  exchange: Exchange,
  settings: Settings,
  type: typeof MessageType.OFFER | typeof MessageType.ACK,
  serverIdentifier: Option,
  times: readonly Option[],
  limit: number,
): Option[] {
  const options: Option[] = [type === MessageType.OFFER ? OFFER_TYPE : ACK_TYPE, serverIdentifier];
  for (let i = 0; i < times.length; i++) options.push(times[i] as Option);
  addSettings(exchange, settings, options, limit);
  // Firmware that boots from the network looks for its own identifier in the answer.
  const machine = optionValue(exchange.message, OptionCode.clientMachineIdentifier);
  if (machine?.length === MACHINE_IDENTIFIER_SIZE) options.push({ code: OptionCode.clientMachineIdentifier, data: machine });
  const clientFqdn = clientFqdnOption(exchange, settings);
  if (clientFqdn !== undefined) options.push(clientFqdn);
  const vss = virtualSubnetOption(exchange.message);
  if (vss !== undefined) options.push(vss);
  addEchoes(exchange, options);
  return options;
}

/**
 * Options of a reply to a BOOTP client: what is configured, without those that only DHCP has a
 * meaning for (50 to 61), and option 82 for the relay. A client that sends no option 55 is taken
 * not to say what it wants.
 */
export function bootpOptions(exchange: Exchange, settings: Settings): Option[] {
  const { relayAgentInformation } = exchange;
  const options: Option[] = [];
  addSettings(exchange, settings, options, BOOTP_SIZE);
  const understood = options.filter(({ code }) => code < OptionCode.requestedIpAddress || code > OptionCode.clientIdentifier);
  if (relayAgentInformation !== undefined) understood.push(echoOf(relayAgentInformation));
  return understood;
}

/**
 * Adds what is configured for the client, and option 118. `maxMessageSize` is that of the reply.
 */
export function addSettings(exchange: Exchange, settings: Settings, options: Option[], maxMessageSize: number): void {
  const asked = optionValue(exchange.message, OptionCode.parameterRequestList) ?? WITHOUT_REQUEST_LIST;
  const lists = listsFor(exchange.context.decider.optionLists, settings, asked, options);
  const { routed } = lists;
  const list = routed !== undefined && fitsRoutes(exchange, options, lists, maxMessageSize) ? routed : lists.plain;
  for (let i = 0; i < list.length; i++) options.push(list[i] as Option);
  addSubnetSelection(exchange, options);
}

/** What goes behind the options `before`, none of which is sent twice. */
function listsFor(
  cache: OptionListCache<Settings, OptionLists>,
  settings: Settings,
  asked: Uint8Array,
  before: readonly Option[],
): OptionLists {
  if (settings.number === 0 || hasAny(before, settings)) return makeLists(settings, asked, before);
  const kept = cache.get(settings, asked);
  if (kept !== undefined) return kept;
  const made = makeLists(settings, asked, []);
  cache.offer(settings, asked, made);
  return made;
}

/** Whether one of the options is configured, too. */
function hasAny(options: readonly Option[], settings: Settings): boolean {
  for (let i = 0; i < options.length; i++) {
    const { code } = options[i] as Option;
    if (OWN_CODES[code] !== 1 && configuredOption(settings, code) !== undefined) return true;
  }
  return false;
}

/**
 * The subnet mask, what the operator wants sent always, what the client asks for, the routers
 * whether it asks or not.
 */
function makeLists(settings: Settings, asked: Uint8Array, before: readonly Option[]): OptionLists {
  const options = [...before, maskOption(settings)];
  for (const { always } of settings.options) {
    for (const { code } of always) {
      // Option 108 goes to nobody who does not ask for it (RFC 8925 section 3.3).
      if (OWN_CODES[code] === 1 || code === OptionCode.ipv6OnlyPreferred) continue;
      // A closer place may have another value for it, or not want it sent always.
      const option = configuredOption(settings, code);
      if (option?.always) addOnce(options, option);
    }
  }
  const requested = distinctCodes(asked);
  const { classlessStaticRoutes } = OptionCode;
  const getsRoutes = configuredOption(settings, classlessStaticRoutes) !== undefined && requested.includes(classlessStaticRoutes);
  return {
    plain: withRequested(settings, options, requested, false).slice(before.length),
    routed: getsRoutes ? withRequested(settings, options, requested, true).slice(before.length) : undefined,
    sizeToRoutes: getsRoutes ? sizeToRoutes(settings, options, requested) - sizeOf(before) : 0,
  };
}

/** `isRouted`: option 121 takes the place of 3 and 33. */
function withRequested(settings: Settings, first: readonly Option[], requested: Uint8Array, isRouted: boolean): Option[] {
  const options = first.slice();
  for (let i = 0; i < requested.length; i++) {
    const code = requested[i] as number;
    if (isRouted && (code === OptionCode.routers || code === OptionCode.staticRoutes)) continue;
    const option = requestedOption(settings, code);
    if (option !== undefined) addOnce(options, option);
  }
  // Without a router an address is of little use: clients that forget to ask for it are given it,
  // as dora gives it.
  const routers = isRouted ? undefined : configuredOption(settings, OptionCode.routers);
  if (routers !== undefined) addOnce(options, routers);
  // Settings of this one client are sent whether it asks or not (RFC 2131 section 4.3.1).
  if (settings.hostname !== undefined) addOnce(options, settings.hostname);
  return options;
}

/**
 * Bytes of `first` and of what is asked for before option 121, with that, which is configured and
 * asked for.
 */
function sizeToRoutes(settings: Settings, first: readonly Option[], requested: Uint8Array): number {
  const { classlessStaticRoutes, routers, staticRoutes } = OptionCode;
  const counted = codesOf(first);
  let size = sizeOf(first);
  for (let i = 0; !hasCode(counted, classlessStaticRoutes); i++) {
    const code = requested[i] as number;
    if (!addCode(counted, code) || code === routers || code === staticRoutes) continue;
    const option = requestedOption(settings, code);
    if (option !== undefined) size += sizeOnWire(option);
  }
  return size;
}

/**
 * Whether there is room for option 121 behind the options `before`. Then its client ignores options
 * 3 and 33, and a server should not send them (RFC 3442, "DHCP Server Administrator
 * Responsibilities"): the room is better used for routes. Where it is not certain that 121 fits
 * they stay, for a client with neither has no route at all.
 */
function fitsRoutes(
  { trace, relayAgentInformation }: Exchange,
  before: readonly Option[],
  lists: OptionLists,
  maxMessageSize: number,
): boolean {
  const echoed = relayAgentInformation === undefined ? 0 : relayAgentInformation.length + 2;
  const fits = OPTIONS_OFFSET + FRAMING_SIZE + echoed + sizeOf(before) + lists.sizeToRoutes <= maxMessageSize;
  trace?.({ rule: "options", classlessRoutesFit: fits });
  return fits;
}

function sizeOf(options: readonly Option[]): number {
  let size = 0;
  for (let i = 0; i < options.length; i++) size += sizeOnWire(options[i] as Option);
  return size;
}

/**
 * Option 118 as it came, to whoever sent it (RFC 3011 section 2). Where it does not count it is not
 * echoed, so that its client knows.
 */
function addSubnetSelection({ context, message }: Exchange, options: Option[]): void {
  const subnetSelection = context.decider.config.subnetSelection ? optionValue(message, OptionCode.subnetSelection) : undefined;
  if (subnetSelection?.length === 4) options.push({ code: OptionCode.subnetSelection, data: subnetSelection });
}

/**
 * Options of a NAK: type, server identifier, why, and what is echoed; nothing else is
 * allowed (RFC 2131 table 3).
 */
export function nakOptions(exchange: Exchange, serverIdentifier: Option, why: Option): Option[] {
  const options: Option[] = [NAK_TYPE, serverIdentifier, why];
  addSubnetSelection(exchange, options);
  addEchoes(exchange, options);
  return options;
}

/**
 * The largest reply that the client accepts in bytes of UDP payload (option
 * 57; RFC 2132 section 9.10).
 */
export function maxMessageSizeOf(message: Message): number {
  const size = optionU16(message, OptionCode.maximumMessageSize) ?? SMALLEST_MAXIMUM;
  return Math.min(Math.max(size, SMALLEST_MAXIMUM), LARGEST_MAXIMUM) - HEADERS;
}

/**
 * The same of a reply: one that goes straight to the client is sent in one piece,
 * so the link limits it too.
 */
export function maxReplySizeOf({ message, received }: Exchange): number {
  const size = maxMessageSizeOf(message);
  const { mtu } = received.interface;
  return message.giaddr !== 0 || mtu === undefined ? size : Math.min(size, mtu - HEADERS);
}

function addEchoes(exchange: Exchange, options: Option[]): void {
  const { clientIdentifier, relayAgentInformation } = exchange;
  if (clientIdentifier !== undefined) options.push({ code: OptionCode.clientIdentifier, data: clientIdentifier });
  if (relayAgentInformation !== undefined) options.push(echoOf(relayAgentInformation));
}

function echoOf(relayAgentInformation: Uint8Array): Option {
  return { code: OptionCode.relayAgentInformation, data: echoedRelayAgentInformation(relayAgentInformation) };
}

/** The option that is sent to a client that asks for it; undefined: there is none. */
export function requestedOption(settings: Settings, code: number): Option | undefined {
  if (OWN_CODES[code] === 1) return undefined;
  if (code === OptionCode.hostName && settings.hostname !== undefined) return settings.hostname;
  const configured = configuredOption(settings, code);
  if (code === OptionCode.subnetMask) return maskOption(settings);
  if (configured !== undefined || code !== OptionCode.broadcastAddress || isSuppressed(settings, code)) return configured;
  return settings.prefixOptions.broadcast;
}

function maskOption(settings: Settings): Option {
  return configuredOption(settings, OptionCode.subnetMask) ?? settings.prefixOptions.mask;
}

/** Adds an option unless there is one with this code. */
export function addOnce(options: Option[], option: Option): void {
  for (let i = 0; i < options.length; i++) if ((options[i] as Option).code === option.code) return;
  options.push(option);
}
