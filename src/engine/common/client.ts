import type { ClientClass, Limit, Link, Network } from "../../config/model.ts";
import type { Seconds } from "../../leases/lease.ts";
import type { LeaseReader } from "../../leases/reader.ts";
import type { Notify } from "../notice.ts";
import type { Trace } from "../trace.ts";

/** What a client is to the rules that all protocols share: facts about it, whatever message they came in. */
export interface Client {
  readonly context: {
    readonly leases: LeaseReader;
    readonly now: Seconds;
    /** Told what the operator should know; undefined: nobody listens. */
    readonly notify?: Notify | undefined;
  };
  /** The link that the client is on: it may have an address in any network there. */
  readonly link: Link;
  /** What the client is known by. */
  readonly clientKey: Uint8Array;
  /** 1 at the number of each class that the client is in; undefined when the configuration has no classes. */
  readonly classes?: Uint8Array | undefined;
  /** The classes of the configuration that the client is in, in the order of the file. */
  readonly members: ClientClass[];
  /** The limits that the client's lease counts for; undefined: none. */
  readonly limits?: readonly AppliedLimit[] | undefined;
  readonly trace: Trace | undefined;
}

/** A limit that applies to a client, and what its lease is counted under. */
export interface AppliedLimit {
  readonly limit: Limit;
  /** Where it holds; undefined: everywhere. */
  readonly network: Network | undefined;
  readonly key: Uint8Array;
}
