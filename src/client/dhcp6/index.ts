export * from "./anonymity.ts";
export * from "./answer.ts";
export {
  type Association,
  associationsOf,
  type Binding,
  type ClientLease,
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
  LossReason,
  Offer,
  Purpose,
} from "./state.ts";
