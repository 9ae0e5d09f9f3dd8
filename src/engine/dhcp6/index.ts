/** What a DHCPv6 server does about a message, decided without performing any effect. */
export { type Context, decide, type Received, type ServedInterface } from "./decide.ts";
export { createDecider, type Decider } from "./decider.ts";
export type { Answers, Decision, Reply, SettledDecision } from "./decision.ts";
export { describe as describeTrace, type Trace, type TraceEvent } from "./trace.ts";
