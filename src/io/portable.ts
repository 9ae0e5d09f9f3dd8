import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { type Destination, LARGEST_PAYLOAD } from "../net/destination.ts";
import { bindError } from "./errors.ts";
import type { PortableFamily } from "./portable-family.ts";
import { noSendFailures, sendFailureOf } from "./send-failures.ts";
import {
  type BatchHandler,
  type Datagram,
  type LocalInterface,
  type OnNotSent,
  type Outbox,
  type SendFailure,
  type Transport,
  type TransportOptions,
  UNRECORDED,
} from "./transport.ts";

/** Datagrams handed over at once, and kept while the transport is paused. */
const BATCH_SIZE = 64;
const PAUSED_LIMIT = 4096;
const RECEIVE_BUFFER = 4 << 20;

export interface PortableOptions<A> extends TransportOptions<A> {
  /** Multicast groups to hear on each of the interfaces; none by default. */
  readonly groups?: readonly A[] | undefined;
}

interface PortableCounters {
  received: number;
  sent: number;
  notSent: Record<SendFailure, number>;
  receiveDropped: number;
}

/** One `node:dgram` socket: for systems other than Linux, for relayed traffic and for tests. */
export async function openPortableTransport<A>(family: PortableFamily<A>, options: PortableOptions<A>): Promise<Transport<A>> {
  const socket = createSocket({ type: family.type, ipv6Only: family.type === "udp6" });
  await new Promise<void>((resolve, reject) => {
    socket.once("error", (error: NodeJS.ErrnoException) => {
      socket.close();
      reject(bindError(error.code ?? "UNKNOWN", family.format(options.address), options.port));
    });
    socket.bind({ address: family.format(options.address), port: options.port, exclusive: true }, resolve);
  });
  socket.removeAllListeners("error");
  // Errors of single datagrams reach the callback of `send`; what is left must not end the process.
  let gone: string | undefined;
  socket.on("error", () => {});
  socket.on("close", () => {
    gone = "the socket is closed";
  });
  if (family.type === "udp4") socket.setBroadcast(true);
  growReceiveBuffer(socket);
  const { port } = socket.address();

  let { interfaces } = options;
  const counters: PortableCounters = { received: 0, sent: 0, notSent: noSendFailures(), receiveDropped: 0 };
  let handler: BatchHandler<A> | undefined;
  let receiving = false;
  let closed = false;
  let waiting: Datagram<A>[] = [];
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
    const source = family.parse(from.address) ?? family.unspecified;
    const receivedOn = interfaceOf(family, options.address, interfaces, source, from.address.split("%")[1]);
    const destination = guessDestination(family, options, source, receivedOn);
    const interfaceIndex = receivedOn?.index ?? 0;
    waiting.push({ bytes, length: bytes.length, source, sourcePort: from.port, destination, interfaceIndex, waited: 0 });
    schedule();
  });

  return {
    limitations: [
      ...family.limitations,
      ...(interfaces.length === 1 ? [] : family.manyInterfaces),
      ...joinGroups(family, socket, options.groups, interfaces),
    ],
    port,
    serve(now) {
      interfaces = now;
      return closed ? [] : joinGroups(family, socket, options.groups, interfaces);
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
    createOutbox: (capacity, sent, onNotSent) =>
      createPortableOutbox<A>(
        capacity,
        counters,
        sent,
        onNotSent,
        (to) => hostOf(family, to, interfaces),
        (bytes, toPort, host, done) => socket.send(bytes, toPort, host, done),
      ),
    counters: () => ({ ...counters, notSent: { ...counters.notSent } }),
    problem: () => gone,
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
 * Joins the groups on these interfaces, anew where that was done: an interface that was gone has
 * forgotten them. Returns where that can't be, one sentence each.
 */
function joinGroups<A>(
  family: PortableFamily<A>,
  socket: Socket,
  groups: readonly A[] = [],
  interfaces: readonly LocalInterface<A>[],
): readonly string[] {
  const problems: string[] = [];
  for (const { name } of interfaces) {
    for (const group of groups.map(family.format)) {
      const link = `::%${name}`;
      try {
        socket.dropMembership(group, link);
      } catch {
        // It was no member.
      }
      try {
        socket.addMembership(group, link);
      } catch (error) {
        problems.push(`Messages to ${group} are not heard on ${name} (${(error as NodeJS.ErrnoException).code}).`);
      }
    }
  }
  return problems;
}

/**
 * The interface whose name the system tells with the address, or the only one served, else the one
 * whose network the sender is in. From elsewhere only routed messages come, which are served by
 * what they say themselves, so any interface will do; a sender without an address is on a link, and
 * which one is not to be known.
 */
function interfaceOf<A>(
  family: PortableFamily<A>,
  own: A,
  interfaces: readonly LocalInterface<A>[],
  source: A,
  link: string | undefined,
): LocalInterface<A> | undefined {
  if (link !== undefined) return interfaces.find(({ name }) => name === link);
  if (interfaces.length === 1) return interfaces[0];
  const near = interfaces.find(
    (candidate) =>
      candidate.addresses.some(({ address }) => family.equal(address, own)) ||
      candidate.addresses.some(({ address, prefixLength }) => family.isInPrefix(source, address, prefixLength)),
  );
  return near ?? (family.isSomewhere(source) ? undefined : interfaces[0]);
}

/** Who is on the link sends to its groups, others to an address of this machine. */
function guessDestination<A>(
  family: PortableFamily<A>,
  { address, groups = [] }: PortableOptions<A>,
  source: A,
  receivedOn: LocalInterface<A> | undefined,
): A {
  const [group] = groups;
  if (group !== undefined && family.isOfLink(source)) return group;
  if (!family.equal(address, family.unspecified)) return address;
  return receivedOn?.addresses[0]?.address ?? family.unspecified;
}

/**
 * The address as `node:dgram` reads it: with the name of its link where it says nothing without.
 */
function hostOf<A>(family: PortableFamily<A>, to: Destination<A>, interfaces: readonly LocalInterface<A>[]): string {
  const address = to.hardwareAddress === undefined ? to.address : family.withoutHardwareAddress(to.address);
  const link = family.isOfLink(address) ? interfaces.find(({ index }) => index === to.interfaceIndex) : undefined;
  return link === undefined ? family.format(address) : `${family.format(address)}%${link.name}`;
}

type Send = (bytes: Uint8Array, port: number, host: string, done: (error: NodeJS.ErrnoException | null) => void) => void;

function createPortableOutbox<A>(
  capacity: number,
  counters: PortableCounters,
  sent: Uint32Array | undefined,
  onNotSent: OnNotSent | undefined,
  hostFor: (to: Destination<A>) => string,
  sendOne: Send,
): Outbox<A> {
  const payloads = Array.from({ length: capacity }, () => new Uint8Array(LARGEST_PAYLOAD));
  const lengths: number[] = [];
  const ports: number[] = [];
  const hosts: string[] = [];
  const kinds: number[] = [];
  const marks: number[] = [];
  const notSent = (mark: number, why: SendFailure): void => {
    counters.notSent[why]++;
    onNotSent?.(mark, why);
  };
  const done = (kind: number, mark: number, error: NodeJS.ErrnoException | null): void => {
    if (error !== null) {
      notSent(mark, sendFailureOf(error.code ?? ""));
      return;
    }
    counters.sent++;
    if (sent !== undefined) sent[kind] = (sent[kind] as number) + 1;
  };
  const sendOrCount = (i: number): void => {
    const kind = kinds[i] as number;
    const mark = marks[i] as number;
    try {
      // A copy: the socket may send it later than this.
      const bytes = (payloads[i] as Uint8Array).slice(0, lengths[i]);
      sendOne(bytes, ports[i] as number, hosts[i] as string, (error) => done(kind, mark, error));
    } catch {
      // Port 0, which the sender of a request may have written, is an exception to node:dgram.
      notSent(mark, "other");
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
    add(payloadLength, to, kind = 0, mark = UNRECORDED) {
      lengths.push(payloadLength);
      ports.push(to.port);
      kinds.push(kind);
      marks.push(mark);
      hosts.push(hostFor(to));
    },
    send() {
      for (let i = 0; i < lengths.length; i++) sendOrCount(i);
      this.clear();
    },
    clear() {
      lengths.length = 0;
      ports.length = 0;
      kinds.length = 0;
      marks.length = 0;
      hosts.length = 0;
    },
  };
}
