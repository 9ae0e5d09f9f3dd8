import { NO_BYTES, writeBytes, writeU32 } from "../../net/bytes.ts";
import type { Ipv6 } from "../../net/ipv6.ts";
import { LINK_ADDRESS_OFFSET, PEER_ADDRESS_OFFSET, RELAY_HEADER } from "./decode.ts";
import { optionsSize, writeOptions } from "./encode.ts";
import { MessageType, type Option, type Relay } from "./message.ts";
import { OptionCode } from "./option-code.ts";
import { readOptions } from "./options.ts";

/* Options of LEASEQUERY (RFC 5007 section 4.1.2, RFC 5460 section 5.3). */

/** What is asked for. */
export const QueryType = {
  byAddress: 1,
  byClientId: 2,
  byRelayId: 3,
  byLinkAddress: 4,
  byRemoteId: 5,
} as const;

/** The value of a Query option. */
export interface LeaseQuery {
  readonly type: number;
  /** :: where no link is meant. */
  readonly linkAddress: Ipv6;
  readonly options: readonly Option[];
}

/** Relays that a client's last message came through. */
export interface LqRelayData {
  /** The relay that the server got it from. */
  readonly peerAddress: Ipv6;
  /** RELAY-FORW messages, one in the other, without the client's own. */
  readonly message: Uint8Array;
}

/** Query type and link-address. */
const QUERY_HEADER = 17;

/** Reads the value of a Query option, as views; undefined when it is too short. */
export function readLqQuery(data: Uint8Array): LeaseQuery | undefined {
  if (data.length < QUERY_HEADER) return undefined;
  return { type: data[0] as number, linkAddress: data.subarray(1, QUERY_HEADER), options: readOptions(data.subarray(QUERY_HEADER)) };
}

/** OPTION_LQ_QUERY, 44 (RFC 5007 section 4.1.2.1). */
export function lqQueryOption({ type, linkAddress, options }: LeaseQuery): Option {
  const data = new Uint8Array(QUERY_HEADER + optionsSize(options));
  data[0] = type;
  writeBytes(data, 1, linkAddress);
  writeOptions(options, data, QUERY_HEADER);
  return { code: OptionCode.lqQuery, data };
}

/** A Client Data option, of what is told about one client on one link. */
export function clientDataOption(options: readonly Option[]): Option {
  const data = new Uint8Array(optionsSize(options));
  writeOptions(options, data, 0);
  return { code: OptionCode.clientData, data };
}

/** A Client Last Transaction Time option: seconds since the client was last heard. */
export function cltTimeOption(seconds: number): Option {
  const data = new Uint8Array(4);
  writeU32(data, 0, seconds);
  return { code: OptionCode.cltTime, data };
}

/** Reads the value of a Relay Data option, as views; undefined when it is too short. */
export function readLqRelayData(data: Uint8Array): LqRelayData | undefined {
  return data.length < 16 ? undefined : { peerAddress: data.subarray(0, 16), message: data.subarray(16) };
}

/** OPTION_LQ_RELAY_DATA, 47 (RFC 5007 section 4.1.2.4). */
export function lqRelayDataOption({ peerAddress, message }: LqRelayData): Option {
  const data = new Uint8Array(16 + message.length);
  writeBytes(data, 0, peerAddress);
  writeBytes(data, 16, message);
  return { code: OptionCode.lqRelayData, data };
}

/**
 * RELAY-FORW messages of these relays, one in the other, that nearest to the server first, without
 * the message of the client.
 */
export function relayForwards(relays: readonly Relay[]): Uint8Array {
  let message = NO_BYTES;
  for (let i = relays.length - 1; i >= 0; i--) {
    const { hopCount, linkAddress, peerAddress, options } = relays[i] as Relay;
    const isInnermost = i === relays.length - 1;
    const all = isInnermost ? options : [...options, { code: OptionCode.relayMessage, data: message }];
    message = new Uint8Array(RELAY_HEADER + optionsSize(all));
    message[0] = MessageType["RELAY-FORW"];
    message[1] = hopCount;
    writeBytes(message, LINK_ADDRESS_OFFSET, linkAddress);
    writeBytes(message, PEER_ADDRESS_OFFSET, peerAddress);
    writeOptions(all, message, RELAY_HEADER);
  }
  return message;
}

/** A Client Link option, of an address on each link. */
export function lqClientLinkOption(links: readonly Ipv6[]): Option {
  const data = new Uint8Array(16 * links.length);
  for (let i = 0; i < links.length; i++) writeBytes(data, 16 * i, links[i] as Ipv6);
  return { code: OptionCode.lqClientLink, data };
}
