/**
 * `leasehold/engine`: what a DHCP server does about a message, decided without performing any
 * effect. Pure: no I/O, no clock, no randomness; runs in a browser.
 *
 *     import { dhcp4 } from "leasehold/engine";
 *     const decision = dhcp4.decide({ decider, leases, now, random }, received);
 *
 * @module
 */
export type { Destination } from "../net/destination.ts";
export {
  type Answers,
  type Asked,
  type Decision as DecisionOf,
  type Question,
  type Reply as ReplyOf,
  type Settled,
  SILENCE_REASONS,
  type SilenceReason,
} from "./decision.ts";
export * as dhcp4 from "./dhcp4/index.ts";
// The names of `dhcp4`, as they were before it had them to itself.
export {
  type Context,
  createDecider,
  type Decider,
  type Decision,
  decide,
  describeTrace,
  type Received,
  type Reply,
  type ServedInterface,
  type SettledDecision,
  type Trace,
  type TraceEvent,
} from "./dhcp4/index.ts";
export * as dhcp6 from "./dhcp6/index.ts";
export type { Notice, Notify } from "./notice.ts";
export type { Passed, SettledStep, Step as StepOf } from "./step.ts";
export type { Candidate, CommonEvent, NameRefusal, Trace as TraceOf } from "./trace.ts";
