/** Sending a message and waiting for its answer. */
import { createSocket } from "node:dgram";
import { setTimeout as sleep } from "node:timers/promises";
import { answersClient, type ClientIdentity } from "../../client/dhcp4/index.ts";
import { openTransport } from "../../io/open.ts";
import type { LocalInterface } from "../../io/transport.ts";
import type { Destination } from "../../net/destination.ts";
import { formatIpv4, IPV4_BROADCAST, type Ipv4 } from "../../net/ipv4.ts";
import { decode, type Problem } from "../../wire/dhcp4/decode.ts";
import { encodeMessage } from "../../wire/dhcp4/encode.ts";
import { type Message, MessageType, Op } from "../../wire/dhcp4/message.ts";
import { messageType } from "../../wire/dhcp4/options.ts";
import type { Endpoint } from "../endpoint.ts";

export interface Received {
  readonly message: Message;
  readonly problems: readonly Problem[];
  readonly from: Endpoint;
}

/** One message and what became of it. */
export interface Exchange {
  readonly sent: Message;
  readonly to: Endpoint;
  /** undefined when none came, or none was awaited. */
  readonly reply: Received | undefined;
  /** From sending to the answer, in milliseconds. */
  readonly milliseconds: number;
  /** True when the other machine said that nothing listens on that port. */
  readonly portClosed: boolean;
  /** Datagrams that arrived meanwhile and were not the answer. */
  readonly ignored: number;
}

/** Where the probe listens and where its messages go. */
export interface Route {
  readonly listen: Endpoint;
  readonly interfaces: readonly LocalInterface<Ipv4>[];
  readonly destination: Destination<Ipv4>;
}

export interface Exchanger {
  /**
   * Sends the message; waits at most `timeout` milliseconds for the answer, not at all when it is
   * 0. Without an identity any reply with its xid is one.
   */
  exchange(identity: ClientIdentity | undefined, message: Message, timeout: number): Promise<Exchange>;
  close(): void;
}

/**
 * How long an answer may take before it is asked whether the port is open, and how long that may
 * take; milliseconds.
 */
const DOUBT_AFTER = 300;
const PORT_CHECK = 200;

/** Opens the socket. Rejects with a TransportError. */
export async function openExchanger(route: Route): Promise<Exchanger> {
  const transport = await openTransport({ ...route.listen, interfaces: route.interfaces });
  const outbox = transport.createOutbox(1);
  const to = { address: route.destination.address, port: route.destination.port };
  let take: (received: Received) => void = () => {};
  transport.start((batch, count) => {
    for (const datagram of batch.slice(0, count)) {
      const decoded = decode(datagram.bytes.slice(0, datagram.length));
      const from = { address: datagram.source, port: datagram.sourcePort };
      if (decoded.ok) take({ message: decoded.message, problems: decoded.problems, from });
    }
  });
  return {
    async exchange(identity, message, timeout) {
      const bytes = encodeMessage(message);
      let ignored = 0;
      const answer = new Promise<Received>((resolve) => {
        take = (received) => {
          if (isLateOffer(message, received.message)) return;
          const answers =
            identity === undefined ? isReplyTo(message, received.message) : answersClient(identity, message.xid, received.message);
          if (answers) resolve(received);
          else ignored++;
        };
      });
      const began = performance.now();
      outbox.next().set(bytes);
      outbox.add(bytes.length, route.destination);
      outbox.send();
      const silence = waitForSilence(bytes, to, timeout);
      const outcome = await Promise.race([answer, silence.ended]);
      const milliseconds = performance.now() - began;
      silence.cancel();
      take = () => {};
      const reply = outcome === "silent" || outcome === "closed" ? undefined : outcome;
      return { sent: message, to, reply, milliseconds, portClosed: outcome === "closed", ignored };
    },
    close: () => transport.close(),
  };
}

function isReplyTo(message: Message, reply: Message): boolean {
  return reply.op === Op.reply && reply.xid === message.xid;
}

/**
 * An OFFER of another server, or through a second relay, that comes when one was chosen already: it
 * has the same xid (RFC 2131 section 4.4.1).
 */
function isLateOffer(message: Message, reply: Message): boolean {
  return messageType(message) === MessageType.REQUEST && messageType(reply) === MessageType.OFFER;
}

/** Tells when to wait no longer: the time is over, or the port turned out to be closed. */
function waitForSilence(bytes: Uint8Array, to: Endpoint, timeout: number): { ended: Promise<"silent" | "closed">; cancel(): void } {
  const controller = new AbortController();
  const { signal } = controller;
  const ended = async (): Promise<"silent" | "closed"> => {
    const doubt = Math.min(DOUBT_AFTER, timeout);
    await sleep(doubt, undefined, { signal });
    if (timeout > doubt && to.address !== IPV4_BROADCAST && (await isPortClosed(bytes, to))) return "closed";
    await sleep(Math.max(0, timeout - doubt - PORT_CHECK), undefined, { signal });
    return "silent";
  };
  const swallowed = ended().catch((): "silent" => "silent");
  return { ended: swallowed, cancel: () => controller.abort() };
}

/**
 * Sends the message again from a socket that is connected, which hears of an ICMP "port
 * unreachable"; to any server that listens it is a retransmission.
 */
async function isPortClosed(bytes: Uint8Array, to: Endpoint): Promise<boolean> {
  const socket = createSocket("udp4");
  try {
    return await new Promise<boolean>((resolve) => {
      socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ECONNREFUSED"));
      socket.connect(to.port, formatIpv4(to.address), () => socket.send(bytes));
      setTimeout(resolve, PORT_CHECK, false);
    });
  } finally {
    socket.close();
  }
}
