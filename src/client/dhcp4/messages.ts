import { checkBytes } from "../../net/argument.ts";
/**
 * The messages that a DHCPv4 client sends (RFC 2131 section 4.4 and table 5), built from plain
 * data.
 */
import type { Ipv4 } from "../../net/ipv4.ts";
import { writeIpv4 } from "../../net/ipv4.ts";
import { BROADCAST_FLAG, type Message, MessageType, Op, type Option } from "../../wire/dhcp4/message.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";

/** Codes of the options that a client writes or reads itself. */
export const ClientOption = {
  requestedIpAddress: OptionCode.requestedIpAddress,
  ipAddressLeaseTime: OptionCode.ipAddressLeaseTime,
  dhcpMessageType: OptionCode.dhcpMessageType,
  serverIdentifier: OptionCode.serverIdentifier,
  parameterRequestList: OptionCode.parameterRequestList,
  message: OptionCode.message,
  renewalTime: OptionCode.renewalTime,
  rebindingTime: OptionCode.rebindingTime,
  clientIdentifier: OptionCode.clientIdentifier,
  rapidCommit: OptionCode.rapidCommit,
} as const;

/** What a client says about itself in every message. */
export interface ClientIdentity {
  /** Hardware type: 1 for Ethernet. */
  readonly htype: number;
  /** Hardware address, at most 16 bytes. */
  readonly chaddr: Uint8Array;
  /**
   * Option 61; undefined: none is sent, and the server knows the client by its hardware address
   * (RFC 2131 section 4.2).
   */
  readonly clientIdentifier: Uint8Array | undefined;
}

/** What a client wants, the same in every message of its life (RFC 2131 section 4.4.1). */
export interface ClientSettings extends ClientIdentity {
  /** Option 55, in order of preference. Empty: the option is not sent, and the server chooses. */
  readonly parameterRequestList: readonly number[];
  /**
   * Asks the server to broadcast its answers, for a client that can't receive unicast before it has
   * an address (section 4.1).
   */
  readonly broadcast: boolean;
  /**
   * Further options of DISCOVER, REQUEST and INFORM, such as a host name (12), vendor class (60) or
   * message size (57).
   */
  readonly options: readonly Option[];
  /** Offers to take an ACK in answer to the DISCOVER (RFC 4039). */
  readonly rapidCommit: boolean;
}

/** `secs` is in seconds since the client began to acquire or renew its address. */
export interface Transaction {
  readonly xid: number;
  readonly secs: number;
}

/** The options that a client asks for unless told otherwise (option 55). */
export const DEFAULT_PARAMETERS: readonly number[] = [
  OptionCode.subnetMask,
  OptionCode.routers,
  OptionCode.domainNameServers,
  OptionCode.hostName,
  OptionCode.domainName,
  OptionCode.interfaceMtu,
  OptionCode.broadcastAddress,
  OptionCode.ntpServers,
  OptionCode.domainSearch,
  OptionCode.classlessStaticRoutes,
];

/**
 * The settings of an Ethernet client that is known by its hardware address (type 1 and the address,
 * RFC 2132 section 9.14). Throws TypeError for what is no bytes.
 */
export function ethernetClient(chaddr: Uint8Array): ClientSettings {
  checkBytes(chaddr, "chaddr", "parseMac of leasehold/net, which makes it of text");
  return {
    htype: 1,
    chaddr,
    clientIdentifier: Uint8Array.of(1, ...chaddr),
    parameterRequestList: DEFAULT_PARAMETERS,
    broadcast: false,
    options: [],
    rapidCommit: false,
  };
}

/**
 * Asks all servers for an address; the two wishes are hints (section 4.4.1). `leaseTime` is in
 * seconds.
 */
export function discover(
  settings: ClientSettings,
  transaction: Transaction,
  wishes: { readonly requestedAddress?: Ipv4 | undefined; readonly leaseTime?: number | undefined } = {},
): Message {
  const hints: Option[] = [];
  if (wishes.requestedAddress !== undefined) hints.push(u32Option(ClientOption.requestedIpAddress, wishes.requestedAddress));
  if (wishes.leaseTime !== undefined) hints.push(u32Option(ClientOption.ipAddressLeaseTime, wishes.leaseTime));
  if (settings.rapidCommit) hints.push({ code: ClientOption.rapidCommit, data: new Uint8Array(0) });
  return enquiry(settings, transaction, MessageType.DISCOVER, 0, hints);
}

