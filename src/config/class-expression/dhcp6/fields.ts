/**
 * Fields of the header of a DHCPv6 message, `pkt6.`, as far as DHCPv4 has no others of the name.
 */
export const DHCP6_FIELDS = ["msgtype", "transid"] as const;
/** Fields of what a relay put around it, `relay6[n].`. */
export const RELAY_FIELDS = ["peeraddr", "linkaddr"] as const;
