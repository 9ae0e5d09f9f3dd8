import type { Config } from "../../config/model/config.ts";
import type { SpaceId } from "../../leases/lease.ts";
import type { LeaseRow } from "../../store/sqlite/rows.ts";
import type { Addresses } from "../operations.ts";
import type { Printed } from "./printed.ts";

/**
 * Writes a lease; undefined: its address is damaged, which was told. `wallOffset`: from lease time
 * to the wall clock, which `now` is on.
 */
export type LeasePrinter = (row: LeaseRow, wallOffset: number, now: number) => Printed | undefined;

/** How leases of one protocol are written, and found by what is written of them. */
export interface LeaseForm {
  readonly protocol: string;
  readonly space: SpaceId;
  /**
   * `config`: whose reservations name hosts; undefined: they have the names that they give
   * themselves.
   */
  printer(config: Config | undefined): LeasePrinter;
  /**
   * The first and the last address, as bytes in network order, of what the text names: an address,
   * or a prefix; undefined: it is none of this protocol.
   */
  within(text: string): Addresses<Uint8Array> | undefined;
  /**
   * The bytes of what has a lease of its own, an address, or of DHCPv6 a prefix; undefined: it is
   * none.
   */
  addressOf(text: string): Uint8Array | undefined;
  /** In hex, what the client is known by: an identifier, its hardware type and address, a DUID. */
  clientOf(record: Uint8Array): string;
  /**
   * The keys under which a table may have the client that is known by this, and of DHCPv6 the IAID.
   */
  keysOf(client: Uint8Array, iaid: number | undefined): readonly Uint8Array[];
  /** In hex; undefined: the client has none. */
  duidOf(record: Uint8Array): string | undefined;
}
