import { AF_NETLINK } from "./constants.ts";
import { loadLibc } from "./libc.ts";
import { netlinkError, openNetlink, RECEIVE_SIZE, SOCKADDR_NL_SIZE } from "./netlink.ts";

/** Groups of rtnetlink(7): what the kernel tells whoever has joined them. */
const RTMGRP_LINK = 0x1;
const RTMGRP_IPV4_IFADDR = 0x10;
const RTMGRP_IPV6_IFADDR = 0x100;

/** Messages that one wake-up takes before other events get their turn. */
const MESSAGES_PER_WAKE = 64;

/**
 * Calls `onEvent` when an interface or an address of this network namespace comes, changes or goes,
 * perhaps several times for one change, and when the kernel had more to tell than the socket holds.
 * What changed is not told: list the interfaces. Rejects with a TransportError where the kernel
 * can't be listened to.
 */
export async function watchLinkEvents(onEvent: () => void): Promise<{ close(): void }> {
  const libc = await loadLibc();
  const fd = openNetlink(libc);
  const name = new Uint8Array(new ArrayBuffer(SOCKADDR_NL_SIZE));
  name[0] = AF_NETLINK;
  new DataView(name.buffer).setUint32(8, RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR, true);
  if (libc.bind(fd, name, SOCKADDR_NL_SIZE) < 0) {
    const error = netlinkError(libc.errno());
    libc.close(fd);
    throw error;
  }
  const buffer = new Uint8Array(new ArrayBuffer(RECEIVE_SIZE));
  let closed = false;

  /**
   * The messages are thrown away: that there was one is all that is asked. An overrun (ENOBUFS) is
   * an event too, and clears itself.
   */
  const drain = (): void => {
    let heard = false;
    for (let i = 0; i < MESSAGES_PER_WAKE && !closed; i++) {
      if (libc.recv(fd, buffer, buffer.length, 0) < 0 && libc.errno() !== "ENOBUFS") break;
      heard = true;
    }
    if (heard && !closed) onEvent();
  };
  // As in the transport: an exception inside a libuv callback would wedge the process.
  const poll = libc.poll(fd, () => setImmediate(drain));
  poll.start();
  return {
    close() {
      if (closed) return;
      closed = true;
      poll.close();
      libc.close(fd);
    },
  };
}
