/**
 * The public surface of `leasehold/client`: pure client state machines, the messages that clients
 * send, and how a machine is run.
 */
export * as dhcp4 from "./dhcp4/index.ts";
export * as dhcp6 from "./dhcp6/index.ts";
export { type ClientMachine, type ClientWorld, type RunningClient, runClient } from "./run.ts";
