/**
 * The public surface `leasehold/engine`: what a DHCP server does about a message, decided
 * without performing any effect. DHCPv4, and under the name `dhcp6` DHCPv6.
 */
export type { Destination } from "../net/destination.ts";
export { type Answers, type Question, SILENCE_REASONS, type SilenceReason } from "./decision.ts";
export { decide } from "./dhcp4/decide.ts";
export { createDecider, type Decider } from "./dhcp4/decider.ts";
export type { Decision, Reply, SettledDecision } from "./dhcp4/decision.ts";
export type { Context, Received, ServedInterface } from "./dhcp4/exchange.ts";
export { describe as describeTrace, type Trace, type TraceEvent } from "./dhcp4/trace.ts";
export * as dhcp6 from "./dhcp6/index.ts";
export type { Notice, Notify } from "./notice.ts";
