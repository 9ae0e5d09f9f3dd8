import type { SocketFamily } from "./family.ts";
import type { Libc } from "./libc.ts";
import { openNextHops } from "./next-hop.ts";
import { createSendGate, type SendGate } from "./send-gate.ts";
import { sendBufferOf } from "./sockets.ts";

/** What a datagram takes up of the buffer of its socket, about. */
const DATAGRAM = 1536;

/**
 * The gate for what this socket sends, which asks the kernel what neighbours it knows. Half of the
 * buffer is for those that it does not know. Everything may be sent where the kernel can't be
 * asked.
 */
export function openNeighbourGate<A>(libc: Libc, fd: number, family: SocketFamily<A>): SendGate<A> & { close(): void } {
  const nextHops = openNextHops(libc, family);
  const isKnown = (address: A, interfaceIndex: number): boolean => nextHops?.isKnown(address, interfaceIndex) ?? true;
  const gate = createSendGate(family, isKnown, Math.floor(sendBufferOf(libc, fd) / 2 / DATAGRAM));
  return { check: gate.check, close: () => nextHops?.close() };
}
