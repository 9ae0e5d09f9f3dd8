/** Class expressions about DHCPv6 messages. */

export { DHCP6_MESSAGES, firstVendorClass } from "./messages.ts";
export type { Dhcp6Subject } from "./subject.ts";
