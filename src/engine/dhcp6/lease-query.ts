import type { Dhcp6Config, Link } from "../../config/model/dhcp6.ts";
import { equalBytes } from "../../net/bytes.ts";
import { IPV6_UNSPECIFIED, type Ipv6 } from "../../net/ipv6.ts";
import { ipv6Prefix, ipv6PrefixContains } from "../../net/ipv6-prefix.ts";
import { readIaAddress } from "../../wire/dhcp6/identity-association.ts";
import { QueryType, readLqQuery } from "../../wire/dhcp6/leasequery.ts";
import type { Message } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { optionValue, requestedOptions } from "../../wire/dhcp6/options.ts";
import { StatusCode } from "../../wire/dhcp6/status-code.ts";
import type { SilenceReason } from "../decision.ts";
import type { Decider } from "./decider.ts";

/** What a LEASEQUERY asks about (RFC 5007 section 4.1.2.1, RFC 5460 section 5.3). */
export interface Query {
  readonly about: QuerySubject;
  /** Only what is on this link; undefined: on any. */
  readonly link: Link | undefined;
  /** Codes of the options that are to be told of each client, each once. */
  readonly requested: readonly number[];
}

/** What a LEASEQUERY asks about. */
export type QuerySubject =
  | { readonly by: "address"; readonly address: Ipv6 }
  | { readonly by: "clientId"; readonly duid: Uint8Array }
  | { readonly by: "relayId" | "remoteId"; readonly value: Uint8Array }
  | { readonly by: "linkAddress" };

/** A query that has no answer but a status. */
export interface QueryRefusal {
  readonly status: StatusCode;
  readonly why: string;
}

/** Why a LEASEQUERY is discarded (RFC 5007 section 4.2.1); undefined: it is valid. */
export function discardedQuery({ options }: Message, serverIdentifier: Uint8Array): SilenceReason | undefined {
  if (optionValue(options, OptionCode.clientIdentifier) === undefined) return "no-client-identity";
  const server = optionValue(options, OptionCode.serverIdentifier);
  if (server !== undefined && !equalBytes(server, serverIdentifier)) return "another-server";
  return optionValue(options, OptionCode.lqQuery) === undefined ? "malformed-request" : undefined;
}

/** Whether who has this address may ask about leases. */
export function isRequester({ leasequery }: Dhcp6Config, address: Ipv6): boolean {
  return leasequery?.requesters.some((requester) => ipv6PrefixContains(requester, address)) ?? false;
}

/** Reads the query of a valid LEASEQUERY (RFC 5007 section 4.4.1). */
export function queryIn(decider: Decider, { options }: Message): Query | QueryRefusal {
  const read = readLqQuery(optionValue(options, OptionCode.lqQuery) as Uint8Array);
  if (read === undefined) return refusal("MalformedQuery", "the query is cut off");
  if (!KNOWN_TYPES.has(read.type)) return refusal("UnknownQueryType", "the type of the query is unknown");
  const about = subjectOf(read.type, (code) => optionValue(read.options, code));
  if (about === undefined) return refusal("MalformedQuery", "the query lacks the option that its type requires");
  const isOfAnyLink = equalBytes(read.linkAddress, IPV6_UNSPECIFIED);
  const link = isOfAnyLink ? undefined : linkOf(decider, read.linkAddress);
  if (link === undefined && (!isOfAnyLink || about.by === "linkAddress")) return refusal("NotConfigured", "the link is not configured");
  if (link === undefined && about.by === "address" && !isConfigured(decider, about.address))
    return refusal("NotConfigured", "the address is not configured");
  return { about, link, requested: [...new Set(requestedOptions(read.options))] };
}

const KNOWN_TYPES: ReadonlySet<number> = new Set(Object.values(QueryType));

/** Undefined: an option is missing, or malformed. */
function subjectOf(type: number, find: (code: number) => Uint8Array | undefined): QuerySubject | undefined {
  switch (type) {
    case QueryType.byAddress: {
      const value = find(OptionCode.iaAddress);
      const read = value && readIaAddress(value);
      return read && { by: "address", address: read.address };
    }
    case QueryType.byClientId: {
      const duid = find(OptionCode.clientIdentifier);
      return duid && { by: "clientId", duid };
    }
    case QueryType.byRelayId: {
      const value = find(OptionCode.relayId);
      return value && { by: "relayId", value };
    }
    case QueryType.byRemoteId: {
      const value = find(OptionCode.remoteId);
      return value && { by: "remoteId", value };
    }
    default:
      return { by: "linkAddress" };
  }
}

function refusal(status: keyof typeof StatusCode, why: string): QueryRefusal {
  return { status: StatusCode[status], why };
}

/** The link that a relay would mean by this link-address. */
function linkOf({ config, places, linkOfRelay }: Decider, linkAddress: Ipv6): Link | undefined {
  const listed = linkOfRelay.get(linkAddress);
  if (listed !== undefined) return listed;
  const network = places.networkOfAddress(linkAddress);
  return network && config.links[network.link];
}

/** Whether it lies in a network, in a pool of prefixes, or in a reserved prefix. */
function isConfigured({ places }: Decider, address: Ipv6): boolean {
  return places.networkOf(ipv6Prefix(address, 127)) !== undefined;
}
