/** Class expressions about DHCPv4 messages. */

export { DHCP4_MESSAGES } from "./messages.ts";
export type { Dhcp4Subject } from "./subject.ts";
