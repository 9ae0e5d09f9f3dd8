/**
 * What a DHCPv4 server does about a message, decided without performing any effect.
 *
 * @module
 */
export { decide } from "./decide.ts";
export { createDecider, type Decider } from "./decider.ts";
export type { Answers, Decision, Reply, SettledDecision } from "./decision.ts";
export type { Context, Received, ServedInterface } from "./exchange.ts";
export type { NakReason } from "./nak-reasons.ts";
export type { Refusal } from "./permission.ts";
export { type Packet, type Step, type StepOptions, step } from "./step.ts";
export {
  type AddressEvent,
  describe as describeTrace,
  type LeasequeryEvent,
  type ReplyEvent,
  type SubnetEvent,
  type Trace,
  type TraceEvent,
} from "./trace.ts";
