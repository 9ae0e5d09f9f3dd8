/** The UDP ports of DHCPv4 (RFC 2131 section 4.1): of servers and relays, and of clients. */
export const SERVER_PORT = 67;
export const CLIENT_PORT = 68;
