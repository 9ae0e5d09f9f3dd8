import { noSendFailures } from "../../src/io/send-failures.ts";
import type { BatchHandler, Outbox, Transport } from "../../src/io/transport.ts";
import type { Destination } from "../../src/net/destination.ts";
import { type Ipv6, parseIpv6 } from "../../src/net/ipv6.ts";
import { decode } from "../../src/wire/dhcp6/decode.ts";
import { encodeMessage } from "../../src/wire/dhcp6/encode.ts";
import type { Message } from "../../src/wire/dhcp6/message.ts";

/** A reply that left, with bytes of its own. */
export interface Sent {
  readonly message: Message;
  readonly to: Destination<Ipv6>;
}

export interface FakeTransport extends Transport<Ipv6> {
  /** A message comes in on the loopback interface, from a client on the link. */
  receive(message: Message, destination?: string): void;
  /** The next reply that leaves, or has left already and was not asked for. */
  next(): Promise<Sent>;
}

const CLIENT = parseIpv6("fe80::7") as Ipv6;

/** Sockets that a test holds in its hands. */
export function createFakeTransport(): FakeTransport {
  const sent: Sent[] = [];
  let wake: (() => void) | undefined;
  let handler: BatchHandler<Ipv6> | undefined;
  const outbox = (counts: Uint32Array | undefined): Outbox<Ipv6> => {
    const buffer = new Uint8Array(2048);
    let waiting: (readonly [sent: Sent, kind: number])[] = [];
    return {
      get length() {
        return waiting.length;
      },
      get full() {
        return waiting.length === 64;
      },
      next: () => buffer,
      add(length, to, kind = 0) {
        const decoded = decode(buffer.slice(0, length));
        if (!decoded.ok) throw new Error(`what was sent can't be read: ${JSON.stringify(decoded.problem)}`);
        waiting.push([{ message: decoded.message, to: { ...to, address: to.address.slice() } }, kind]);
      },
      send() {
        for (const [one, kind] of waiting) {
          sent.push(one);
          if (counts !== undefined) counts[kind] = (counts[kind] as number) + 1;
        }
        waiting = [];
        wake?.();
      },
      clear() {
        waiting = [];
      },
    };
  };
  return {
    limitations: [],
    serve: () => [],
    port: 547,
    start(newHandler) {
      handler = newHandler;
    },
    pause() {},
    resume() {},
    createOutbox: (_, counts) => outbox(counts),
    counters: () => ({ received: 0, sent: 0, notSent: noSendFailures(), receiveDropped: 0 }),
    close() {},
    receive(message, destination = "ff02::1:2") {
      const bytes = encodeMessage(message);
      const to = parseIpv6(destination) as Ipv6;
      handler?.([{ bytes, length: bytes.length, source: CLIENT, sourcePort: 546, destination: to, interfaceIndex: 1, waited: 0 }], 1);
      // The transport uses its buffers again.
      bytes.fill(0xee);
    },
    async next() {
      while (sent.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return sent.shift() as Sent;
    },
  };
}
