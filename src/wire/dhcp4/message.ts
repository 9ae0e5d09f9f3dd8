import type { Ipv4 } from "../../net/ipv4.ts";

/** BOOTP operation (RFC 951). */
export const Op = { request: 1, reply: 2 } as const;

/** DHCP message types, the value of option 53 (RFC 2132 section 9.6 and the IANA registry). */
export const MessageType = {
  DISCOVER: 1,
  OFFER: 2,
  REQUEST: 3,
  DECLINE: 4,
  ACK: 5,
  NAK: 6,
  RELEASE: 7,
  INFORM: 8,
  FORCERENEW: 9,
  LEASEQUERY: 10,
  LEASEUNASSIGNED: 11,
  LEASEUNKNOWN: 12,
  LEASEACTIVE: 13,
  BULKLEASEQUERY: 14,
  LEASEQUERYDONE: 15,
  ACTIVELEASEQUERY: 16,
  LEASEQUERYSTATUS: 17,
  TLS: 18,
} as const;

export type MessageType = (typeof MessageType)[keyof typeof MessageType];

/** The name of each message type. */
export const MESSAGE_NAMES: ReadonlyMap<number, string> = new Map(Object.entries(MessageType).map(([name, type]) => [type, name]));

/** The broadcast bit of `flags` (RFC 2131 section 2). */
export const BROADCAST_FLAG = 0x8000;

/** One option as it stands in a message: its code and its value, without the length byte. */
export interface Option {
  readonly code: number;
  readonly data: Uint8Array;
}

/**
 * A DHCPv4 or BOOTP message (RFC 2131 section 2). Byte strings of a decoded message are views of
 * the received buffer: copy them before the buffer is used again.
 */
export interface Message {
  readonly op: number;
  readonly htype: number;
  /** As sent; `chaddr` has at most 16 bytes whatever this says. */
  readonly hlen: number;
  readonly hops: number;
  readonly xid: number;
  readonly secs: number;
  readonly flags: number;
  readonly ciaddr: Ipv4;
  readonly yiaddr: Ipv4;
  readonly siaddr: Ipv4;
  readonly giaddr: Ipv4;
  /** The client's hardware address: min(hlen, 16) bytes. */
  readonly chaddr: Uint8Array;
  /** Server name up to its first NUL; empty when unset or when it carries options (option 52). */
  readonly sname: Uint8Array;
  /**
   * Boot file name up to its first NUL; empty when unset or when it carries options (option 52).
   */
  readonly file: Uint8Array;
  /** False for plain BOOTP without the magic cookie (RFC 951): such a message has no options. */
  readonly cookie: boolean;
  /**
   * Options in the order of the wire, without Pad, End and Overload; those of an overloaded `file`
   * and `sname` follow. Duplicates are kept; the pieces of a long option (RFC 3396) are separate
   * entries that `optionValue` joins.
   */
  readonly options: readonly Option[];
  /**
   * The values by code, in a decoded message of very many options; nothing but a faster way for
   * `optionValue`.
   *
   * @internal
   */
  readonly index?: OptionIndex | undefined;
}

/** What the options of a message hold, by code. */
export interface OptionIndex {
  /** Those that this is about: it counts for no other list. */
  readonly options: readonly Option[];
  readonly values: readonly (Uint8Array | undefined)[];
}
