/** Sending a message and waiting for its answer. */
import { createSocket } from "node:dgram";
import { setTimeout as sleep } from "node:timers/promises";
import type { LocalInterface, SendFailure, TransportCounters } from "../../io/transport.ts";
import type { Destination } from "../../net/destination.ts";
import type { Endpoint } from "../endpoint.ts";
import type { Family } from "../family.ts";
import { sendProblem } from "../unreachable.ts";

type NotSent = TransportCounters["notSent"];

/** A protocol's messages as bytes. */
export interface Codec<M> {
  encode(message: M): Uint8Array;
  /** undefined for what is no message. */
  decode(bytes: Uint8Array): { readonly message: M; readonly problems: readonly Problem[] } | undefined;
}

/** What a decoder of a protocol gives. */
type Decoded<M, K> =
  | { readonly ok: false }
  | {
      readonly ok: true;
      readonly message: M;
      readonly problems: readonly { readonly kind: K; readonly offset: number; readonly option?: number | undefined }[];
    };

/** The codec of a protocol. `text`: its problems in words. */
export function codecOf<M, K extends string>(
  encode: (message: M) => Uint8Array,
  decode: (bytes: Uint8Array) => Decoded<M, K>,
  text: Readonly<Record<K, string>>,
): Codec<M> {
  return {
    encode,
    decode(bytes) {
      const decoded = decode(bytes);
      if (!decoded.ok) return undefined;
      const problems = decoded.problems.map(({ kind, offset, option }) => ({ text: text[kind], offset, option }));
      return { message: decoded.message, problems };
    },
  };
}

/** What is wrong with the framing of a message. */
export interface Problem {
  readonly text: string;
  readonly offset: number;
  readonly option: number | undefined;
}

export interface Received<M, A> {
  readonly message: M;
  readonly problems: readonly Problem[];
  readonly from: Endpoint<A>;
}

/** One message and what became of it. */
export interface Exchange<M, A> {
  readonly sent: M;
  readonly to: Endpoint<A>;
  /** undefined when none came, or none was awaited. */
  readonly reply: Received<M, A> | undefined;
  /** From sending to the answer, in milliseconds. */
  readonly milliseconds: number;
  /** True when the other machine said that nothing listens on that port. */
  readonly portClosed: boolean;
  /** Datagrams that arrived meanwhile and were not the answer. */
  readonly ignored: number;
}

/** Where the probe listens and where its messages go. */
export interface Route<A> {
  /** For people: who is asked. */
  readonly name: string;
  readonly listen: Endpoint<A>;
  readonly interfaces: readonly LocalInterface<A>[];
  readonly destination: Destination<A>;
}

/** What a received message is to the one that was sent; `late`: an answer to an earlier one. */
export type Relation = "answer" | "other" | "late";

export interface Exchanger<M, A> {
  /**
   * Sends the message; waits at most `timeout` milliseconds for the answer, not at all when it is
   * 0. Rejects with a TransportError where this machine can't send it.
   */
  exchange(message: M, relation: (reply: M) => Relation, timeout: number): Promise<Exchange<M, A>>;
  close(): void;
}

/**
 * How long an answer may take before it is asked whether the port is open, and how long that may
 * take; milliseconds.
 */
const DOUBT_AFTER = 300;
const PORT_CHECK = 200;

/** Opens the socket. Rejects with a TransportError. */
export async function openExchanger<M, A>(family: Family<A>, codec: Codec<M>, route: Route<A>): Promise<Exchanger<M, A>> {
  const transport = await family.open({ ...route.listen, interfaces: route.interfaces });
  const outbox = transport.createOutbox(1);
  const to = { address: route.destination.address, port: route.destination.port };
  let take: (received: Received<M, A>) => void = () => {};
  transport.start((batch, count) => {
    for (const datagram of batch.slice(0, count)) {
      const decoded = codec.decode(datagram.bytes.slice(0, datagram.length));
      if (decoded !== undefined) take({ ...decoded, from: { address: datagram.source, port: datagram.sourcePort } });
    }
  });
  return {
    async exchange(message, relation, timeout) {
      const bytes = codec.encode(message);
      let ignored = 0;
      const answer = new Promise<Received<M, A>>((resolve) => {
        take = (received) => {
          const is = relation(received.message);
          if (is === "answer") resolve(received);
          else if (is === "other") ignored++;
        };
      });
      const before = transport.counters().notSent;
      const checkSent = (): void => {
        const problem = sendProblem(family, to.address, since(transport.counters().notSent, before));
        if (problem !== undefined) throw problem;
      };
      const began = performance.now();
      const send = (): void => {
        outbox.next().set(bytes);
        outbox.add(bytes.length, route.destination);
        outbox.send();
      };
      send();
      checkSent();
      const silence = waitForSilence(family, bytes, to, timeout, send);
      const outcome = await Promise.race([answer, silence.ended]);
      const milliseconds = performance.now() - began;
      silence.cancel();
      take = () => {};
      const reply = outcome === "silent" || outcome === "closed" ? undefined : outcome;
      // What is not refused at once waits in the system for its neighbour.
      if (reply === undefined) checkSent();
      return { sent: message, to, reply, milliseconds, portClosed: outcome === "closed", ignored };
    },
    close: () => transport.close(),
  };
}

/** What of the datagrams was not sent since these counts were taken. */
function since(now: NotSent, before: NotSent): NotSent {
  const counts = Object.entries(now).map(([failure, count]) => [failure, count - before[failure as SendFailure]]);
  return Object.fromEntries(counts) as NotSent;
}

/**
 * Tells when to wait no longer: the time is over, or the port turned out to be closed. If it is
 * open the message is sent `again`: a server that is slow to answer, as with `ping_check`, answers
 * the last one of a client, and that would be the one of the check.
 */
function waitForSilence<A>(
  family: Family<A>,
  bytes: Uint8Array,
  to: Endpoint<A>,
  timeout: number,
  again: () => void,
): { ended: Promise<"silent" | "closed">; cancel(): void } {
  const controller = new AbortController();
  const { signal } = controller;
  const ended = async (): Promise<"silent" | "closed"> => {
    const doubt = Math.min(DOUBT_AFTER, timeout);
    await sleep(doubt, undefined, { signal });
    if (timeout > doubt && !family.isGroup(to.address)) {
      if (await isPortClosed(family, bytes, to)) return "closed";
      if (!signal.aborted) again();
    }
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
async function isPortClosed<A>(family: Family<A>, bytes: Uint8Array, to: Endpoint<A>): Promise<boolean> {
  const socket = createSocket(family.socket);
  try {
    return await new Promise<boolean>((resolve) => {
      socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ECONNREFUSED"));
      socket.once("connect", () => socket.send(bytes));
      socket.connect(to.port, family.format(to.address));
      setTimeout(resolve, PORT_CHECK, false);
    });
  } finally {
    socket.close();
  }
}
