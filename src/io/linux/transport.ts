import type { BatchHandler, Transport, TransportOptions } from "../transport.ts";
import { loadLibc } from "./libc.ts";
import { createOutbox } from "./outbox.ts";
import { createUdpReceiver, type Receiver } from "./receiver.ts";
import { boundPort, droppedByKernel, openUdpSocket } from "./sockets.ts";

/** Batches that one wake-up takes from a socket before other events get their turn. */
const BATCHES_PER_WAKE = 4;

export async function openLinuxTransport(options: TransportOptions): Promise<Transport> {
  const libc = await loadLibc();
  const udp = openUdpSocket(libc, options.address, options.port);
  const port = boundPort(libc, udp);
  const counters = { received: 0, sent: 0, sendFailed: 0 };
  const receivers = [{ fd: udp, receiver: createUdpReceiver(libc, udp, () => false) }];
  let handler: BatchHandler | undefined;
  let receiving = false;
  let closed = false;

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
  const polls = receivers.map(({ fd, receiver }) => libc.poll(fd, () => setImmediate(drain, receiver)));

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
  const dropped = (): number => receivers.reduce((sum, { fd }) => sum + droppedByKernel(libc, fd), 0);
  let droppedAtClose = 0;

  return {
    limitations: [],
    port,
    start(newHandler) {
      handler = newHandler;
      resume();
    },
    pause,
    resume,
    createOutbox: (capacity) => createOutbox(libc, udp, capacity, counters),
    counters: () => ({ ...counters, receiveDropped: closed ? droppedAtClose : dropped() }),
    close() {
      if (closed) return;
      pause();
      droppedAtClose = dropped();
      closed = true;
      for (const poll of polls) poll.close();
      for (const { fd } of receivers) libc.close(fd);
    },
  };
}
