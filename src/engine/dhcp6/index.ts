/**
 * What a DHCPv6 server does about a message, decided without performing any effect.
 *
 * @module
 */
export { type Context, decide, type Received, type ServedInterface } from "./decide.ts";
export { createDecider, type Decider } from "./decider.ts";
export type { Answers, Decision, Reply, SettledDecision } from "./decision.ts";
export type { QuerySubject } from "./lease-query.ts";
export type { Refusal } from "./permission.ts";
export { type Packet, type Step, type StepOptions, step } from "./step.ts";
export { type AddressEvent, describe as describeTrace, type LinkEvent, type Trace, type TraceEvent } from "./trace.ts";
