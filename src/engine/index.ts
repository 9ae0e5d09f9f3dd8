/** The public surface `leasehold/engine`: what a DHCP server does about a message, decided without performing any effect. */
export { type Decision, type Destination, SILENCE_REASONS, type SilenceReason } from "./decision.ts";
export { decide } from "./dhcp4/decide.ts";
export type { Context, Received, ServedInterface } from "./dhcp4/exchange.ts";
export type { Trace } from "./trace.ts";
