import { toHex } from "../../net/bytes.ts";
import { formatIpv4, type Ipv4 } from "../../net/ipv4.ts";
import { formatMac } from "../../net/mac.ts";
import { type Message, MessageType } from "../../wire/dhcp4/message.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { messageType, optionIpv4, optionValue } from "../../wire/dhcp4/options.ts";
import { RelaySubOption, subOption } from "../../wire/dhcp4/relay-agent-information.ts";
import type { NoticeWords } from "../notice-log.ts";
import type { Facts, Kinds, Words } from "../protocol.ts";

/** What messages without option 53 are counted as. */
const BOOTP = 0;

/** Messages by their type (option 53). */
export const KINDS: Kinds = new Map([
  ...Object.entries(MessageType).map(([name, type]): [number, string] => [type, name]),
  [BOOTP, "BOOTP"],
]);

export function kindOf(message: Message): number {
  return messageType(message) ?? BOOTP;
}

/** What the log says of DHCPv4 messages. */
export const WORDS: Words<Message, Ipv4> = {
  // As many new leases as a building has that gets its power back.
  allowed: { "new leases": 1000, refusals: 60, "BOOTP clients": 60, "other messages": 60 },
  nameOf,
  who(message) {
    const identifier = optionValue(message, OptionCode.clientIdentifier);
    return {
      ...(message.chaddr.length === 0 ? {} : { chaddr: formatMac(message.chaddr) }),
      ...(identifier === undefined ? {} : { clientIdentifier: toHex(identifier) }),
      ...(message.giaddr === 0 ? {} : { relay: formatIpv4(message.giaddr) }),
      ...where(message),
    };
  },
  /** An OFFER is only a promise; a client that renews, and a question about leases, are no news. */
  isNews: (request, reply) => messageType(reply) !== MessageType.OFFER && request.ciaddr === 0 && !isQuery(request),
  subjectOf(request, reply) {
    if (messageType(request) === undefined) return "BOOTP clients";
    if (messageType(reply) === MessageType.NAK) return "refusals";
    return reply.yiaddr === 0 ? "other messages" : "new leases";
  },
  addressOf: (request, reply) => formatIpv4(isQuery(request) ? reply.ciaddr : reply.yiaddr || askedFor(request)),
  describe(reply) {
    const of = reply.yiaddr === 0 ? "" : ` of ${formatIpv4(reply.yiaddr)}`;
    return `${nameOf(reply)}${of}${why(reply)}`;
  },
  format: formatIpv4,
  formatEndpoint: (address, port) => `${formatIpv4(address)}:${port}`,
};

/** Who holds an address is told by the hardware address. */
export const NOTICE_WORDS: NoticeWords<Ipv4> = { format: formatIpv4, formatHolder: formatMac };

function nameOf(message: Message): string {
  const kind = kindOf(message);
  return (kind === BOOTP ? undefined : KINDS.get(kind)) ?? "BOOTP message";
}

function isQuery(request: Message): boolean {
  return messageType(request) === MessageType.LEASEQUERY;
}

/** Why a DHCPNAK was sent, in the words that the client is sent too (option 56). */
function why(reply: Message): string {
  const reason = messageType(reply) === MessageType.NAK ? optionValue(reply, OptionCode.message) : undefined;
  return reason === undefined ? "" : `: ${new TextDecoder().decode(reason)}`;
}

/** The address that a REQUEST or an INFORM is about. A DISCOVER only has a wish. */
function askedFor(request: Message): Ipv4 {
  const requested = messageType(request) === MessageType.REQUEST ? optionIpv4(request, OptionCode.requestedIpAddress) : undefined;
  return requested ?? request.ciaddr;
}

/** Where the relay says that the client is (RFC 3046 sections 3.1 and 3.2). */
function where(request: Message): Facts {
  const information = optionValue(request, OptionCode.relayAgentInformation);
  const circuitId = information && subOption(information, RelaySubOption.circuitId);
  const remoteId = information && subOption(information, RelaySubOption.remoteId);
  return {
    ...(circuitId === undefined ? {} : { circuitId: toHex(circuitId) }),
    ...(remoteId === undefined ? {} : { remoteId: toHex(remoteId) }),
  };
}
