import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { formatIpv4, IPV4_ANY, IPV4_BROADCAST, type Ipv4, parseIpv4 } from "../net/ipv4.ts";
import { prefixContains, prefixOf } from "../net/prefix.ts";
import { bindError } from "./errors.ts";
import { noSendFailures, sendFailureOf } from "./send-failures.ts";
import type { BatchHandler, Datagram, LocalInterface, Outbox, SendFailure, Transport, TransportOptions } from "./transport.ts";

/** Datagrams handed over at once, and kept while the transport is paused. */
const BATCH_SIZE = 64;
const PAUSED_LIMIT = 4096;
const PAYLOAD_SIZE = 2048;
const RECEIVE_BUFFER = 4 << 20;

interface PortableCounters {
  received: number;
  sent: number;
  notSent: Record<SendFailure, number>;
  receiveDropped: number;
}

/** One `node:dgram` socket: for systems other than Linux, for relayed traffic and for tests. */
export async function openPortableTransport(options: TransportOptions<Ipv4>): Promise<Transport<Ipv4>> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve, reject) => {
    socket.once("error", (error: NodeJS.ErrnoException) => {
      socket.close();
      reject(bindError(error.code ?? "UNKNOWN", formatIpv4(options.address), options.port));
    });
    socket.bind({ address: formatIpv4(options.address), port: options.port, exclusive: true }, resolve);
  });
  socket.removeAllListeners("error");
  // Errors of single datagrams reach the callback of `send`; what is left must not end the process.
  socket.on("error", () => {});
  socket.setBroadcast(true);
  growReceiveBuffer(socket);
  const { port } = socket.address();

  let { interfaces } = options;
  const counters: PortableCounters = { received: 0, sent: 0, notSent: noSendFailures(), receiveDropped: 0 };
  let handler: BatchHandler<Ipv4> | undefined;
  let receiving = false;
  let closed = false;
  let waiting: Datagram<Ipv4>[] = [];
  let scheduled = false;

  const deliver = (): void => {
    scheduled = false;
    while (receiving && handler !== undefined && waiting.length > 0) {
      const batch = waiting.splice(0, BATCH_SIZE);
      counters.received += batch.length;
      handler(batch, batch.length);
    }
  };
  // What one turn of the event loop brings is handed over together, so that it can be committed
  // together.
  const schedule = (): void => {
    if (scheduled || !receiving || waiting.length === 0) return;
    scheduled = true;
    setImmediate(deliver);
  };
  socket.on("message", (bytes: Buffer, from: RemoteInfo) => {
    if (handler === undefined || waiting.length >= PAUSED_LIMIT) {
      counters.receiveDropped++;
      return;
    }
    const source = parseIpv4(from.address) ?? IPV4_ANY;
    const receivedOn = guessInterface(options.address, interfaces, source);
    const destination = options.address !== IPV4_ANY ? options.address : (receivedOn?.addresses[0]?.address ?? IPV4_ANY);
    const interfaceIndex = receivedOn?.index ?? 0;
    waiting.push({ bytes, length: bytes.length, source, sourcePort: from.port, destination, interfaceIndex, waited: 0 });
    schedule();
  });

  return {
    limitations: limitationsOf(options),
    port,
    serve(now) {
      interfaces = now;
      return [];
    },
    start(newHandler) {
      handler = newHandler;
      receiving = !closed;
      schedule();
    },
    pause() {
      receiving = false;
    },
    resume() {
      receiving = handler !== undefined && !closed;
      schedule();
    },
    createOutbox: (capacity, sent) =>
      createPortableOutbox(capacity, counters, sent, (bytes, toPort, address, done) => socket.send(bytes, toPort, address, done)),
    counters: () => ({ ...counters, notSent: { ...counters.notSent } }),
    close() {
      if (closed) return;
      closed = true;
      receiving = false;
      waiting = [];
      socket.close();
    },
  };
}

/** Some systems refuse what exceeds their limit, others cut it down. */
function growReceiveBuffer(socket: Socket): void {
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER);
  } catch {
    // The system's own size remains.
  }
}

/**
 * The only interface served, else the one whose network the sender is in. From elsewhere only
 * routed messages come, which are served by what they say themselves, so any interface will do; a
 * sender without an address is on a link, and which one is not to be known.
 */
function guessInterface(own: Ipv4, interfaces: readonly LocalInterface<Ipv4>[], source: Ipv4): LocalInterface<Ipv4> | undefined {
  if (interfaces.length === 1) return interfaces[0];
  const near = interfaces.find(
    (candidate) =>
      candidate.addresses.some(({ address }) => address === own) ||
      candidate.addresses.some(({ address, prefixLength }) => prefixContains(prefixOf(address, prefixLength), source)),
  );
  return near ?? (source === IPV4_ANY ? undefined : interfaces[0]);
}

function limitationsOf(options: TransportOptions<Ipv4>): string[] {
  const limitations = [
    "Replies to clients that have no address yet are broadcast, because node:dgram cannot send to a hardware address.",
    "Replies leave by the interface and with the source address that the system's routing table chooses.",
    "Broadcasts are heard only if the system's firewall lets them through.",
  ];
  if (options.interfaces.length !== 1) {
    limitations.push("The receiving interface is not known for clients without an address: serve one interface, or relayed clients only.");
  }
  return limitations;
}

type Send = (bytes: Uint8Array, port: number, address: string, done: (error: NodeJS.ErrnoException | null) => void) => void;

function createPortableOutbox(capacity: number, counters: PortableCounters, sent: Uint32Array | undefined, sendOne: Send): Outbox<Ipv4> {
  const payloads = Array.from({ length: capacity }, () => new Uint8Array(PAYLOAD_SIZE));
  const lengths: number[] = [];
  const ports: number[] = [];
  const addresses: Ipv4[] = [];
  const kinds: number[] = [];
  const done = (kind: number, error: NodeJS.ErrnoException | null): void => {
    if (error !== null) {
      counters.notSent[sendFailureOf(error.code ?? "")]++;
      return;
    }
    counters.sent++;
    if (sent !== undefined) sent[kind] = (sent[kind] as number) + 1;
  };
  const sendOrCount = (bytes: Uint8Array, port: number, address: Ipv4, kind: number): void => {
    try {
      sendOne(bytes, port, formatIpv4(address), (error) => done(kind, error));
    } catch {
      // Port 0, which the sender of a request may have written, is an exception to node:dgram.
      counters.notSent.other++;
    }
  };
  return {
    get length() {
      return lengths.length;
    },
    get full() {
      return lengths.length === capacity;
    },
    next() {
      const payload = payloads[lengths.length];
      if (payload === undefined) throw new RangeError("the outbox is full: send it first");
      return payload;
    },
    add(payloadLength, to, kind = 0) {
      lengths.push(payloadLength);
      ports.push(to.port);
      kinds.push(kind);
      addresses.push(to.hardwareAddress === undefined ? to.address : IPV4_BROADCAST);
    },
    send() {
      for (let i = 0; i < lengths.length; i++) {
        // A copy: the socket may send it later than this.
        sendOrCount((payloads[i] as Uint8Array).slice(0, lengths[i]), ports[i] as number, addresses[i] as Ipv4, kinds[i] as number);
      }
      this.clear();
    },
    clear() {
      lengths.length = 0;
      ports.length = 0;
      kinds.length = 0;
      addresses.length = 0;
    },
  };
}
