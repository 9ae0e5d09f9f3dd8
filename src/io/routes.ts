import type { Ipv6 } from "../net/ipv6.ts";
import type { Ipv6Prefix } from "../net/ipv6-prefix.ts";

/**
 * Routes of this program in the system's table, told apart from everybody else's, so that those of
 * a run before are found again. Reasons why something could not be done are for people; undefined:
 * it is done.
 */
export interface Routes {
  /**
   * A route to the prefix by this neighbour on this interface, in place of one that was added
   * before; never in place of one of another program.
   */
  add(prefix: Ipv6Prefix, nextHop: Ipv6, interfaceIndex: number): string | undefined;
  /** There need not be one. */
  remove(prefix: Ipv6Prefix): string | undefined;
  /** The prefixes of all that are there, by whichever run; a text: why that can't be told. */
  list(): readonly Ipv6Prefix[] | string;
  close(): void;
}
