/**
 * Bytes of UDP payload that a server sends in one datagram at the most: more than any reply that
 * fits in an Ethernet frame, and than the answer about a hundred leases of a client.
 */
export const LARGEST_PAYLOAD = 4096;

/**
 * Where a datagram goes, and from where, in addresses of one family. Part of a decision, so that
 * addressing is tested without sockets.
 */
export interface Destination<A> {
  /**
   * Destination address; 255.255.255.255 and link-local multicast groups are those of the
   * interface's link.
   */
  readonly address: A;
  readonly port: number;
  /**
   * The hardware address to send to without asking for it, because the client can't answer yet, or
   * need not; undefined: send normally.
   */
  readonly hardwareAddress: Uint8Array | undefined;
  /** Index of the interface it leaves by; 0 lets the routing table choose. */
  readonly interfaceIndex: number;
  /** Source address; the unspecified one lets the kernel choose. */
  readonly source: A;
}
