import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { bindError } from "../io/errors.ts";
import { ended, LENGTH_SIZE, LINGER, messagesIn, write } from "../io/framed.ts";
import type { Seconds } from "../leases/lease.ts";
import { type Counters, countKind } from "./counters.ts";
import type { Log } from "./log.ts";
import type { Read } from "./protocol.ts";

/*
 * Bulk leasequery (RFC 6926 for DHCPv4, RFC 5460 for DHCPv6): messages over TCP, each behind its
 * length in 16 bits. What holds here, whatever the protocol:
 *
 * - No packet waits for it: of all connections together, a few answers are made in one turn of the
 *   event loop.
 * - It takes little memory: of a connection no more is kept than a piece of what was read and a
 *   piece of what is to be sent, and there are only so many connections. Who does not read gets
 *   nothing more, and a connection on which nothing moves is closed.
 * - One query at a time is answered on a connection; those behind it wait in the network.
 */

/** BULK_LQ_MAX_CONNS. */
export const MOST_CONNECTIONS = 10;
/** BULK_LQ_DATA_TIMEOUT, in milliseconds. */
const DATA_TIMEOUT = 300_000;

/** Bytes of the longest query. */
const LONGEST_QUERY = 4096;
/** Bytes of the longest answer. */
const LONGEST_ANSWER = 0xffff;
/** What is made in one turn of the event loop: less than a millisecond. */
const ANSWERS_AT_ONCE = 32;
/** What is looked at, whether it is part of the answer or not. */
const STEPS_AT_ONCE = 500;

/** The time of some answers, which are all made at once. */
export interface Moment {
  readonly now: Seconds;
  /** Added to a time of a lease: seconds since 1970 by the machine's clock. */
  readonly wallOffset: number;
}

/** Both ends, as text. */
export interface Connection {
  readonly peer: string;
  readonly peerPort: number;
  readonly local: string;
  readonly localPort: number;
}

/**
 * The answers to a query. Undefined stands for something that was looked at and is no part of them.
 * At the end `aborted`: not all of them could be given, and the last one says why.
 */
export type Answers<M> = Iterator<M | undefined, "aborted" | undefined, undefined>;

/** What a protocol is to this. `M` is a message. */
export interface BulkProtocol<M> {
  /** Whether who connects from this address may ask. */
  permits(peer: string): boolean;
  /** Total. The bytes stay as they are. */
  read(bytes: Uint8Array): Read<M>;
  kindOf(message: M): number;
  /**
   * Undefined: the message is no query. Each answer is encoded before the next one is asked for,
   * and before anything changes. `present`: undefined: the server stops.
   */
  answer(query: M, connection: Connection, present: () => Moment | undefined): Answers<M> | undefined;
  /** Encodes into at most `limit` bytes; the length. */
  write(message: M, into: Uint8Array, limit: number): number;
}

export interface BulkLeasequeryParts<M> {
  readonly protocol: BulkProtocol<M>;
  /** Addresses of this machine, as text; port 0: any. */
  readonly listen: readonly { readonly address: string; readonly port: number }[];
  readonly counters: Counters;
  readonly log: Log;
  readonly clock: () => Seconds;
  readonly wallOffset: () => number;
  /** In milliseconds, for tests. */
  readonly dataTimeout?: number;
}

export interface BulkLeasequery {
  /** The ports, in the order of `listen`. */
  readonly ports: readonly number[];
  /** Takes no more queries, and tells those that are being answered that it is over. */
  close(): Promise<void>;
}

/** A connection that is served. */
interface Served {
  readonly socket: Socket;
  isAnswered: boolean;
  over: Promise<void>;
}

