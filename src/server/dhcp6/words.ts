import { clientFqdnName } from "../../engine/dhcp6/client-fqdn.ts";
import { placingRelay } from "../../engine/dhcp6/locate.ts";
import type { LeaseOwner } from "../../leases/dhcp6/lease.ts";
import { toHex } from "../../net/bytes.ts";
import { formatIpv6, IPV6_UNSPECIFIED, type Ipv6 } from "../../net/ipv6.ts";
import { formatIpv6Prefix, IPV6_PREFIX_SIZE, type Ipv6Prefix, ipv6Prefix } from "../../net/ipv6-prefix.ts";
import { formatMac } from "../../net/mac.ts";
import { associationOptions, leasesIn, statusName, typeName } from "../../wire/dhcp6/describe.ts";
import { FAILS, GIVES, givenIn, NAMES, writeFirstGiven } from "../../wire/dhcp6/given.ts";
import { statusOf } from "../../wire/dhcp6/identity-association.ts";
import { MESSAGE_NAMES, type Message, MessageType } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { optionValue } from "../../wire/dhcp6/options.ts";
import { StatusCode } from "../../wire/dhcp6/status-code.ts";
import { nameField, textOf } from "../leases/printed.ts";
import type { NoticeWords } from "../notice-log.ts";
import type { Kinds, Refusal, Sender, Words } from "../protocol.ts";
import { identifierInSentence, nameInSentence } from "../quoted.ts";
import { shortened, shortList } from "../shortened.ts";
import { formatLeased } from "./operations.ts";
import { hardwareAddressOf, nearestOption } from "./printed.ts";

/** Messages by their type. */
export const KINDS: Kinds = MESSAGE_NAMES;

export function kindOf({ type }: Message): number {
  return type;
}

/** What the log says of DHCPv6 messages. Addresses of packets have 16 bytes, those of leases 17. */
export const WORDS: Words<Message, Ipv6 | Ipv6Prefix, LeaseOwner> = {
  nameOf: typeName,
  identityOf: ({ options }) => optionValue(options, OptionCode.clientIdentifier),
  senderOf,
  subjectOf({ type }, reply) {
    if (type === MessageType.RELEASE) return "releases";
    // Who declines what is not its own misses nothing.
    if (type === MessageType.DECLINE) return undefined;
    if (reply.type !== MessageType.REPLY && reply.type !== MessageType.ADVERTISE) return undefined;
    const given = givenIn(reply);
    // An ADVERTISE is only a promise. What gives leases that are there already changes none.
    if (reply.type === MessageType.ADVERTISE) return (given & GIVES) !== 0 || (given & FAILS) === 0 ? undefined : "nothing to give";
    if ((given & GIVES) !== 0) return "renewals";
    return (given & (FAILS | NAMES)) === 0 ? undefined : "refusals";
  },
  addressOf(request, reply) {
    const leased = leasedIn(reply);
    return leased.length > 0 ? leased.join(", ") : shortList(namedIn(request));
  },
  givenBy(reply) {
    const first = new Uint8Array(IPV6_PREFIX_SIZE);
    return writeFirstGiven(reply, first, 0) ? first : undefined;
  },
  leaseTimeOf(reply) {
    const times = leasesIn(reply).flatMap(({ validLifetime }) => (validLifetime > 0 ? validLifetime : []));
    return times.length === 0 ? undefined : Math.min(...times);
  },
  refusalIn,
  placeKeyOf({ relays }, hash) {
    const relay = placingRelay(relays);
    return relay && hash(relay.linkAddress);
  },
  noNetworkFor({ relays }) {
    const linkAddress = placingRelay(relays)?.linkAddress ?? IPV6_UNSPECIFIED;
    const address = formatIpv6(linkAddress);
    const network = formatIpv6Prefix(ipv6Prefix(linkAddress, 64));
    return `no network holds the link-address ${address}, so clients there get nothing: add its network (such as ${network}), or list it in \`relays\` of one`;
  },
  format,
  formatEndpoint: (address, port) => `[${format(address)}]:${port}`,
};

/** Who holds an address is told by the DUID. */
export const NOTICE_WORDS: NoticeWords<Ipv6 | Ipv6Prefix> = { format, formatHolder: toHex };

function format(address: Ipv6 | Ipv6Prefix): string {
  return address.length === 16 ? formatIpv6(address) : formatLeased(address);
}

function senderOf(message: Message, owner: LeaseOwner | undefined): Sender {
  const duid = optionValue(message.options, OptionCode.clientIdentifier);
  const hostname = textOf(owner?.hostname ?? clientFqdnName(message.options)) || undefined;
  const nearest = message.relays.at(-1);
  const relay = placingRelay(message.relays);
  const interfaceId = nearestOption(message.relays, OptionCode.interfaceId);
  const remoteId = nearestOption(message.relays, OptionCode.remoteId);
  const known = duid === undefined ? "a client" : shortened(duid, toHex);
  return {
    facts: {
      ...(owner?.hardware === undefined ? {} : { hardware_address: formatMac(hardwareAddressOf(owner.hardware)) }),
      ...(duid === undefined ? {} : { client_identifier: shortened(duid, toHex) }),
      ...(hostname === undefined ? {} : { hostname }),
      ...(owner === undefined ? {} : nameField(owner)),
      ...(relay === undefined ? {} : { link_address: formatIpv6(relay.linkAddress) }),
      ...(nearest === undefined ? {} : { peer_address: formatIpv6(nearest.peerAddress) }),
      ...(interfaceId === undefined ? {} : { circuit_id: shortened(interfaceId, toHex) }),
      ...(remoteId === undefined ? {} : { remote_id: shortened(remoteId, toHex) }),
    },
    client: hostname === undefined ? known : `${known} (${nameInSentence(hostname)})`,
    relay: relay && formatIpv6(relay.linkAddress),
    port: interfaceId && shortened(interfaceId, identifierInSentence),
  };
}

/** The addresses and prefixes that a reply gives. */
export function leasedIn(message: Message): readonly string[] {
  return leasesIn(message)
    .filter(({ validLifetime }) => validLifetime > 0)
    .map(({ text }) => text);
}

/** Those that a client means, with whatever lifetimes. */
function namedIn(message: Message): readonly string[] {
  return leasesIn(message).map(({ text }) => text);
}

/**
 * Each status that is no success, of the message and of the associations in it; and what a client
 * may no longer use, which has no status.
 */
function refusalIn(reply: Message): Refusal | undefined {
  const found = new Map<string, string>();
  for (const options of [reply.options, ...reply.options.map(associationOptions)]) {
    const status = statusOf(options);
    if (status === StatusCode.Success) continue;
    const name = statusName(status);
    found.set(name, textOf(optionValue(options, OptionCode.statusCode)?.subarray(2)) || name);
  }
  if (found.size > 0) return { reason: [...found.keys()].join(", "), text: [...found.values()].join(", ") };
  const withdrawn = leasesIn(reply).flatMap(({ text, validLifetime }) => (validLifetime === 0 ? text : []));
  return withdrawn.length === 0 ? undefined : { reason: "withdrawn", text: `it may no longer use ${withdrawn.join(", ")}` };
}
