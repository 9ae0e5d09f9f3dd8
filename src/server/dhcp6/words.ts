import { toHex } from "../../net/bytes.ts";
import type { Ipv6 } from "../../net/ipv6.ts";
import { formatIpv6 } from "../../net/ipv6.ts";
import type { Ipv6Prefix } from "../../net/ipv6-prefix.ts";
import { readIaAddress, readIaNa, readIaPd, readIaPrefix, statusOf } from "../../wire/dhcp6/identity-association.ts";
import { type Message, MessageType, type Option, type Relay } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { optionValue } from "../../wire/dhcp6/options.ts";
import { StatusCode } from "../../wire/dhcp6/status-code.ts";
import type { NoticeWords } from "../notice-log.ts";
import type { Facts, Kinds, Words } from "../protocol.ts";
import { formatLeased } from "./operations.ts";

/** Messages by their type. */
export const KINDS: Kinds = new Map(Object.entries(MessageType).map(([name, type]): [number, string] => [type, name]));

export function kindOf({ type }: Message): number {
  return type;
}

/**
 * Requests whose answer tells of a client that has something now, has it no longer, or is refused
 * it.
 */
const NEWS: ReadonlySet<number> = new Set([MessageType.SOLICIT, MessageType.REQUEST, MessageType.RELEASE, MessageType.DECLINE]);

/** What the log says of DHCPv6 messages. Addresses of packets have 16 bytes, those of leases 17. */
export const WORDS: Words<Message, Ipv6 | Ipv6Prefix> = {
  // As many new leases as a building has that gets its power back.
  allowed: { "new leases": 1000, releases: 200, refusals: 60, "other messages": 60 },
  nameOf,
  who(message) {
    const duid = optionValue(message.options, OptionCode.clientIdentifier);
    const nearest = message.relays.at(-1);
    return {
      ...(duid === undefined ? {} : { duid: toHex(duid) }),
      ...(nearest === undefined ? {} : where(nearest)),
    };
  },
  /** An ADVERTISE is only a promise; a client that renews, or asks for settings, is no news. */
  isNews: (request, reply) => reply.type === MessageType.REPLY && NEWS.has(request.type),
  subjectOf(request, reply) {
    if (request.type === MessageType.RELEASE || request.type === MessageType.DECLINE) return "releases";
    if (leasedIn(reply).length > 0) return "new leases";
    return firstStatus(reply) === StatusCode.Success ? "other messages" : "refusals";
  },
  addressOf(request, reply) {
    const leased = leasedIn(reply);
    return (leased.length > 0 ? leased : namedIn(request)).join(", ");
  },
  describe(reply) {
    const leased = leasedIn(reply).join(", ");
    const status = firstStatus(reply);
    return `${nameOf(reply)}${leased === "" ? "" : ` of ${leased}`}${status === StatusCode.Success ? "" : `: ${nameOfStatus(status)}`}`;
  },
  format,
  formatEndpoint: (address, port) => `[${format(address)}]:${port}`,
};

/** Who holds an address is told by the DUID. */
export const NOTICE_WORDS: NoticeWords<Ipv6 | Ipv6Prefix> = { format, formatHolder: toHex };

function format(address: Ipv6 | Ipv6Prefix): string {
  return address.length === 16 ? formatIpv6(address) : formatLeased(address);
}

function nameOf({ type }: Message): string {
  return KINDS.get(type) ?? `message of type ${type}`;
}

function nameOfStatus(status: number): string {
  return Object.entries(StatusCode).find(([, code]) => code === status)?.[0] ?? `status ${status}`;
}

/** Where the relay nearest to the client says that the client is. */
function where({ linkAddress, peerAddress, options }: Relay): Facts {
  const interfaceId = optionValue(options, OptionCode.interfaceId);
  const remoteId = optionValue(options, OptionCode.remoteId);
  return {
    client: formatIpv6(peerAddress),
    link: formatIpv6(linkAddress),
    ...(interfaceId === undefined ? {} : { interfaceId: toHex(interfaceId) }),
    ...(remoteId === undefined ? {} : { remoteId: toHex(remoteId) }),
  };
}

/** The addresses and prefixes that a reply gives. */
function leasedIn(message: Message): readonly string[] {
  return inAssociations(message)
    .filter(({ validLifetime }) => validLifetime > 0)
    .map(({ text }) => text);
}

/** Those that a client means, with whatever lifetimes. */
function namedIn(message: Message): readonly string[] {
  return inAssociations(message).map(({ text }) => text);
}

interface Named {
  readonly text: string;
  readonly validLifetime: number;
}

function inAssociations({ options }: Message): readonly Named[] {
  return options.flatMap((option) => associationOptions(option).flatMap((inner) => named(inner) ?? []));
}

function named({ code, data }: Option): Named | undefined {
  if (code === OptionCode.iaAddress) {
    const found = readIaAddress(data);
    return found && { text: formatIpv6(found.address), validLifetime: found.validLifetime };
  }
  const found = code === OptionCode.iaPrefix ? readIaPrefix(data) : undefined;
  return found && { text: formatLeased(found.prefix), validLifetime: found.validLifetime };
}

/** The first status that is no success: of the message, or of an association in it. */
function firstStatus({ options }: Message): number {
  const own = statusOf(options);
  if (own !== StatusCode.Success) return own;
  for (const option of options) {
    const status = statusOf(associationOptions(option));
    if (status !== StatusCode.Success) return status;
  }
  return StatusCode.Success;
}

function associationOptions({ code, data }: Option): readonly Option[] {
  if (code === OptionCode.iaNa) return readIaNa(data)?.options ?? [];
  return code === OptionCode.iaPd ? (readIaPd(data)?.options ?? []) : [];
}
