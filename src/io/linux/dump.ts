import { TransportError } from "../transport.ts";
import type { Libc } from "./libc.ts";
import {
  align,
  NLM_F_DUMP,
  NLM_F_DUMP_INTR,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSG_HEADER,
  netlinkError,
  openNetlink,
  RECEIVE_SIZE,
  requestOf,
  view,
} from "./netlink.ts";

/** More than any of the bodies that a dump is asked for with. */
const BODY_SIZE = 16;

/**
 * All objects of a kind in this network namespace, each as the bytes behind its netlink header.
 * `request`: a type of message that asks for them; `family`: whose, 0 for all. Throws a
 * TransportError.
 */
export function dump(libc: Libc, request: number, family: number): Uint8Array[] {
  const fd = openNetlink(libc);
  try {
    // A dump that a change has cut across may be incomplete: ask again, but not for ever.
    for (let attempt = 0; attempt < 5; attempt++) {
      const messages = dumpOnce(libc, fd, request, family);
      if (messages !== undefined) return messages;
    }
    throw new TransportError("EINTR", "the network interfaces keep changing while they are being listed: try again");
  } finally {
    libc.close(fd);
  }
}

function dumpOnce(libc: Libc, fd: number, request: number, family: number): Uint8Array[] | undefined {
  const query = requestOf(request, NLM_F_REQUEST | NLM_F_DUMP, BODY_SIZE);
  query[NLMSG_HEADER] = family;
  if (libc.send(fd, query, query.length, 0) < 0) throw netlinkError(libc.errno());
  const messages: Uint8Array[] = [];
  let interrupted = false;
  for (;;) {
    const bytes = new Uint8Array(RECEIVE_SIZE);
    const received = libc.recv(fd, bytes, bytes.length, 0);
    if (received < 0) throw netlinkError(libc.errno());
    for (let offset = 0; offset + NLMSG_HEADER <= received; ) {
      const header = view(bytes.subarray(offset));
      const length = header.getUint32(0, true);
      const type = header.getUint16(4, true);
      if ((header.getUint16(6, true) & NLM_F_DUMP_INTR) !== 0) interrupted = true;
      if (type === NLMSG_DONE) return interrupted ? undefined : messages;
      if (type === NLMSG_ERROR || length < NLMSG_HEADER) throw netlinkError("EPROTO");
      messages.push(bytes.subarray(offset + NLMSG_HEADER, offset + length));
      offset += align(length);
    }
  }
}
