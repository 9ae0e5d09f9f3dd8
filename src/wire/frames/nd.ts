import type { Ipv6 } from "../../net/ipv6.ts";

/*
 * Neighbor Discovery for IPv6 (RFC 4861 section 4.3 and 4.4), as far as it takes to ask whether an
 * address is in use. The checksum of ICMPv6 covers addresses of the IPv6 header: it is the system's.
 */

export const NdType = { neighborSolicitation: 135, neighborAdvertisement: 136 } as const;

const HEADER = 8;
const TARGET = 8;
const OPTIONS = HEADER + 16;
const SOURCE_LINK_LAYER_ADDRESS = 1;
const TARGET_LINK_LAYER_ADDRESS = 2;
/** Options have their length in these. */
const UNIT = 8;

/** Who has this address is asked at this multicast group (RFC 4291 section 2.7.1). */
export function solicitedNodeGroup(target: Ipv6): Ipv6 {
  return Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, ...target.subarray(13, 16));
}

/** A Neighbor Solicitation without its checksum; `source`: the link-layer address of who asks. */
export function neighborSolicitation(target: Ipv6, source: Uint8Array): Uint8Array<ArrayBuffer> {
  const units = Math.ceil((2 + source.length) / UNIT);
  const message = new Uint8Array(new ArrayBuffer(OPTIONS + units * UNIT));
  message[0] = NdType.neighborSolicitation;
  message.set(target, TARGET);
  message[OPTIONS] = SOURCE_LINK_LAYER_ADDRESS;
  message[OPTIONS + 1] = units;
  message.set(source, OPTIONS + 2);
  return message;
}

export interface NeighborAdvertisement {
  readonly target: Ipv6;
  /** With the zeros that fill the option up; undefined: it does not tell. */
  readonly linkLayerAddress: Uint8Array | undefined;
}

/**
 * Parses a Neighbor Advertisement as section 7.1.2 has it, but for checksum and hop limit; undefined
 * for anything else. Byte strings are views.
 */
export function parseNeighborAdvertisement(message: Uint8Array): NeighborAdvertisement | undefined {
  if (message.length < OPTIONS || message[0] !== NdType.neighborAdvertisement || message[1] !== 0) return undefined;
  const target = message.subarray(TARGET, OPTIONS);
  if (target[0] === 0xff) return undefined;
  let linkLayerAddress: Uint8Array | undefined;
  for (let at = OPTIONS; at < message.length; ) {
    const length = (message[at + 1] ?? 0) * UNIT;
    if (length === 0 || at + length > message.length) return undefined;
    if (message[at] === TARGET_LINK_LAYER_ADDRESS) linkLayerAddress = message.subarray(at + 2, at + length);
    at += length;
  }
  return { target, linkLayerAddress };
}
