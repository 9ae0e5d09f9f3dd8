import type { LeaseTrait, Seconds } from "../../leases/dhcp4/lease.ts";
import { IPV4_ANY } from "../../net/ipv4.ts";
import type { Message } from "../../wire/dhcp4/message.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { optionU32, optionValue } from "../../wire/dhcp4/options.ts";
import { RelaySubOption, subOption } from "../../wire/dhcp4/relay-agent-information.ts";
import { isTooLong, isZero } from "./client-key.ts";
import { virtualSubnetIn } from "./virtual-subnet.ts";

/** The type that stands for every VPN (RFC 6926 section 6.2.9). */
const ALL_VPNS = 254;

/** Why a query is not answered: option 151 (RFC 6926 section 6.2.2). */
export const StatusCode = { queryTerminated: 2, malformedQuery: 3, notAllowed: 4 } as const;
export type StatusCode = (typeof StatusCode)[keyof typeof StatusCode];

/** A DHCPBULKLEASEQUERY (RFC 6926 section 7.2). */
export interface BulkQuery {
  readonly primary: PrimaryQuery;
  /**
   * Only what changed in this time, both ends included, in seconds since 1970; undefined: whenever
   * it was.
   */
  readonly window: { readonly from: Seconds; readonly to: Seconds } | undefined;
  /** The VPN that is meant, type and information; undefined: none. */
  readonly vss: Uint8Array | undefined;
  readonly inAllVpns: boolean;
  /** Option 55. */
  readonly requested: Uint8Array | undefined;
}

export type PrimaryQuery =
  /** All addresses, whether somebody has a lease of them or not. */
  { readonly by: "all" } | { readonly by: LeaseTrait | "relayId"; readonly value: Uint8Array; readonly htype: number };

export interface Refusal {
  readonly status: StatusCode;
  readonly why: string;
}

/** Reads the query out of a message; a refusal is one that has no answer (section 8.2). */
export function bulkQueryIn(message: Message): BulkQuery | Refusal {
  const malformed = (why: string): Refusal => ({ status: StatusCode.malformedQuery, why });
  const { ciaddr, yiaddr, siaddr } = message;
  if (ciaddr !== IPV4_ANY || yiaddr !== IPV4_ANY || siaddr !== IPV4_ANY) return malformed("ciaddr, yiaddr and siaddr have to be zero");
  if (message.hlen > message.chaddr.length) return malformed("the hardware address is longer than its field");
  const relay = optionValue(message, OptionCode.relayAgentInformation);
  const clientIdentifier = optionValue(message, OptionCode.clientIdentifier);
  if (isTooLong(relay) || isTooLong(clientIdentifier)) return malformed("option 61 or 82 is longer than one option holds");
  const primary = primaryQueriesIn(message, clientIdentifier, relay);
  if (primary.length > 1) return { status: StatusCode.notAllowed, why: "the query asks by more than one thing" };
  const { queryStartTime, queryEndTime } = OptionCode;
  const from = optionU32(message, queryStartTime);
  const to = optionU32(message, queryEndTime);
  if (isUnread(message, queryStartTime, from) || isUnread(message, queryEndTime, to)) return malformed("option 154 or 155 is no time");
  const vss = virtualSubnetIn(message, relay);
  return {
    primary: primary[0] ?? { by: "all" },
    window: from === undefined && to === undefined ? undefined : { from: from ?? 0, to: to ?? Infinity },
    vss,
    inAllVpns: vss?.[0] === ALL_VPNS,
    requested: optionValue(message, OptionCode.parameterRequestList),
  };
}

function primaryQueriesIn(message: Message, clientIdentifier: Uint8Array | undefined, relay: Uint8Array | undefined): PrimaryQuery[] {
  const found: PrimaryQuery[] = [];
  const add = (by: Exclude<PrimaryQuery["by"], "all">, value: Uint8Array | undefined, htype = 0): void => {
    if (value !== undefined) found.push({ by, value, htype });
  };
  if (!isZero(message.chaddr)) add("chaddr", message.chaddr, message.htype);
  add("clientIdentifier", clientIdentifier);
  if (relay === undefined) return found;
  add("remoteId", subOption(relay, RelaySubOption.remoteId));
  add("relayId", subOption(relay, RelaySubOption.relayAgentIdentifier));
  return found;
}

/** Whether the option is there, and its value is none. */
function isUnread(message: Message, code: number, value: number | undefined): boolean {
  return value === undefined && optionValue(message, code) !== undefined;
}
