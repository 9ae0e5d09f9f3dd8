/**
 * Where a DHCPv6 client stands, what can happen to it, and what it does. Times are in milliseconds
 * on any clock that never goes back.
 */
import type { Duid } from "../../net/duid.ts";
import type { Ipv6 } from "../../net/ipv6.ts";
import type { Message } from "../../wire/dhcp6/message.ts";
import type { AnsweredAssociation } from "./answer.ts";
import type { Binding, ClientLease } from "./binding.ts";
import type { AssociationRequest } from "./messages.ts";
import type { ReconfigureKey } from "./reconfigure.ts";

/** A client: plain data. */
export interface ClientState {
  /** What it was started for. */
  readonly wants: "nothing" | "leases" | "information";
  readonly linkUp: boolean;
  /** What is being asked; undefined: the client is silent. */
  readonly exchange: Exchange | undefined;
  /** What it has; undefined: no lease. */
  readonly binding: Binding | undefined;
  /** False while leases from before a restart wait for a server to confirm them. */
  readonly configured: boolean;
  /** When information without leases is to be asked for again. */
  readonly refreshAt: number;
  /** SOL_MAX_RT and INF_MAX_RT as servers want them (RFC 7083). */
  readonly solMaxRt: number;
  readonly infMaxRt: number;
  /** By which the RECONFIGURE of a server is known. */
  readonly reconfigureKey: ReconfigureKey | undefined;
  /** When the next `tick` is due; Infinity: only an event moves the client on. */
  readonly wakeAt: number;
}

/** What all exchanges have (section 15). */
export interface Exchanged {
  readonly transactionId: number;
  /** How often the message was sent; 0: it waits for the first time. */
  readonly transmissions: number;
  /** When it was first sent. */
  readonly began: number;
  /** RT: the last retransmission timeout. */
  readonly timeout: number;
  /** When RT is over, or the exchange. */
  readonly wakeAt: number;
}

/** The message that is sent, and what is particular to it. */
export type Purpose =
  /** `offers`: what came so far. `heard`: the maximum times in them, 0 where they differ. */
  | {
      readonly kind: "solicit";
      readonly offers: readonly Offer[];
      readonly heard: { readonly solMaxRt: number | undefined; readonly infMaxRt: number | undefined };
    }
  /** `others`: whom to ask next. */
  | {
      readonly kind: "request";
      readonly server: Duid;
      readonly associations: readonly AssociationRequest[];
      readonly others: readonly Offer[];
    }
  /** `refused`: somebody said that the addresses are not of this link. */
  | { readonly kind: "confirm"; readonly refused: boolean }
  | { readonly kind: "renew"; readonly server: Duid }
  /** `confirms`: it is sent in place of a CONFIRM, for there are prefixes. */
  | { readonly kind: "rebind"; readonly confirms: boolean }
  | { readonly kind: "release" | "decline"; readonly server: Duid; readonly leases: readonly ClientLease[] }
  /** `server`: whose RECONFIGURE it answers. */
  | { readonly kind: "information-request"; readonly server: Duid | undefined };

/** An exchange of messages that is under way. */
export type Exchange = Exchanged & Purpose;

/** A usable ADVERTISE. */
export interface Offer {
  readonly server: Duid;
  readonly preference: number;
  readonly associations: readonly AnsweredAssociation[];
}

/** What happens to a client. */
export type ClientEvent =
  /**
   * Get leases; `delayed`: after a random time, as a machine should that has just been switched on
   * (section 18.2.1).
   */
  | { readonly kind: "start"; readonly delayed: boolean }
  /** Get leases, those from before the restart if they are still right. */
  | { readonly kind: "reboot"; readonly binding: Binding }
  /** Get options only, and refresh them. */
  | { readonly kind: "inform" }
  /**
   * A UDP payload arrived on port 546, to an address of this client's own or to a group. Any bytes;
   * they may be used again afterwards.
   */
  | { readonly kind: "datagram"; readonly bytes: Uint8Array; readonly unicast: boolean }
  /** The time `wakeAt` has come. */
  | { readonly kind: "tick" }
  /** The link was lost, or it is there (again): perhaps it is another one. */
  | { readonly kind: "link"; readonly up: boolean }
  /** Renew now instead of at T1. */
  | { readonly kind: "renew" }
  /** Duplicate address detection found that others use these addresses. */
  | { readonly kind: "duplicate"; readonly addresses: readonly Ipv6[] }
  /** The leases are no longer needed. */
  | { readonly kind: "release" };

/** Why a lease may no longer be used. */
export type LossReason = "expired" | "refused" | "conflict" | "released";

/** What the caller has to do for a client. */
export type ClientAction =
  /** Send from port 546 of the link-local address to port 547 of ff02::1:2. */
  | { readonly kind: "send"; readonly message: Message }
  /**
   * Use this address or prefix. First do duplicate address detection for an address, and if
   * somebody has it answer with `duplicate`.
   */
  | { readonly kind: "configure"; readonly lease: ClientLease }
  /** It stays; its lifetimes are new. */
  | { readonly kind: "extend"; readonly lease: ClientLease }
  /** Stop using it at once. */
  | { readonly kind: "deconfigure"; readonly lease: ClientLease; readonly reason: LossReason }
  /** The options in this REPLY are what counts from now on; those of the one before do not. */
  | { readonly kind: "options"; readonly message: Message };

/** A client after an event, and what is to be done, in this order. */
export interface ClientStep {
  readonly state: ClientState;
  readonly actions: readonly ClientAction[];
}
