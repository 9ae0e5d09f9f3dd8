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
