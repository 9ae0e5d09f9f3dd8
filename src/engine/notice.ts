import type { PoolPosition } from "../leases/space.ts";

/**
 * What the operator should know though the client was dealt with as it should be. Byte strings
 * are valid during the call.
 */
export type Notice<A> =
  /** No address is free for a client on this link, in any of the pools that it may use. */
  | { readonly kind: "no-address-free"; readonly link: string; readonly pools: readonly PoolPosition[] }
  /**
   * The client's reserved address is that of another one, whose hardware address or DUID is
   * `holder`.
   */
  | { readonly kind: "reserved-in-use"; readonly reservation: string; readonly address: A; readonly holder: Uint8Array }
  /**
   * A client identifier came from one hardware address, `chaddr`, while the lease was fresh that
   * `other` had got with it.
   */
  | {
      readonly kind: "identifier-moved";
      readonly address: A;
      readonly clientIdentifier: Uint8Array;
      readonly chaddr: Uint8Array;
      readonly other: Uint8Array;
    };

/** Told while a decision is made; must neither throw nor change anything. */
export type Notify<A> = (notice: Notice<A>) => void;
