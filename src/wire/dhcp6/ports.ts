/** The UDP ports of DHCPv6 (RFC 8415 section 7.2): of servers and relays, and of clients. */
export const SERVER_PORT = 547;
export const CLIENT_PORT = 546;
