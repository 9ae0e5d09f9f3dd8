import { readU16, readU32, writeU16, writeU32 } from "../../net/bytes.ts";
import type { Ipv6 } from "../../net/ipv6.ts";

/*
 * All messages of Neighbor Discovery as they are on the wire (RFC 4861 section 4), for whoever looks
 * at packets; nd.ts has what the prober needs of them.
 */

/** The types of ICMPv6 that are Neighbor Discovery. */
export const NdType = {
  routerSolicitation: 133,
  routerAdvertisement: 134,
  neighborSolicitation: 135,
  neighborAdvertisement: 136,
  redirect: 137,
} as const;

/** Flags of a Router Advertisement; the first two send hosts to DHCPv6 (RFC 4861 section 4.2). */
export const RouterFlag = { managed: 0x80, otherConfiguration: 0x40 } as const;

/** Flags of a Neighbor Advertisement. */
export const NeighborFlag = { router: 0x80, solicited: 0x40, override: 0x20 } as const;

/** An option: its length is a multiple of 8 bytes with the two of type and length. */
export interface NdOption {
  readonly type: number;
  /** 6 bytes, 14, 22 and so on. */
  readonly data: Uint8Array;
}

/** A message of Neighbor Discovery. Times are seconds, but where said. */
export type NdMessage =
  | { readonly type: typeof NdType.routerSolicitation; readonly options: readonly NdOption[] }
  | {
      readonly type: typeof NdType.routerAdvertisement;
      readonly currentHopLimit: number;
      /** All 8: `RouterFlag`. */
      readonly flags: number;
      readonly routerLifetime: number;
      /** Milliseconds. */
      readonly reachableTime: number;
      /** Milliseconds. */
      readonly retransmissionTimer: number;
      readonly options: readonly NdOption[];
    }
  | { readonly type: typeof NdType.neighborSolicitation; readonly target: Ipv6; readonly options: readonly NdOption[] }
  | {
      readonly type: typeof NdType.neighborAdvertisement;
      /** All 8: `NeighborFlag`. */
      readonly flags: number;
      readonly target: Ipv6;
      readonly options: readonly NdOption[];
    }
  | {
      readonly type: typeof NdType.redirect;
      readonly target: Ipv6;
      readonly destination: Ipv6;
      readonly options: readonly NdOption[];
    };

/** Where the options begin, from the type on. */
const OPTIONS: Readonly<Record<NdMessage["type"], number>> = { 133: 8, 134: 16, 135: 24, 136: 24, 137: 40 };

export function isNdType(type: number): type is NdMessage["type"] {
  return Object.hasOwn(OPTIONS, type);
}

/**
 * Parses the message from its type byte at `at` up to `end`, checksum aside. Byte strings are views.
 * A number instead: at that offset it is too short, or an option has a length that it can't have.
 */
export function parseNdMessage(bytes: Uint8Array, at: number, end: number): NdMessage | number {
  const type = bytes[at] as number;
  if (!isNdType(type)) return at;
  if (at + OPTIONS[type] > end) return end;
  const options: NdOption[] = [];
  for (let i = at + OPTIONS[type]; i < end; ) {
    const length = (bytes[i + 1] as number) * 8;
    if (i + 8 > end || length === 0 || i + length > end) return i;
    options.push({ type: bytes[i] as number, data: bytes.subarray(i + 2, i + length) });
    i += length;
  }
  const flags = bytes[at + 4] as number;
  const target = bytes.subarray(at + 8, at + 24);
  switch (type) {
    case NdType.routerSolicitation:
      return { type, options };
    case NdType.routerAdvertisement:
      return {
        type,
        currentHopLimit: flags,
        flags: bytes[at + 5] as number,
        routerLifetime: readU16(bytes, at + 6),
        reachableTime: readU32(bytes, at + 8),
        retransmissionTimer: readU32(bytes, at + 12),
        options,
      };
    case NdType.neighborSolicitation:
      return { type, target, options };
    case NdType.neighborAdvertisement:
      return { type, flags, target, options };
    case NdType.redirect:
      return { type, target, destination: bytes.subarray(at + 24, at + 40), options };
  }
}

/**
 * The message with a checksum of 0, in a byte string of its own; undefined when an option or an
 * address has a length that it can't have.
 */
export function ndMessageBytes(message: NdMessage): Uint8Array | undefined {
  const { type, options } = message;
  let length = OPTIONS[type];
  for (const { data } of options) {
    if ((data.length + 2) % 8 !== 0 || data.length + 2 > 255 * 8) return undefined;
    length += data.length + 2;
  }
  const bytes = new Uint8Array(length);
  bytes[0] = type;
  if ("target" in message) {
    if (message.target.length !== 16) return undefined;
    bytes.set(message.target, 8);
  }
  if (type === NdType.routerAdvertisement) {
    bytes[4] = message.currentHopLimit;
    bytes[5] = message.flags;
    writeU16(bytes, 6, message.routerLifetime);
    writeU32(bytes, 8, message.reachableTime);
    writeU32(bytes, 12, message.retransmissionTimer);
  } else if (type === NdType.neighborAdvertisement) bytes[4] = message.flags;
  else if (type === NdType.redirect) {
    if (message.destination.length !== 16) return undefined;
    bytes.set(message.destination, 24);
  }
  let at = OPTIONS[type];
  for (const option of options) {
    bytes[at] = option.type;
    bytes[at + 1] = (option.data.length + 2) / 8;
    bytes.set(option.data, at + 2);
    at += option.data.length + 2;
  }
  return bytes;
}