/** Accepts the offer of one server, and with that declines those of all others. */
export function requestSelecting(
  settings: ClientSettings,
  transaction: Transaction,
  offer: { readonly address: Ipv4; readonly serverIdentifier: Ipv4 },
): Message {
  return enquiry(settings, transaction, MessageType.REQUEST, 0, [
    u32Option(ClientOption.requestedIpAddress, offer.address),
    u32Option(ClientOption.serverIdentifier, offer.serverIdentifier),
  ]);
}

/**
 * Asks whether the address that the client had before it restarted is still right here (section
 * 4.4.2).
 */
export function requestInitReboot(settings: ClientSettings, transaction: Transaction, address: Ipv4): Message {
  return enquiry(settings, transaction, MessageType.REQUEST, 0, [u32Option(ClientOption.requestedIpAddress, address)]);
}

/**
 * Asks to extend the lease of `ciaddr`: RENEWING when sent to the server that gave it, REBINDING
 * when broadcast (section 4.4.5). Neither option 50 nor 54 may be in it (table 5).
 */
export function requestExtension(settings: ClientSettings, transaction: Transaction, ciaddr: Ipv4): Message {
  return enquiry(settings, transaction, MessageType.REQUEST, ciaddr, []);
}

/** Asks for parameters only: the address was configured otherwise (section 4.4.3). */
export function inform(settings: ClientSettings, transaction: Transaction, ciaddr: Ipv4): Message {
  return enquiry(settings, transaction, MessageType.INFORM, ciaddr, []);
}

/** Gives the address back. Not answered. */
export function release(
  identity: ClientIdentity,
  xid: number,
  lease: { readonly address: Ipv4; readonly serverIdentifier: Ipv4 },
): Message {
  return header(identity, { xid, secs: 0 }, 0, lease.address, [
    type(MessageType.RELEASE),
    ...identifier(identity),
    u32Option(ClientOption.serverIdentifier, lease.serverIdentifier),
  ]);
}

/** Says that somebody else uses the address that was just assigned. Not answered. */
export function decline(
  identity: ClientIdentity,
  xid: number,
  lease: { readonly address: Ipv4; readonly serverIdentifier: Ipv4 },
): Message {
  return header(identity, { xid, secs: 0 }, 0, 0, [
    type(MessageType.DECLINE),
    ...identifier(identity),
    u32Option(ClientOption.requestedIpAddress, lease.address),
    u32Option(ClientOption.serverIdentifier, lease.serverIdentifier),
  ]);
}

/**
 * A plain BOOTP request (RFC 951, RFC 1542): vendor information begins with the cookie, but there
 * is no message type.
 */
export function bootpRequest(settings: ClientSettings, transaction: Transaction): Message {
  return header(settings, transaction, settings.broadcast ? BROADCAST_FLAG : 0, 0, settings.options);
}

/** DISCOVER, REQUEST and INFORM: everything the client says about itself, in all of them alike. */
function enquiry(
  settings: ClientSettings,
  transaction: Transaction,
  messageType: number,
  ciaddr: Ipv4,
  specific: readonly Option[],
): Message {
  // A client that has its address can be reached by unicast (section 4.1).
  const flags = settings.broadcast && ciaddr === 0 ? BROADCAST_FLAG : 0;
  const options: Option[] = [type(messageType), ...identifier(settings), ...specific];
  if (settings.parameterRequestList.length > 0) {
    options.push({ code: ClientOption.parameterRequestList, data: Uint8Array.from(settings.parameterRequestList) });
  }
  options.push(...settings.options);
  return header(settings, transaction, flags, ciaddr, options);
}

function header(identity: ClientIdentity, transaction: Transaction, flags: number, ciaddr: Ipv4, options: readonly Option[]): Message {
  return {
    op: Op.request,
    htype: identity.htype,
    hlen: identity.chaddr.length,
    hops: 0,
    xid: transaction.xid,
    secs: Math.min(transaction.secs, 0xffff),
    flags,
    ciaddr,
    yiaddr: 0,
    siaddr: 0,
    giaddr: 0,
    chaddr: identity.chaddr,
    sname: new Uint8Array(0),
    file: new Uint8Array(0),
    cookie: true,
    options,
  };
}

function type(messageType: number): Option {
  return { code: ClientOption.dhcpMessageType, data: Uint8Array.of(messageType) };
}

function identifier(identity: ClientIdentity): Option[] {
  return identity.clientIdentifier === undefined ? [] : [{ code: ClientOption.clientIdentifier, data: identity.clientIdentifier }];
}

function u32Option(code: number, value: number): Option {
  const data = new Uint8Array(4);
  writeIpv4(data, 0, value);
  return { code, data };
}
