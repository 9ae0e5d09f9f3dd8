import { noSendFailures } from "../send-failures.ts";
import type { BatchHandler, LocalInterface, Transport } from "../transport.ts";
import type { SocketFamily } from "./family.ts";
import { createKept } from "./kept.ts";
import type { Libc } from "./libc.ts";
import { createOutbox, type LinkSender } from "./outbox.ts";
import type { Receiver } from "./receiver.ts";
import type { SendGate } from "./send-gate.ts";
import { droppedByKernel, socketProblem } from "./sockets.ts";

/** Batches that one wake-up takes from a socket before other events get their turn. */
const BATCHES_PER_WAKE = 4;

/** The sockets of a transport, open, and what goes with them. */
export interface Parts<A> {
  readonly family: SocketFamily<A>;
  /** What to receive from, in the order in which sockets are read that are readable together. */
  readonly sockets: readonly { readonly fd: number; readonly receiver: Receiver<A> }[];
  /** The one of them that datagrams are sent by. */
  readonly udp: number;
  readonly link: LinkSender<A> | undefined;
  readonly gate: SendGate<A>;
  readonly port: number;
  readonly limitations: readonly string[];
  /** As `serve` of a transport. */
  serve(interfaces: readonly LocalInterface<A>[]): readonly string[];
  /** Closes what is not a socket of `sockets`. */
  close(): void;
}

/**
 * A transport on these sockets: recvmmsg and sendmmsg through koffi, woken by the event loop's own
 * poll.
 */
export function createTransport<A>(libc: Libc, parts: Parts<A>): Transport<A> {
  const { family, sockets, udp, link, gate, limitations, port } = parts;
  const counters = { received: 0, sent: 0, notSent: noSendFailures() };
  const uptime = (): number => performance.now();
  const kept = createKept(libc, gate, uptime);
  const senders = { family, udp, link, gate, kept, uptime };

  let handler: BatchHandler<A> | undefined;
  let receiving = false;
  let closed = false;
  let droppedBeforeClose = 0;

  /** Hands over what is waiting, up to a bound. The poll handle calls again when there is more. */
  const drain = (receiver: Receiver<A>): void => {
    for (let i = 0; i < BATCHES_PER_WAKE && receiving && handler !== undefined; i++) {
      const more = receiver.receive();
      counters.received += receiver.count;
      if (receiver.count > 0) handler(receiver.batch, receiver.count);
      if (!more) return;
    }
  };
  // The callback runs inside libuv, where an exception would wedge the process: it only asks for a
  // turn of the event loop's own. In the order of `sockets`, whichever of them was noticed first.
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
    serve: (interfaces) => (closed ? [] : parts.serve(interfaces)),
    start(newHandler) {
      handler = newHandler;
      resume();
    },
    pause,
    resume,
    createOutbox: (capacity, sent, onNotSent) => createOutbox(libc, senders, capacity, counters, sent, onNotSent),
    counters: () => ({ ...counters, notSent: { ...counters.notSent }, receiveDropped: closed ? droppedBeforeClose : dropped() }),
    problem() {
      const code = closed ? "EBADF" : sockets.map(({ fd }) => socketProblem(libc, fd)).find((one) => one !== undefined);
      return code && `a socket is gone (${code}): nothing is received or sent by it until the server is restarted`;
    },
    close() {
      if (closed) return;
      pause();
      droppedBeforeClose = dropped();
      closed = true;
      clearInterval(keepAlive);
      kept.close();
      parts.close();
      for (const poll of polls) poll.close();
      for (const { fd } of sockets) libc.close(fd);
    },
  };
}
