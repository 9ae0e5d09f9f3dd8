/**
 * A DHCPv4 client (RFC 2131 section 4.4): its messages, and a state machine.
 *
 * @module
 */
export * from "./anonymity.ts";
export * from "./lease.ts";
export * from "./machine.ts";
export * from "./messages.ts";
export * from "./timers.ts";
