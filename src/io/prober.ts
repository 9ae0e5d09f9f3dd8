/**
 * Somebody uses the address. `hardwareAddress` is whose, where that is known (ARP); valid during
 * the call only. Must not throw.
 */
export type AnswerHandler<A> = (address: A, hardwareAddress: Uint8Array | undefined) => void;

/**
 * Asks on the network whether addresses are in use. Waiting, and what silence means, is the
 * caller's business.
 */
export interface Prober<A> {
  /** For people: what it can't do on this system or with these privileges, one sentence each. */
  readonly limitations: readonly string[];
  /** Calls `handler` for each answer from now on, also for those that nobody asked for. */
  start(handler: AnswerHandler<A>): void;
  /**
   * Asks once on the link of the interface with this index: by ARP, or by Neighbor Solicitation for
   * IPv6. When that is 0, or a link without Ethernet's addresses, ICMP echo asks for IPv4, and
   * nobody for IPv6. False: it can't ask, for example because there is no route.
   */
  ask(address: A, interfaceIndex: number): boolean;
  /** Stops asking and listening. */
  close(): void;
}
