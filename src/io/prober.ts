import type { Ipv4 } from "../net/ipv4.ts";
import { openLinuxProber } from "./linux/prober.ts";
import { TransportError } from "./transport.ts";

/** Somebody uses the address. `hardwareAddress` is whose, where that is known (ARP); valid during the call only. Must not throw. */
export type AnswerHandler = (address: Ipv4, hardwareAddress: Uint8Array | undefined) => void;

/** Asks on the network whether addresses are in use. Waiting, and what silence means, is the caller's business. */
export interface Prober {
  /** For people: what it can't do on this system or with these privileges, one sentence each. */
  readonly limitations: readonly string[];
  /** Calls `handler` for each answer from now on, also for those that nobody asked for. */
  start(handler: AnswerHandler): void;
  /**
   * Asks once: by ARP on the link of the interface with this index, by ICMP echo when that is 0 or a link without ARP. False: it can't
   * ask, for example because there is no route.
   */
  ask(address: Ipv4, interfaceIndex: number): boolean;
  close(): void;
}

const REASONS: Readonly<Record<string, string>> = {
  EPERM: "that needs root or CAP_NET_RAW",
  EACCES: "that needs root or CAP_NET_RAW",
  ENOSYS: "only the sockets of Linux can ask",
};

/** Opens what this system and these privileges allow. A prober that can't do anything has a limitation that says so. */
export async function openProber(): Promise<Prober> {
  try {
    return await openLinuxProber();
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    const why = REASONS[error.code] ?? error.message;
    return {
      limitations: [`ping_check is on, but addresses are offered without being probed: ${why}.`],
      start() {},
      ask: () => false,
      close() {},
    };
  }
}
