/**
 * The public surface of `leasehold/client`: pure client state machines and the messages that
 * clients send.
 */
export * as dhcp4 from "./dhcp4/index.ts";
export * as dhcp6 from "./dhcp6/index.ts";
