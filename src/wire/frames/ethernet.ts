/** Bytes of an Ethernet header without a VLAN tag. */
export const ETHERNET_HEADER_LENGTH = 14;
/** What an Ethernet frame holds. */
export const EtherType = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd } as const;
/** The hardware address of everybody on the link. */
export const ETHERNET_BROADCAST: Uint8Array = new Uint8Array(6).fill(255);

/** Tags in front of the real EtherType: IEEE 802.1Q and 802.1ad. */
const VLAN_TAG = 0x8100;
const SERVICE_TAG = 0x88a8;

/** A received Ethernet frame. */
export interface EthernetFrame {
  /** Views of the frame. */
  readonly destination: Uint8Array;
  readonly source: Uint8Array;
  readonly etherType: number;
  /** VLAN of the innermost tag; undefined without a tag. */
  readonly vlan: number | undefined;
  readonly payloadOffset: number;
}

/**
 * Writes an Ethernet II header into the first 14 bytes and returns their number. Addresses have six
 * bytes.
 */
export function writeEthernet(into: Uint8Array, destination: Uint8Array, source: Uint8Array, etherType: number): number {
  into.set(destination.subarray(0, 6), 0);
  into.set(source.subarray(0, 6), 6);
  into[12] = etherType >>> 8;
  into[13] = etherType;
  return ETHERNET_HEADER_LENGTH;
}

/**
 * Parses an Ethernet II header and the VLAN tags behind it; undefined when the frame is too short.
 */
export function parseEthernet(bytes: Uint8Array, length: number = bytes.length): EthernetFrame | undefined {
  const available = Math.min(length, bytes.length);
  let at = 12;
  let vlan: number | undefined;
  while (at + 2 <= available) {
    const etherType = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
    if (etherType !== VLAN_TAG && etherType !== SERVICE_TAG) {
      return { destination: bytes.subarray(0, 6), source: bytes.subarray(6, 12), etherType, vlan, payloadOffset: at + 2 };
    }
    if (at + 4 > available) return undefined;
    vlan = (((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number)) & 0xfff;
    at += 4;
  }
  return undefined;
}
