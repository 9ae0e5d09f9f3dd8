/** How the messages of a run travel. */
import type { LocalInterface } from "../../io/transport.ts";
import type { Destination } from "../../net/destination.ts";
import type { Endpoint } from "../endpoint.ts";

export interface Way<A> {
  readonly name: string;
  /** The address of the relay; undefined: the messages are those of clients on a link. */
  readonly relay: A | undefined;
  readonly listen: Endpoint<A>;
  readonly interfaces: readonly LocalInterface<A>[];
  readonly destination: Destination<A>;
  /** What to look at when nothing comes back. */
  readonly advice: string;
}

/** The part of the command line that says which way. */
export interface WayFlags {
  readonly server?: string;
  readonly relay?: string;
  readonly interface?: string;
}
