import { placedBy, placeOf } from "../../engine/dhcp4/subnet.ts";
import type { LeaseOwner } from "../../leases/dhcp4/lease.ts";
import { NEVER } from "../../leases/lease.ts";
import { toHex } from "../../net/bytes.ts";
import { formatIpv4, IPV4_ANY, type Ipv4 } from "../../net/ipv4.ts";
import { formatMac } from "../../net/mac.ts";
import { formatIpv4Prefix, prefixOf } from "../../net/prefix.ts";
import { typeName } from "../../wire/dhcp4/describe.ts";
import { MESSAGE_NAMES, type Message, MessageType } from "../../wire/dhcp4/message.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { messageType, optionIpv4, optionU32, optionValue, textOf as withoutNuls } from "../../wire/dhcp4/options.ts";
import { RelaySubOption, subOption } from "../../wire/dhcp4/relay-agent-information.ts";
import { nameField, textOf } from "../leases/printed.ts";
import type { NoticeWords } from "../notice-log.ts";
import type { Kinds, Refusal, Sender, Words } from "../protocol.ts";
import { identifierInSentence, nameInSentence } from "../quoted.ts";
import { shortened } from "../shortened.ts";

/** What messages without option 53 are counted as. */
const BOOTP = 0;

/** Messages by their type (option 53). */
export const KINDS: Kinds = new Map([...MESSAGE_NAMES, [BOOTP, "BOOTP"]]);

export function kindOf(message: Message): number {
  return messageType(message) ?? BOOTP;
}

/**
 * What the log says of DHCPv4 messages. `isSubnetSelectionHeeded`: whether option 118 counts, as it
 * is configured.
 */
export const wordsOf = (isSubnetSelectionHeeded: () => boolean): Words<Message, Ipv4, LeaseOwner> => ({
  nameOf: typeName,
  identityOf: (message) => (message.chaddr.length > 0 ? message.chaddr : optionValue(message, OptionCode.clientIdentifier)),
  senderOf,
  subjectOf(_, reply) {
    const type = messageType(reply);
    if (type === MessageType.NAK) return "refusals";
    // An OFFER is only a promise. What gives a lease that is there already changes none.
    return (type === MessageType.ACK || type === undefined) && reply.yiaddr !== IPV4_ANY ? "renewals" : undefined;
  },
  addressOf(request, reply) {
    const address = isQuery(request) ? reply.ciaddr : reply.yiaddr || askedFor(request);
    return address === IPV4_ANY ? "" : formatIpv4(address);
  },
  givenBy: ({ yiaddr }) => (yiaddr === IPV4_ANY ? undefined : yiaddr),
  leaseTimeOf(reply) {
    if (reply.yiaddr === IPV4_ANY) return undefined;
    return messageType(reply) === undefined ? NEVER : optionU32(reply, OptionCode.ipAddressLeaseTime);
  },
  refusalIn,
  placeKeyOf(message) {
    const information = optionValue(message, OptionCode.relayAgentInformation);
    const by = placedBy(message, information, isSubnetSelectionHeeded());
    return by && placeOf(message, information, by);
  },
  noNetworkFor(message) {
    const information = optionValue(message, OptionCode.relayAgentInformation);
    const by = placedBy(message, information, isSubnetSelectionHeeded()) ?? "giaddr";
    const place = placeOf(message, information, by);
    const address = formatIpv4(place);
    const add = `add its network (such as ${formatIpv4Prefix(prefixOf(place, 24))})`;
    const none = "so clients there get nothing";
    if (by === "giaddr") return `no network holds the giaddr ${address}, ${none}: ${add}, or list it in \`relays\` of one`;
    if (by === "subnet-selection")
      return `no network holds the subnet ${address} that a client selects by option 118, so it gets nothing: ${add}, or heed no such option (\`subnet_selection: false\`)`;
    const relay = message.giaddr === IPV4_ANY ? "a relay" : `relay ${formatIpv4(message.giaddr)}`;
    return `no network holds the link ${address} that ${relay} selects, ${none}: ${add}`;
  },
  format: formatIpv4,
  formatEndpoint: (address, port) => `${formatIpv4(address)}:${port}`,
});

/** Who holds an address is told by the hardware address. */
export const NOTICE_WORDS: NoticeWords<Ipv4> = { format: formatIpv4, formatHolder: formatMac };

function isQuery(request: Message): boolean {
  return messageType(request) === MessageType.LEASEQUERY;
}

/** Why a DHCPNAK was sent, in the words that the client is sent too (option 56). */
function refusalIn(reply: Message): Refusal | undefined {
  const reason = messageType(reply) === MessageType.NAK ? textOf(optionValue(reply, OptionCode.message)) : null;
  return reason === null ? undefined : { reason, text: reason };
}

/**
 * The address that a message is about which is answered without one. A DISCOVER only has a wish.
 */
function askedFor(request: Message): Ipv4 {
  const type = messageType(request);
  const isAbout = type === MessageType.REQUEST || type === MessageType.DECLINE;
  return (isAbout ? optionIpv4(request, OptionCode.requestedIpAddress) : undefined) ?? request.ciaddr;
}

function relaySubOption(message: Message, code: number): Uint8Array | undefined {
  const information = optionValue(message, OptionCode.relayAgentInformation);
  return information && subOption(information, code);
}

function senderOf(message: Message, owner: LeaseOwner | undefined): Sender {
  const identifier = optionValue(message, OptionCode.clientIdentifier);
  const said = optionValue(message, OptionCode.hostName);
  const hostname = textOf(owner?.hostname ?? (said && withoutNuls(said))) || undefined;
  // RFC 3046 sections 3.1 and 3.2.
  const circuitId = relaySubOption(message, RelaySubOption.circuitId);
  const remoteId = relaySubOption(message, RelaySubOption.remoteId);
  const hasAddress = message.chaddr.length > 0;
  const known = hasAddress ? formatMac(message.chaddr) : identifier === undefined ? "a client" : shortened(identifier, toHex);
  return {
    facts: {
      ...(hasAddress ? { hardware_address: formatMac(message.chaddr) } : {}),
      ...(identifier === undefined ? {} : { client_identifier: shortened(identifier, toHex) }),
      ...(hostname === undefined ? {} : { hostname }),
      ...(owner === undefined ? {} : nameField(owner)),
      ...(message.giaddr === IPV4_ANY ? {} : { giaddr: formatIpv4(message.giaddr) }),
      ...(circuitId === undefined ? {} : { circuit_id: shortened(circuitId, toHex) }),
      ...(remoteId === undefined ? {} : { remote_id: shortened(remoteId, toHex) }),
    },
    client: hostname === undefined ? known : `${known} (${nameInSentence(hostname)})`,
    relay: message.giaddr === IPV4_ANY ? undefined : formatIpv4(message.giaddr),
    port: circuitId && shortened(circuitId, identifierInSentence),
  };
}
