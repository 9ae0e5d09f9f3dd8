import type { LeaseChange } from "../leases/lease.ts";
import { type Destination, LARGEST_PAYLOAD } from "../net/destination.ts";

/**
 * Why the server stays silent. Each is counted, logged at debug level and
 * explained by `SILENCE_REASONS`.
 */
export const SILENCE_REASONS = {
  "not-a-request": "the message is not a BOOTREQUEST; servers send those, clients don't",
  "bootp-not-enabled": "the message has no DHCP message type (plain BOOTP), and bootp_enable is false",
  "not-for-a-server": "a message of this type is sent by servers, not to them",
  "unsupported-message-type": "this message type is not served",
  "no-client-identity": "the message has neither a client identifier nor a hardware address",
  "hardware-address-too-long":
    "hlen says that the hardware address is longer than the 16 bytes of chaddr: such a client sends hlen 0 and a client identifier (RFC 4390)",
  "identity-too-long": "the client identifier or option 82 is longer than the 255 bytes that one option holds, or the DUID longer than 130",
  "no-network": "no configured network matches where the message came from",
  "other-vpn":
    "the message names another VPN (option 82 sub-option 151 or option 221) than its network is in, or none where the network is in one",
  "no-server-address": "the receiving interface has no IPv4 address that could identify this server",
  "another-server": "the client speaks to another server (option 54, or the server name of a BOOTP request)",
  "not-authoritative": "the request is unknown here, and this network is not authoritative",
  "dropped-by-class": "the client is in the class DROP",
  "dropped-by-hook": "the hook `message` of the configuration dropped it",
  "refused-by-hook": "the hook `reply` of the configuration refused the answer",
  "hook-failed": "a hook of the configuration failed, took longer than its budget or could not be asked, and hooks.onFailure is drop",
  "no-range-for-class": "no range of the client's link is for clients of its classes",
  "no-reservation": "the networks of the client's link are for hosts with a reservation only, and the client has none",
  "limit-reached": "there are as many leases for clients like this one as a limit of the configuration allows",
  "no-address-free": "every address that this client could get is in use",
  "malformed-request": "the message lacks what its type requires, for example a RELEASE without ciaddr",
  "sent-to-unicast":
    "a client sent the message to a unicast address, and not to the multicast group of servers and relays (RFC 9915 section 16)",
  "unexpected-option":
    "the message has an option that its type must not have, such as a server identifier in a SOLICIT (RFC 8415 section 16)",
  "no-binding-here": "the client looks for any server that knows its leases, and this one knows nothing of them",
  "registration-not-enabled": "the host registers an address, and the configuration does not allow that (address_registration)",
  "not-its-address": "the host registers an address that is not the one it sends from, or none of its link",
  "not-the-owner": "RELEASE or DECLINE of an address that is not leased to this client",
  "interface-not-served": "the message came in on an interface that is not configured",
  "leasequery-not-enabled": "a LEASEQUERY, and the configuration has no leasequery",
  "requester-not-permitted": "a LEASEQUERY whose source address, giaddr or peer-address is not among the requesters of leasequery",
  "no-return-address":
    "there is no address to answer to that a client or relay can have: it is missing, loopback, multicast or broadcast, or ciaddr is in no configured network",
  "reply-too-large": `what relays have to have back, and what the client must be told, is more than the ${LARGEST_PAYLOAD} bytes that a reply has at the most`,
  flood: "the client sends more than flood_protection_threshold allows",
  "being-probed": "whether somebody uses the address is being asked; only the last message that waits for this is answered",
  "conflicts-found": "several addresses in a row that this client could get turned out to be in use; it may ask again",
} as const;

/** Why the server stays silent: a key of `SILENCE_REASONS`. */
export type SilenceReason = keyof typeof SILENCE_REASONS;

/**
 * An answer, with the changes that must be on disk before it leaves: those of leases, not those of
 * holds, which are in memory only. `rests`: it tells of a lease that it need not change, and must
 * not leave before what was decided about leases before it is on disk.
 */
export interface Reply<M, A, O> {
  readonly kind: "reply";
  readonly message: M;
  /** The largest message that the client accepts, in bytes of UDP payload. */
  readonly limit: number;
  readonly to: Destination<A>;
  readonly changes: readonly LeaseChange<A, O>[];
  readonly rests: boolean;
}

/** What has to be known before a message can be decided: whether somebody uses the address. */
export interface Question<A> {
  readonly kind: "conflict-probe";
  readonly address: A;
  /** How long to wait for an answer, in milliseconds. */
  readonly timeout: number;
  /** Index of the interface on whose link the address would be used; 0: it is behind a router. */
  readonly interfaceIndex: number;
  /** The client's own hardware address: its own answer is no conflict. */
  readonly hardwareAddress: Uint8Array;
}

/**
 * What is decided but for the answer to a question. The caller carries out `holds`, which keep the
 * address for the client meanwhile, asks, and decides about the same message again when it knows;
 * where it can't ask, it carries out `unanswered`.
 */
export interface Asked<M, A, O> {
  readonly kind: "question";
  readonly about: Question<A>;
  readonly holds: readonly LeaseChange<A, O>[];
  readonly unanswered: Settled<M, A, O>;
}

/** A decision that can be carried out. */
export type Settled<M, A, O> =
  | Reply<M, A, O>
  | { readonly kind: "update"; readonly changes: readonly LeaseChange<A, O>[] }
  | { readonly kind: "silence"; readonly reason: SilenceReason };

/**
 * What the engine decided about one message. Nothing has happened yet: the caller applies the
 * changes, commits them, and only then sends the reply.
 */
export type Decision<M, A, O> = Settled<M, A, O> | Asked<M, A, O>;

/** What is known from questions. */
export interface Answers<A> {
  /** `free`: nobody answered a short while ago. `under way`: the answer is being waited for. */
  stateOf(address: A): "free" | "under way" | undefined;
}
