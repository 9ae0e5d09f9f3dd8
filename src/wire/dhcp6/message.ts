import type { Ipv6 } from "../../net/ipv6.ts";

/** DHCPv6 message types (RFC 8415 section 7.3 and the IANA registry). */
export const MessageType = {
  SOLICIT: 1,
  ADVERTISE: 2,
  REQUEST: 3,
  CONFIRM: 4,
  RENEW: 5,
  REBIND: 6,
  REPLY: 7,
  RELEASE: 8,
  DECLINE: 9,
  RECONFIGURE: 10,
  "INFORMATION-REQUEST": 11,
  "RELAY-FORW": 12,
  "RELAY-REPL": 13,
  LEASEQUERY: 14,
  "LEASEQUERY-REPLY": 15,
  "LEASEQUERY-DONE": 16,
  "LEASEQUERY-DATA": 17,
  "RECONFIGURE-REQUEST": 18,
  "RECONFIGURE-REPLY": 19,
  "DHCPV4-QUERY": 20,
  "DHCPV4-RESPONSE": 21,
  ACTIVELEASEQUERY: 22,
  STARTTLS: 23,
  BNDUPD: 24,
  BNDREPLY: 25,
  POOLREQ: 26,
  POOLRESP: 27,
  UPDREQ: 28,
  UPDREQALL: 29,
  UPDDONE: 30,
  CONNECT: 31,
  CONNECTREPLY: 32,
  DISCONNECT: 33,
  STATE: 34,
  CONTACT: 35,
  "ADDR-REG-INFORM": 36,
  "ADDR-REG-REPLY": 37,
} as const;

export type MessageType = (typeof MessageType)[keyof typeof MessageType];

/** The name of each message type. */
export const MESSAGE_NAMES: ReadonlyMap<number, string> = new Map(Object.entries(MessageType).map(([name, type]) => [type, name]));

/**
 * Whether messages of the type go from a server to clients or relays: relays pass them on in
 * RELAY-REPL, all others in RELAY-FORW.
 */
export function isFromServer(type: number): boolean {
  switch (type) {
    case MessageType.ADVERTISE:
    case MessageType.REPLY:
    case MessageType.RECONFIGURE:
    case MessageType["LEASEQUERY-REPLY"]:
    case MessageType["LEASEQUERY-DONE"]:
    case MessageType["LEASEQUERY-DATA"]:
    case MessageType["RECONFIGURE-REPLY"]:
    case MessageType["DHCPV4-RESPONSE"]:
    case MessageType["ADDR-REG-REPLY"]:
      return true;
    default:
      return false;
  }
}

/** One option as it stands in a message: its code and its value, without the length. */
export interface Option {
  readonly code: number;
  readonly data: Uint8Array;
}

/**
 * A DHCPv6 message of a client or server (RFC 8415 section 8), and the relays that it came through,
 * or that its answer goes back through. Byte strings of a decoded message are views of the received
 * buffer: copy them before the buffer is used again.
 */
export interface Message {
  /** `msg-type`: any but RELAY-FORW and RELAY-REPL. */
  readonly type: number;
  /** `transaction-id`: 24 bits. */
  readonly transactionId: number;
  /** In the order of the wire; repeated ones are kept. */
  readonly options: readonly Option[];
  /** The one nearest to the server first; empty: the client's own datagram. */
  readonly relays: readonly Relay[];
}

/** What a relay agent put around a message (RFC 8415 section 9). */
export interface Relay {
  /** `hop-count`: 8 bits. */
  readonly hopCount: number;
  /** `link-address`: an address on the link that the message came from; :: where it has none. */
  readonly linkAddress: Ipv6;
  /** `peer-address`: the client, or the relay nearer to it, that the message came from. */
  readonly peerAddress: Ipv6;
  /** Without the Relay Message option. */
  readonly options: readonly Option[];
}
