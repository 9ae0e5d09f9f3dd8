/**
 * A DHCPv6 client (RFC 8415): its messages, and a state machine.
 *
 * @module
 */
export * from "./anonymity.ts";
export * from "./answer.ts";
export {
  type Association,
  associationsOf,
  type Binding,
  type ClientLease,
  type HeldAssociation,
  leasesOf,
  nextExpiryOf,
  requestsOf,
  t1Of,
  t2Of,
} from "./binding.ts";
export { machine, STOPPED, step } from "./machine.ts";
export * from "./messages.ts";
export type { ReconfigureKey } from "./reconfigure.ts";
export type {
  ClientAction,
  ClientEvent,
  ClientState,
  ClientStep,
  Exchange,
  Exchanged,
  LossReason,
  Offer,
  Purpose,
} from "./state.ts";
