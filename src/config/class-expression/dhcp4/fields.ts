/** Fields of the header of a DHCPv4 message, `pkt4.`. */
export const DHCP4_FIELDS = ["mac", "hlen", "htype", "ciaddr", "giaddr", "yiaddr", "siaddr", "msgtype", "transid"] as const;
