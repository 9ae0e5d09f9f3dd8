import { type Destination, LARGEST_PAYLOAD } from "../../net/destination.ts";
import { sendFailureOf } from "../send-failures.ts";
import { type OnNotSent, type Outbox, type SendFailure, UNRECORDED } from "../transport.ts";
import { CMSGHDR, MMSGHDR, MSG_DONTWAIT } from "./constants.ts";
import type { SocketFamily } from "./family.ts";
import type { Fate, Kept } from "./kept.ts";
import type { Libc } from "./libc.ts";
import { allocate, createMessages, type Messages, setPayload } from "./messages.ts";
import type { SendGate } from "./send-gate.ts";

/**
 * Room in front of the payload for the headers that a link sender writes itself, a multiple of 4.
 */
export const HEADROOM = 28;
/** 33 cache lines: an odd number spreads the slots over the cache. */
const SLOT_SIZE = 33 * 64;

export interface SendCounters {
  sent: number;
  readonly notSent: Record<SendFailure, number>;
}

/** Sends to hardware addresses, without asking the link for them. */
export interface LinkSender<A> {
  readonly fd: number;
  createMessages(capacity: number): Messages;
  /** Whether this datagram can be sent so. */
  canSend(payloadLength: number, to: Destination<A>, hardwareAddress: Uint8Array): boolean;
  /**
   * Writes the headers in front of the payload, which stands at HEADROOM in the frame, and the
   * address into message `i`. Returns the length of all from the frame's begin on.
   */
  write(frame: Uint8Array, payloadLength: number, messages: Messages, i: number, to: Destination<A>, hardwareAddress: Uint8Array): number;
}

/** What an outbox sends through. */
export interface Senders<A> {
  readonly family: SocketFamily<A>;
  readonly udp: number;
  /** undefined where there is none, or it could not be opened. */
  readonly link: LinkSender<A> | undefined;
  readonly gate: SendGate<A>;
  readonly kept: Kept<A>;
  /** Milliseconds that never go back. */
  readonly uptime: () => number;
}

/** What is sent through one socket. */
interface Group<A> {
  readonly fd: number;
  readonly messages: Messages;
  count: number;
  /** The slot of each message, which holds its payload. */
  readonly slots: Uint16Array;
  readonly lengths: Uint16Array;
  /** The address whose hardware address may have to be asked for; undefined: none has. */
  readonly neighbours: (A | undefined)[];
  /** The interface that it leaves by, 0 for any. */
  readonly interfaces: Uint32Array;
  readonly kinds: Uint8Array;
  readonly marks: Float64Array;
}

export function createOutbox<A>(
  libc: Libc,
  senders: Senders<A>,
  capacity: number,
  counters: SendCounters,
  sentByKind: Uint32Array | undefined,
  onNotSent: OnNotSent | undefined,
): Outbox<A> {
  const { family, link } = senders;
  const slots = allocate(libc, capacity * SLOT_SIZE);
  const frames = Array.from({ length: capacity }, (_, i) => slots.bytes.subarray(i * SLOT_SIZE, (i + 1) * SLOT_SIZE));
  const payloads = frames.map((frame) => frame.subarray(HEADROOM, HEADROOM + LARGEST_PAYLOAD));
  const datagrams = createGroup<A>(senders.udp, createUdpMessages(libc, family, capacity));
  const framed = link && createGroup<A>(link.fd, link.createMessages(capacity));
  const { own } = family.createReader();
  let length = 0;
  const fate: Fate = {
    onSent(kind) {
      counters.sent++;
      if (sentByKind !== undefined) sentByKind[kind] = (sentByKind[kind] as number) + 1;
    },
    onNotSent(mark, why) {
      counters.notSent[why]++;
      onNotSent?.(mark, why);
    },
  };

  /** The next message of the group, whose bytes stand in the next slot from `offset` on. */
  const push = (
    group: Group<A>,
    offset: number,
    size: number,
    neighbour: A | undefined,
    interfaceIndex: number,
    kind: number,
    mark: number,
  ): void => {
    const i = group.count++;
    setPayload(group.messages, i, slots.address + length * SLOT_SIZE + offset, size);
    group.slots[i] = length;
    group.lengths[i] = size;
    group.neighbours[i] = neighbour;
    group.interfaces[i] = interfaceIndex;
    group.kinds[i] = kind;
    group.marks[i] = mark;
  };
  const addDatagram = (payloadLength: number, to: Destination<A>, address: A, kind: number, mark: number): void => {
    addressDatagram(datagrams.messages, family, datagrams.count, to, address);
    const neighbour = family.needsNeighbour(address) ? own(address) : undefined;
    push(datagrams, HEADROOM, payloadLength, neighbour, to.interfaceIndex, kind, mark);
  };
  /** What goes to a neighbour that is not known waits; it must not fill the socket's buffer. */
  const sendGroup = (group: Group<A>, offset: number): void => {
    if (group.count === 0) return;
    const now = senders.uptime();
    const keep = (i: number): void => {
      const slot = frames[group.slots[i] as number] as Uint8Array;
      const payload = slot.subarray(offset, offset + (group.lengths[i] as number));
      senders.kept.add(
        group.fd,
        group.messages,
        i,
        payload,
        group.neighbours[i],
        group.interfaces[i] as number,
        fate,
        group.kinds[i] as number,
        group.marks[i] as number,
      );
    };
    let from = 0;
    for (let i = 0; i < group.count; i++) {
      const neighbour = group.neighbours[i];
      if (neighbour === undefined || senders.gate.check(neighbour, group.interfaces[i] as number, now) === "send") continue;
      sendRun(libc, group, from, i, fate, keep);
      keep(i);
      from = i + 1;
    }
    sendRun(libc, group, from, group.count, fate, keep);
  };

  return {
    get length() {
      return length;
    },
    get full() {
      return length === capacity;
    },
    next() {
      const payload = payloads[length];
      if (payload === undefined) throw new RangeError("the outbox is full: send it first");
      return payload;
    },
    add(payloadLength, to, kind = 0, mark = UNRECORDED) {
      const { hardwareAddress } = to;
      if (hardwareAddress === undefined) {
        addDatagram(payloadLength, to, to.address, kind, mark);
      } else if (link === undefined || framed === undefined || !link.canSend(payloadLength, to, hardwareAddress)) {
        addDatagram(payloadLength, to, family.withoutHardwareAddress(to.address), kind, mark);
      } else {
        const frame = frames[length] as Uint8Array;
        push(framed, 0, link.write(frame, payloadLength, framed.messages, framed.count, to, hardwareAddress), undefined, 0, kind, mark);
      }
      length++;
    },
    send() {
      sendGroup(datagrams, HEADROOM);
      if (framed !== undefined) sendGroup(framed, 0);
      this.clear();
    },
    clear() {
      length = 0;
      datagrams.count = 0;
      if (framed !== undefined) framed.count = 0;
    },
  };
}

