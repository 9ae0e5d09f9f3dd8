import type { Memory } from "./messages.ts";

/** Addresses as values that may be kept. */
export interface AddressReader<A> {
  /** The address that stands there in network order. */
  read(bytes: Uint8Array, at: number): A;
  /** An address equal to this one, which may be a view. */
  own(address: A): A;
}

/**
 * How the kernel is told the addresses of a family, and tells them: the layouts of its socket
 * address and of its packet info, the control message with the interface and the local address of a
 * datagram. In both families a socket address begins with the family and then the port.
 */
export interface SocketFamily<A> {
  /** AF_INET or AF_INET6. */
  readonly domain: number;
  /**
   * Options to be set to 1 on a UDP socket, as level and number: those that packet info needs among
   * them.
   */
  readonly options: readonly (readonly [level: number, option: number])[];
  /** Bytes of a socket address. */
  readonly nameSize: number;
  /** Bytes of an address. */
  readonly addressSize: number;
  /** Offset of the address in a socket address. */
  readonly nameAddress: number;
  /**
   * Level and type of the control message with the packet info, what its length says, and the room
   * that it takes.
   */
  readonly level: number;
  readonly packetInfo: number;
  readonly infoLength: number;
  readonly infoSpace: number;
  /** 0.0.0.0 or ::. */
  readonly unspecified: A;

  /**
   * Reads an address in network order; the caller has checked that its bytes are there. The result
   * is no view of them.
   */
  read(bytes: Uint8Array, at: number): A;
  /** Writes the address in network order. */
  write(bytes: Uint8Array, at: number, address: A): void;
  /**
   * A `read` for a hot path, which remembers some addresses and gives them again where it can: that
   * costs less than to make another. Likewise no views.
   */
  createReader(): AddressReader<A>;
  equal(a: A, b: A): boolean;
  /** 32 bits, the same for equal addresses. */
  hash(address: A): number;
  /**
   * Writes the address, and the interface where the socket address has a place for it. `at`: where
   * the socket address begins.
   */
  writeName(bytes: Uint8Array, at: number, address: A, interfaceIndex: number): void;
  /**
   * Packet info of a datagram that is sent: where it leaves, 0 for any, and its source. `at`: where
   * the data of the control message begin.
   */
  writeInfo(memory: Memory, at: number, interfaceIndex: number, source: A): void;
  /**
   * Packet info of a received datagram: where in it stands what it was sent to, and the interface
   * that it came in on.
   */
  readonly infoDestination: number;
  interfaceIndex(memory: Memory, at: number): number;

  format(address: A): string;
  /** Whether the hardware address of a neighbour is needed to send to the address. */
  needsNeighbour(address: A): boolean;
  /** Where a datagram goes instead, whose receiver can't be sent to by hardware address. */
  withoutHardwareAddress(address: A): A;
}
