import { createServer, type Socket } from "node:net";
import type { DnsEndpoint } from "../../config/model/names.ts";
import { bindError } from "../../io/errors.ts";
import { ended, LENGTH_SIZE, messagesIn, write } from "../../io/framed.ts";
import { writeU16 } from "../../net/bytes.ts";
import { networkOf } from "./rate-limit.ts";
import { type Listener, RIVAL } from "./udp.ts";

/** Connections at one time. */
const MOST_CONNECTIONS = 100;
/** The same for all who are not known as secondaries: these always find some free. */
const MOST_OF_STRANGERS = 90;
/** Of one address of a stranger, or one /64: each host of IPv6 has as many addresses as it likes. */
const MOST_OF_ONE = 4;
/** Within so many milliseconds something has to be done: a question asked, or an answer taken. */
const IDLE = 10_000;
/** Longest message, in bytes. */
const LONGEST = 0xffff;
/** Questions that are answered before others have their turn. */
const AT_ONCE = 16;

/** The answers to a message, one after the other; at the end whether more is to be heard. */
export type OnMessage = (bytes: Uint8Array, peer: string) => AsyncGenerator<Uint8Array, boolean, undefined>;

export interface TcpParts {
  readonly onMessage: OnMessage;
  isSecondary(peer: string): boolean;
  /** A connection was not taken, for there are too many. */
  readonly onRefused: () => void;
  /** In milliseconds, for tests. */
  readonly idle?: number;
}

/** Connections of all places together. */
export interface TcpService {
  /** Rejects with TransportError. */
  listen(at: DnsEndpoint, onBroken: (error: Error) => void): Promise<Listener>;
  readonly connections: number;
  /** Ends all connections. */
  close(): void;
}

/** Answers by TCP (RFC 7766): one question after the other on each connection. */
export function createTcpService({ onMessage, isSecondary, onRefused, idle = IDLE }: TcpParts): TcpService {
  const connections = new Map<Socket, string>();

  function accept(socket: Socket): void {
    const peer = peerOf(socket);
    socket.on("error", () => socket.destroy());
    if (!hasRoom(peer)) {
      onRefused();
      socket.destroy();
      return;
    }
    connections.set(socket, peer);
    serve(socket, peer)
      .catch(() => socket.destroy())
      .then(() => ended(socket))
      .finally(() => connections.delete(socket));
  }

  function hasRoom(peer: string): boolean {
    if (isSecondary(peer)) return connections.size < MOST_CONNECTIONS;
    const whose = ownerOf(peer);
    let strangers = 0;
    let same = 0;
    for (const other of connections.values()) {
      if (isSecondary(other)) continue;
      strangers++;
      if (ownerOf(other) === whose) same++;
    }
    return same < MOST_OF_ONE && strangers < MOST_OF_STRANGERS;
  }

  async function serve(socket: Socket, peer: string): Promise<void> {
    const deadline = setTimeout(() => socket.destroy(), idle);
    let served = 0;
    try {
      for await (const bytes of messagesIn(socket, LONGEST)) {
        if (!(await send(socket, onMessage(bytes, peer), deadline))) return;
        if (++served % AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      clearTimeout(deadline);
    }
  }

  /** Whether more is to be heard. */
  async function send(socket: Socket, answers: ReturnType<OnMessage>, deadline: NodeJS.Timeout): Promise<boolean> {
    for (;;) {
      const { done, value } = await answers.next();
      deadline.refresh();
      if (done === true) return value;
      await write(socket, withLength(value));
    }
  }

  return {
    listen(at, onBroken) {
      // Who asks may close its end behind the question, and is answered all the same.
      const server = createServer({ allowHalfOpen: true, noDelay: true }, accept);
      return new Promise((resolve, reject) => {
        server.once("error", (error: NodeJS.ErrnoException) =>
          reject(bindError(error.code ?? error.message, at.address, at.port, "TCP", RIVAL)),
        );
        server.listen({ host: at.address, port: at.port, ipv6Only: true }, () => {
          server.removeAllListeners("error");
          server.on("error", (error) => {
            server.close();
            onBroken(error);
          });
          resolve({ close: () => void server.close() });
        });
      });
    },
    get connections() {
      return connections.size;
    },
    close() {
      for (const socket of connections.keys()) socket.destroy();
    },
  };
}

/** Who has an address, as some text: its whole /64 has one, of IPv6. */
export function ownerOf(peer: string): string {
  return peer.includes(":") ? networkOf(peer) : peer;
}

function withLength(bytes: Uint8Array): Uint8Array {
  const framed = new Uint8Array(LENGTH_SIZE + bytes.length);
  writeU16(framed, 0, bytes.length);
  framed.set(bytes, LENGTH_SIZE);
  return framed;
}

/** As a secondary is configured: without the interface of an address of the link. */
export function peerOf(socket: Socket): string {
  return (socket.remoteAddress ?? "").replace(/%.*/, "");
}
