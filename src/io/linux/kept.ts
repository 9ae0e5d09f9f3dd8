import { sendFailureOf } from "../send-failures.ts";
import type { OnNotSent } from "../transport.ts";
import { MSG_DONTWAIT } from "./constants.ts";
import type { Libc } from "./libc.ts";
import { allocate, createMessages, type Messages, setPayload } from "./messages.ts";
import type { SendGate } from "./send-gate.ts";

/**
 * How long a datagram is kept, and how often it is tried again, in milliseconds. The kernel asks
 * for a neighbour again after a second; a client repeats itself after four.
 */
const KEPT_FOR = 1500;
const TRY_EVERY = 20;
/** So many are kept; more are dropped and counted. */
const MOST = 512;
const LARGEST = 4096;

/** What became of a datagram is told to the outbox that it is of. */
export interface Fate {
  /** Told its kind. */
  readonly onSent: (kind: number) => void;
  readonly onNotSent: OnNotSent;
}

/** A datagram of an outbox that can't be sent yet, in bytes of its own. */
interface Entry<A> {
  readonly fd: number;
  readonly payload: Uint8Array;
  /** The socket address and the control message. */
  readonly name: Uint8Array;
  readonly control: Uint8Array;
  /** Whom the gate is asked about; undefined: nobody. */
  readonly address: A | undefined;
  readonly interfaceIndex: number;
  readonly until: number;
  readonly fate: Fate;
  readonly kind: number;
  readonly mark: number;
}

/**
 * Datagrams that would have blocked: tried again for a moment, so that nobody's reply is lost
 * because the queue was full just then.
 */
export interface Kept<A> {
  /** Copies message `i`, whose payload these bytes are. */
  add(
    fd: number,
    messages: Messages,
    i: number,
    payload: Uint8Array,
    address: A | undefined,
    interfaceIndex: number,
    fate: Fate,
    kind: number,
    mark: number,
  ): void;
  /** Drops and counts what is left. */
  close(): void;
}

/** `uptime`: milliseconds that never go back. */
export function createKept<A>(libc: Libc, gate: SendGate<A>, uptime: () => number): Kept<A> {
  let entries: Entry<A>[] = [];
  let timer: NodeJS.Timeout | undefined;
  const room = allocate(libc, LARGEST);
  const shapes = new Map<string, Messages>();

  /** One message with room for an address and a control message of these sizes. */
  function messageLike({ name, control }: Entry<A>): Messages {
    const shape = `${name.length} ${control.length}`;
    let messages = shapes.get(shape);
    if (messages === undefined) {
      messages = createMessages(libc, 1, name.length, control.length);
      shapes.set(shape, messages);
    }
    return messages;
  }

  /** True: there is nothing more to do about it. */
  function retry(entry: Entry<A>, now: number): boolean {
    if (entry.address !== undefined && gate.check(entry.address, entry.interfaceIndex, now) === "wait") return expired(entry, now);
    const messages = messageLike(entry);
    room.bytes.set(entry.payload);
    setPayload(messages, 0, room.address, entry.payload.length);
    messages.memory.bytes.set(entry.name, messages.names);
    messages.memory.bytes.set(entry.control, messages.controls);
    if (libc.sendmmsg(entry.fd, messages.memory.bytes, 1, MSG_DONTWAIT) === 1) {
      entry.fate.onSent(entry.kind);
      return true;
    }
    const failure = sendFailureOf(libc.errno());
    if (failure === "would-block") return expired(entry, now);
    entry.fate.onNotSent(entry.mark, failure);
    return true;
  }

  function expired(entry: Entry<A>, now: number): boolean {
    if (now < entry.until) return false;
    entry.fate.onNotSent(entry.mark, "would-block");
    return true;
  }

  function retryAll(): void {
    timer = undefined;
    const now = uptime();
    entries = entries.filter((entry) => !retry(entry, now));
    schedule();
  }

  function schedule(): void {
    if (entries.length > 0) timer ??= setTimeout(retryAll, TRY_EVERY);
  }

  return {
    add(fd, messages, i, payload, address, interfaceIndex, fate, kind, mark) {
      if (entries.length >= MOST || payload.length > LARGEST) {
        fate.onNotSent(mark, "would-block");
        return;
      }
      const { bytes } = messages.memory;
      const part = (start: number, size: number): Uint8Array => bytes.slice(start + i * size, start + (i + 1) * size);
      entries.push({
        fd,
        payload: payload.slice(),
        name: part(messages.names, messages.nameSize),
        control: part(messages.controls, messages.controlSize),
        address,
        interfaceIndex,
        until: uptime() + KEPT_FOR,
        fate,
        kind,
        mark,
      });
      schedule();
    },
    close() {
      clearTimeout(timer);
      for (const { fate, mark } of entries) fate.onNotSent(mark, "would-block");
      entries = [];
    },
  };
}
