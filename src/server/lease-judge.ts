import type { LeaseRow } from "../store/sqlite/rows.ts";

/*
 * What becomes of leases under another configuration, as far as that can be told without a message
 * of the client: whether the address is still given to it.
 */

/** Why a client would be refused its address, in words; undefined: it would keep it. */
export type Verdict = string | undefined | "unknown";

/** What a message would have to tell: the classes of the client, or what it is known by. */
export const UNKNOWN = "unknown";

/** What becomes of leases by one configuration. */
export type Judge = (row: LeaseRow) => Verdict;

/** A client that would lose its address. */
export interface LosingClient {
  readonly address: string;
  /** Hardware address or DUID. */
  readonly client: string;
  /** The name that it gives itself. */
  readonly hostname?: string;
  /** The network that the lease is of. */
  readonly network: string;
  readonly why: string;
}

/** How leases of one protocol are judged. */
export interface JudgedProtocol<C> {
  readonly space: number;
  judge(config: C): Judge;
  whose(row: LeaseRow): Pick<LosingClient, "address" | "client" | "hostname">;
}
