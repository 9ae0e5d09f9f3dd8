import type { ClientClass, Guard, Limit } from "../../config/model/common.ts";
import type { Owner, Seconds } from "../../leases/lease.ts";
import type { LeaseReader } from "../../leases/reader.ts";
import type { PoolPosition } from "../../leases/space.ts";
import type { Notify } from "../notice.ts";
import type { CommonEvent, Trace } from "../trace.ts";

/** A range of addresses, as far as these rules look at it. */
export interface RangeFacts extends PoolPosition {
  readonly guard?: Guard | undefined;
}

/** A network, as far as these rules look at it. */
export interface NetworkFacts {
  readonly guard?: Guard | undefined;
  readonly ranges: readonly RangeFacts[];
  readonly limits: readonly Limit[];
  readonly reservationsOnly: boolean;
  readonly adaptiveThreshold: number | undefined;
}

/**
 * What a client is to the rules that all protocols share: facts about it, whatever message they
 * came in. `A` is an address, `O` what is on record of a client.
 */
export interface Client<A, O extends Owner> {
  readonly context: {
    readonly leases: LeaseReader<A, O>;
    readonly now: Seconds;
    /** Told what the operator should know; undefined: nobody listens. */
    readonly notify?: Notify<A> | undefined;
  };
  /** The link that the client is on: it may have an address in any network there. */
  readonly link: { readonly index: number; readonly name: string; readonly networks: readonly NetworkFacts[] };
  /** What the client is known by. */
  readonly clientKey: Uint8Array;
  /**
   * 1 at the number of each class that the client is in; undefined when the
   * configuration has no classes.
   */
  readonly classes?: Uint8Array | undefined;
  /** The classes of the configuration that the client is in, in the order of the file. */
  readonly members: ClientClass[];
  /** The limits that the client's lease counts for; undefined: none. */
  readonly limits?: readonly AppliedLimit[] | undefined;
  /**
   * Keys that leases are counted under which the same message gives, and the table does not know
   * yet; undefined: none.
   */
  readonly alsoCounted?: readonly Uint8Array[] | undefined;
  readonly trace: Trace<CommonEvent> | undefined;
}

/** A limit that applies to a client, and what its lease is counted under. */
export interface AppliedLimit {
  readonly limit: Limit;
  /** Where it holds; undefined: everywhere. */
  readonly network: NetworkFacts | undefined;
  readonly key: Uint8Array;
}
