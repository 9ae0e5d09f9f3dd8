import type { Ipv4 } from "../../net/ipv4.ts";
import { noSendFailures } from "../send-failures.ts";
import { type BatchHandler, type Transport, TransportError, type TransportOptions } from "../transport.ts";
import { createFragmented, type Fragmented } from "./fragmented.ts";
import { createKept } from "./kept.ts";
import { type Libc, loadLibc } from "./libc.ts";
import { openNextHops } from "./next-hop.ts";
import { createOutbox } from "./outbox.ts";
import { createPacketReceiver, createUdpReceiver, type Receiver } from "./receiver.ts";
import { createSendGate } from "./send-gate.ts";
import { boundPort, droppedByKernel, openPacketSocket, openUdpSocket, sendBufferOf } from "./sockets.ts";

/** Batches that one wake-up takes from a socket before other events get their turn. */
const BATCHES_PER_WAKE = 4;

/**
 * One UDP socket and, where the process may, one packet socket, for any number of interfaces; recvmmsg and sendmmsg through koffi,
 * woken by the event loop's own poll.
 */
export async function openLinuxTransport(options: TransportOptions): Promise<Transport> {
  const libc = await loadLibc();
  const udp = openUdpSocket(libc, options.address, options.port);
  const port = boundPort(libc, udp);
  const limitations: string[] = [];
  let packet: number | undefined;
  try {
    packet = isLoopback(options.address) ? undefined : openPacketSocketIfAllowed(libc, port, limitations);
  } catch (error) {
    libc.close(udp);
    throw error;
  }
  const sources = new Map(
    options.interfaces.flatMap(({ index, addresses }) => addresses.slice(0, 1).map(({ address }) => [index, address])),
  );
  const counters = { received: 0, sent: 0, notSent: noSendFailures() };
  const uptime = (): number => performance.now();
  const nextHops = openNextHops(libc);
  const gate = createSendGate((neighbour) => nextHops?.isKnown(neighbour) ?? true, roomForUnknown(sendBufferOf(libc, udp)));
  const kept = createKept(libc, gate, counters, uptime);
  const senders = { udp, packet, port, sources, gate, kept, uptime };

  const fragmented = createFragmented();
  const skip = packet === undefined ? () => false : heardByPacketSocket(options, fragmented);
  const sockets = [{ fd: udp, receiver: createUdpReceiver(libc, udp, skip) }];
  // First, so that what it hears of fragments is known before the UDP socket has the whole.
  if (packet !== undefined) sockets.unshift({ fd: packet, receiver: createPacketReceiver(libc, packet, fragmented) });

  let handler: BatchHandler | undefined;
  let receiving = false;
  let closed = false;
  let droppedBeforeClose = 0;

  /** Hands over what is waiting, up to a bound. The poll handle calls again when there is more. */
  const drain = (receiver: Receiver): void => {
    for (let i = 0; i < BATCHES_PER_WAKE && receiving && handler !== undefined; i++) {
      const more = receiver.receive();
      counters.received += receiver.count;
      if (receiver.count > 0) handler(receiver.batch, receiver.count);
      if (!more) return;
    }
  };
  // The callback runs inside libuv, where an exception would wedge the process: it only asks for a turn of the event loop's own.
  // In the order of `sockets`, whichever of them was noticed first.
  const readable = sockets.map(() => false);
  const drainReadable = (): void => {
    sockets.forEach(({ receiver }, i) => {
      if (!readable[i]) return;
      readable[i] = false;
      drain(receiver);
    });
  };
  const polls = sockets.map(({ fd }, i) =>
    libc.poll(fd, () => {
      if (!readable.includes(true)) setImmediate(drainReadable);
      readable[i] = true;
    }),
  );
  // A stopped poll handle does not keep the process running; a transport that is paused should.
  const keepAlive = setInterval(() => {}, 0x7fffffff);

  const dropped = (): number => sockets.reduce((sum, { fd, receiver }) => sum + droppedByKernel(libc, fd) + receiver.rejected, 0);
  const resume = (): void => {
    if (receiving || closed || handler === undefined) return;
    receiving = true;
    for (const poll of polls) poll.start();
  };
  const pause = (): void => {
    if (!receiving) return;
    receiving = false;
    for (const poll of polls) poll.stop();
  };

  return {
    limitations,
    port,
    start(newHandler) {
      handler = newHandler;
      resume();
    },
    pause,
    resume,
    createOutbox: (capacity, sent) => createOutbox(libc, senders, capacity, counters, sent),
    counters: () => ({ ...counters, notSent: { ...counters.notSent }, receiveDropped: closed ? droppedBeforeClose : dropped() }),
    close() {
      if (closed) return;
      pause();
      droppedBeforeClose = dropped();
      closed = true;
      clearInterval(keepAlive);
      kept.close();
      nextHops?.close();
      for (const poll of polls) poll.close();
      for (const { fd } of sockets) libc.close(fd);
    },
  };
}

/** Half of the buffer, for datagrams that take up about this much of it. */
function roomForUnknown(sendBuffer: number): number {
  return Math.floor(sendBuffer / 2 / 1536);
}

function isLoopback(address: Ipv4): boolean {
  return address >>> 24 === 127;
}

function openPacketSocketIfAllowed(libc: Libc, port: number, limitations: string[]): number | undefined {
  try {
    return openPacketSocket(libc, port);
  } catch (error) {
    if (!(error instanceof TransportError) || (error.code !== "EPERM" && error.code !== "EACCES")) throw error;
    limitations.push(
      "Replies to clients that have no address yet are broadcast, and broadcasts are heard only if the firewall lets them through: a packet socket needs root or CAP_NET_RAW.",
    );
    return undefined;
  }
}

/**
 * Which of the broadcasts that the UDP socket receives the packet socket receives too: all but those that came in fragments, and those that
 * this machine itself sends by UDP, whose copy for local receivers bypasses packet sockets (except on the loopback interface).
 */
function heardByPacketSocket(
  options: TransportOptions,
  fragmented: Fragmented,
): (source: Ipv4, sourcePort: number, interfaceIndex: number) => boolean {
  const interfaces = options.interfaces.filter((candidate) => !candidate.loopback);
  const indexes = new Set(interfaces.map(({ index }) => index));
  const own = new Set(interfaces.flatMap(({ addresses }) => addresses.map(({ address }) => address)));
  return (source, sourcePort, interfaceIndex) =>
    !fragmented.isPutTogether(source, sourcePort, interfaceIndex) && !(own.has(source) && indexes.has(interfaceIndex));
}
