import type { Ipv4 } from "./ipv4.ts";

/** Where a datagram goes, and from where. Part of a decision, so that addressing is tested without sockets. */
export interface Destination<A = Ipv4> {
  /** Destination address; 255.255.255.255 is the DHCPv4 broadcast on the interface's link. */
  readonly address: A;
  readonly port: number;
  /** The hardware address to send to without ARP, because the client can't answer ARP yet, or need not; undefined: send normally. */
  readonly hardwareAddress: Uint8Array | undefined;
  /** Index of the interface it leaves by; 0 lets the routing table choose. */
  readonly interfaceIndex: number;
  /** Source address; 0 lets the kernel choose. */
  readonly source: A;
}
