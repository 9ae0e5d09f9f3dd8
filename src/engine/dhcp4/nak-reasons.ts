import type { Refusal } from "./permission.ts";

/** Why a client is told to start again: a refusal of the address, or that it has another one. */
export type NakReason = Refusal | "other-lease";

/** What the client is told in option 56 (RFC 2132 section 9.9), and who asks why it got a NAK. */
export const NAK_REASONS: Readonly<Record<NakReason, string>> = {
  "wrong-network": "the address is not on this network",
  "not-for-class": "the address is not for clients of this kind",
  "in-use": "the address is in use by another client",
  "reserved-elsewhere": "another address is reserved for this client",
  "no-reservation": "addresses of this network are for hosts with a reservation only",
  "limit-reached": "there are as many leases for clients like this one as may be",
  "not-allocatable": "the address is not available to this client",
  "other-lease": "another address is leased to this client",
};