function createGroup<A>(fd: number, messages: Messages): Group<A> {
  const { capacity } = messages;
  return {
    fd,
    messages,
    count: 0,
    slots: new Uint16Array(capacity),
    lengths: new Uint16Array(capacity),
    neighbours: new Array<A | undefined>(capacity).fill(undefined),
    interfaces: new Uint32Array(capacity),
    kinds: new Uint8Array(capacity),
    marks: new Float64Array(capacity),
  };
}

/** Messages with everything in place that is the same for each datagram. */
function createUdpMessages<A>(libc: Libc, family: SocketFamily<A>, capacity: number): Messages {
  const messages = createMessages(libc, capacity, family.nameSize, family.infoSpace);
  const { bytes, words } = messages.memory;
  for (let i = 0; i < capacity; i++) {
    bytes[messages.names + i * family.nameSize] = family.domain;
    const control = messages.controls + i * family.infoSpace;
    words[control / 4] = family.infoLength;
    words[(control + CMSGHDR.level) / 4] = family.level;
    words[(control + CMSGHDR.type) / 4] = family.packetInfo;
  }
  return messages;
}

/** Destination in the socket address; interface and source address in the packet info. */
function addressDatagram<A>(messages: Messages, family: SocketFamily<A>, i: number, to: Destination<A>, address: A): void {
  const { memory } = messages;
  const name = messages.names + i * family.nameSize;
  memory.bytes[name + 2] = to.port >>> 8;
  memory.bytes[name + 3] = to.port;
  family.writeName(memory.bytes, name, address, to.interfaceIndex);
  family.writeInfo(memory, messages.controls + i * family.infoSpace + CMSGHDR.size, to.interfaceIndex, to.source);
}

/**
 * Sends the messages from `from` up to `end`; what would block is kept, what the kernel refuses for
 * another reason is not sent.
 */
function sendRun<A>(libc: Libc, group: Group<A>, from: number, end: number, fate: Fate, keep: (i: number) => void): void {
  const { bytes } = group.messages.memory;
  let at = from;
  while (at < end) {
    const sent = libc.sendmmsg(group.fd, at === 0 ? bytes : bytes.subarray(at * MMSGHDR.size), end - at, MSG_DONTWAIT);
    if (sent > 0) {
      for (const behind = at + sent; at < behind; at++) fate.onSent(group.kinds[at] as number);
      continue;
    }
    const code = libc.errno();
    if (code === "EINTR") continue;
    const failure = sendFailureOf(code);
    if (failure === "would-block") keep(at);
    else fate.onNotSent(group.marks[at] as number, failure);
    at++;
  }
}