/** Listens, and answers what is asked. Rejects with TransportError where it can't listen. */
export async function startBulkLeasequery<M>(parts: BulkLeasequeryParts<M>): Promise<BulkLeasequery> {
  const { protocol, counters, log } = parts;
  const timeout = parts.dataTimeout ?? DATA_TIMEOUT;
  const turn = createTurns();
  /** Answers are put together here, of one connection at a time. */
  const scratch = new Uint8Array(2 * (LENGTH_SIZE + LONGEST_ANSWER));
  const connections = new Set<Served>();
  const servers: Server[] = [];
  /** That of the answers that are being made. */
  let moment: Moment | undefined;
  let stopped = false;

  function accept(socket: Socket): void {
    const connection = connectionOf(socket);
    const { peer } = connection;
    socket.on("error", (error) => log.debug({ err: error, peer }, "bulk leasequery: the connection broke"));
    const refusal = refuse(peer);
    if (refusal !== undefined) {
      log.debug({ peer }, `bulk leasequery refused: ${refusal}`);
      socket.destroy();
      return;
    }
    const served: Served = { socket, isAnswered: false, over: Promise.resolve() };
    connections.add(served);
    served.over = serve(served, connection)
      .catch((error) => log.debug({ err: error, peer }, "bulk leasequery: the connection was closed"))
      .then(() => ended(socket))
      .finally(() => connections.delete(served));
  }

  /** Why who connects is not served; undefined: it is. */
  function refuse(peer: string): string | undefined {
    if (stopped) return "the server is stopping";
    if (!protocol.permits(peer)) {
      counters.silent["requester-not-permitted"]++;
      return "it does not come from a requester";
    }
    if (connections.size < MOST_CONNECTIONS) return undefined;
    counters.dropped["too-many-connections"]++;
    return `there are ${MOST_CONNECTIONS} connections already`;
  }

  /** Answers one query after the other, until either end has had enough. */
  async function serve(served: Served, connection: Connection): Promise<void> {
    const { socket } = served;
    const deadline = setTimeout(() => socket.destroy(), timeout);
    try {
      for await (const bytes of messagesIn(socket, LONGEST_QUERY)) {
        deadline.refresh();
        served.isAnswered = true;
        const answers = begin(bytes, connection);
        if (answers === undefined || (await send(answers, socket, deadline)) === "aborted" || stopped) return;
        served.isAnswered = false;
      }
    } finally {
      clearTimeout(deadline);
    }
  }

  /** Undefined: it is nothing that is answered. */
  function begin(bytes: Uint8Array, connection: Connection): Answers<M> | undefined {
    const read = protocol.read(bytes);
    if (!read.ok) {
      counters.dropped.undecodable++;
      log.debug({ peer: connection.peer, problem: read.problem }, "bulk leasequery: no DHCP message");
      return undefined;
    }
    countKind(counters.received, protocol.kindOf(read.message));
    const answers = protocol.answer(read.message, connection, () => moment);
    if (answers === undefined) counters.silent["unsupported-message-type"]++;
    return answers;
  }

  /** Sends all answers, some at a time. Rejects when the connection breaks. */
  async function send(answers: Answers<M>, socket: Socket, deadline: NodeJS.Timeout): Promise<"aborted" | undefined> {
    for (;;) {
      await turn();
      if (socket.destroyed) return undefined;
      const { kinds, length, end } = fill(answers);
      if (length > 0) await write(socket, scratch.slice(0, length));
      for (const kind of kinds) countKind(counters.sent, kind);
      if (end !== undefined) return end.value;
      deadline.refresh();
    }
  }

  /** Puts the next answers together. A defect costs the one query that met it. */
  function fill(answers: Answers<M>): Filled {
    try {
      return fillScratch(answers);
    } catch (error) {
      counters.dropped["internal-error"]++;
      log.error({ err: error }, "a defect of this program: a bulk leasequery was ended; please report it with this entry");
      throw error;
    }
  }

  function fillScratch(answers: Answers<M>): Filled {
    moment = stopped ? undefined : { now: parts.clock(), wallOffset: parts.wallOffset() };
    const kinds: number[] = [];
    let length = 0;
    for (let steps = 0; steps < STEPS_AT_ONCE && kinds.length < ANSWERS_AT_ONCE && length < scratch.length / 2; steps++) {
      const { done, value } = answers.next();
      if (done === true) return { kinds, length, end: { value } };
      if (value === undefined) continue;
      const size = protocol.write(value, scratch.subarray(length + LENGTH_SIZE), LONGEST_ANSWER);
      scratch[length] = size >>> 8;
      scratch[length + 1] = size;
      length += LENGTH_SIZE + size;
      kinds.push(protocol.kindOf(value));
    }
    return { kinds, length, end: undefined };
  }

  async function close(): Promise<void> {
    stopped = true;
    for (const server of servers) server.close();
    for (const { socket, isAnswered } of connections) if (!isAnswered) socket.destroySoon();
    const end = setTimeout(() => {
      for (const { socket } of connections) socket.destroy();
    }, LINGER);
    await Promise.all([...connections].map(({ over }) => over));
    clearTimeout(end);
  }

  try {
    for (const { address, port } of parts.listen) servers.push(await listen(address, port, accept));
  } catch (error) {
    await close();
    throw error;
  }
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  parts.listen.forEach(({ address }, i) => {
    log.info(`bulk leasequery: listening on ${address}, TCP port ${ports[i]}`);
  });
  return { ports, close };
}

/** What was put together in one turn. */
interface Filled {
  /** What each of the answers is counted as. */
  readonly kinds: readonly number[];
  /** Bytes of them. */
  readonly length: number;
  readonly end: { readonly value: "aborted" | undefined } | undefined;
}

function listen(address: string, port: number, accept: (socket: Socket) => void): Promise<Server> {
  // Who asks may close its end behind the query, and is answered all the same.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, accept);
  return new Promise((resolve, reject) => {
    // Also of later ones, such as a connection that can't be accepted: the next one may be.
    server.on("error", (error: NodeJS.ErrnoException) => reject(bindError(error.code ?? "UNKNOWN", address, port, "TCP")));
    server.listen({ host: address, port, ipv6Only: true }, () => resolve(server));
  });
}

function connectionOf(socket: Socket): Connection {
  const { remoteAddress = "", remotePort = 0, localAddress = "", localPort = 0 } = socket;
  return { peer: remoteAddress, peerPort: remotePort, local: localAddress, localPort };
}

/**
 * Settles in one turn of the event loop for one of those who ask, in their order, and in the next
 * for the next.
 */
function createTurns(): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return () => {
    last = last.then(() => new Promise((resolve) => setImmediate(resolve)));
    return last;
  };
}

/** The same for the same moment, made once: there are many answers in one. */
export function remembersLast<V>(make: (moment: Moment) => V): (moment: Moment | undefined) => V | undefined {
  let last: { readonly moment: Moment; readonly value: V } | undefined;
  return (moment) => {
    if (moment === undefined) return undefined;
    if (last?.moment !== moment) last = { moment, value: make(moment) };
    return last.value;
  };
}
