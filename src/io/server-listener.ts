/** What a DHCP server of either kind sent to a client, as heard on a link. */
export interface HeardFromServer {
  readonly interfaceIndex: number;
  /** Of whoever sent it on this link; empty where links have none. A view, as `packet` is. */
  readonly hardwareAddress: Uint8Array;
  /** The IP packet, with its header. */
  readonly packet: Uint8Array;
}

/**
 * Hears what DHCP servers send to clients on the links of this machine: what is broadcast, and what
 * is sent to this very machine. What a switch hands to others is not heard.
 */
export interface ServerListener {
  /** Calls for each message; what it is called with is used again afterwards. */
  start(handler: (heard: HeardFromServer) => void): void;
  close(): void;
}
