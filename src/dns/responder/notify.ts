import { randomInt } from "node:crypto";
import type { DnsEndpoint } from "../../config/model/names.ts";
import { formatEndpoint } from "../../net/address.ts";
import { nameOfRcode, Opcode, Rcode, RecordType } from "../../wire/dns/type-code.ts";
import { writeQuestion } from "../../wire/dns/write.ts";
import { type Answer, decodePacket, encodePacket } from "../packet.ts";
import { createTrouble, messageOf, type Tell } from "../tell.ts";
import { type NotifySocket, openNotifySocket } from "./notify-socket.ts";

/** A secondary is told of a zone once in so many milliseconds at most. */
const EVERY = 1000;
/** How long an answer is waited for, the first time and when it is told again. */
const WAITS: readonly number[] = [2000, 4000, 8000, 16_000, 32_000, 32_000];
/** Zones that are told of at once, and how long it takes until the next ones are, in milliseconds. */
const AT_ONCE = 20;
const PAUSE = 200;

export interface SecondaryParts {
  readonly at: DnsEndpoint;
  /** Where this server answers. */
  readonly own: () => readonly DnsEndpoint[];
  /** The SOA record of a zone as it is now; undefined: it is none any more. */
  readonly soaOf: (zone: string) => Answer | undefined;
  readonly tell: Tell;
  /** In milliseconds, for tests. */
  readonly waits?: readonly number[];
}

export interface SecondaryStatus {
  readonly address: string;
  readonly port: number;
  /** Zones of which it has yet to say that it knows. */
  readonly waiting: number;
  /** Messages that were sent to it. */
  readonly notifies: number;
  /** Changes of zones that it has not confirmed. */
  readonly failed: number;
  readonly problem: string | undefined;
}

/** A server that takes zones from this one, and is told when they change (RFC 1996). */
export interface Secondary {
  /** The zone has changed. */
  notify(zone: string): void;
  /** It is told of no zone but these any more. */
  keepOnly(zones: ReadonlySet<string>): void;
  status(): SecondaryStatus;
  close(): void;
}

/** A zone that it is to be told of. */
interface Pending {
  /** When it is told, or told again. */
  due: number;
  /** How often it was told. */
  told: number;
  id: number | undefined;
  /** The zone has changed since it was told. */
  changed: boolean;
}

export function createSecondary({ at, own, soaOf, tell, waits = WAITS }: SecondaryParts): Secondary {
  const pending = new Map<string, Pending>();
  const lastTold = new Map<string, number>();
  const problems = new Map<string, string>();
  const place = formatEndpoint(at);
  const trouble = createTrouble(tell, `dns: the secondary ${place}`, `dns: the secondary ${place} knows of the zones again`);
  let notifies = 0;
  let failed = 0;
  let socket: NotifySocket | undefined;
  let refusal: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let timerAt = Number.POSITIVE_INFINITY;
  let isWorking = false;
  let closed = false;

  function notify(zone: string): void {
    const known = pending.get(zone);
    if (known !== undefined) known.changed = true;
    else begin(zone);
  }

  function begin(zone: string): void {
    const due = Math.max(performance.now(), (lastTold.get(zone) ?? Number.NEGATIVE_INFINITY) + EVERY);
    pending.set(zone, { due, told: 0, id: undefined, changed: false });
    wakeAt(due);
  }

  function wakeAt(due: number): void {
    if (closed || due >= timerAt) return;
    clearTimeout(timer);
    timerAt = due;
    timer = setTimeout(
      () => {
        timerAt = Number.POSITIVE_INFINITY;
        void work();
      },
      Math.max(0, due - performance.now()),
    );
  }

  async function work(): Promise<void> {
    if (isWorking) return;
    isWorking = true;
    const now = performance.now();
    let count = 0;
    for (const [zone, one] of pending) {
      if (one.due > now || count >= AT_ONCE) continue;
      count++;
      await tellOf(zone, one);
    }
    isWorking = false;
    if (closed) return;
    if (pending.size === 0) rest();
    else wakeAt(count < AT_ONCE ? firstDue() : Math.max(firstDue(), now + PAUSE));
  }

  function firstDue(): number {
    let first = Number.POSITIVE_INFINITY;
    for (const { due } of pending.values()) first = Math.min(first, due);
    return first;
  }

  async function tellOf(zone: string, one: Pending): Promise<void> {
    const soa = soaOf(zone);
    if (soa === undefined) {
      pending.delete(zone);
      return;
    }
    const wait = waits[one.told];
    if (wait === undefined) {
      end(zone, one, refusal ?? `it does not answer, so it takes ${zone} from here only when it asks by itself`);
      return;
    }
    one.told++;
    one.changed = false;
    one.id = randomInt(0x10000);
    const now = performance.now();
    one.due = now + wait;
    lastTold.set(zone, now);
    notifies++;
    try {
      socket ??= await openNotifySocket({ to: at, own: own(), onMessage: hear, onError: lose });
      if (closed) rest();
      else socket.send(messageFor(one.id, zone, soa));
    } catch (error) {
      refusal = `it can't be told of changes: ${messageOf(error)}`;
    }
  }

  /** It is not told again, until the zone changes. */
  function end(zone: string, one: Pending, problem: string | undefined): void {
    pending.delete(zone);
    if (problem === undefined) problems.delete(zone);
    else {
      problems.set(zone, problem);
      failed++;
    }
    tellProblem();
    if (one.changed) begin(zone);
    else if (pending.size === 0) rest();
  }

  function tellProblem(): void {
    const [first] = problems.values();
    if (first === undefined) trouble.over();
    else trouble.happened(first);
  }

  function hear(bytes: Uint8Array): void {
    const packet = decodePacket(bytes);
    const { header } = packet;
    if (header === undefined || !header.qr || header.opcode !== Opcode.NOTIFY) return;
    for (const [zone, one] of pending) {
      if (one.id !== header.id) continue;
      refusal = undefined;
      end(
        zone,
        one,
        header.rcode === Rcode.NOERROR
          ? undefined
          : `it says ${nameOfRcode(header.rcode)} to changes of ${zone}: it has to be set up as a secondary of it`,
      );
      return;
    }
  }

  /** Nobody is there; what was told is told again, by another socket. */
  function lose(error: Error): void {
    refusal = `it can't be told of changes: ${error.message}`;
    rest();
  }

  function rest(): void {
    socket?.close();
    socket = undefined;
  }

  return {
    notify,
    keepOnly(zones) {
      for (const known of [pending, lastTold, problems]) for (const zone of known.keys()) if (!zones.has(zone)) known.delete(zone);
      tellProblem();
    },
    status: () => ({ ...at, waiting: pending.size, notifies, failed, problem: trouble.reason }),
    close() {
      closed = true;
      clearTimeout(timer);
      pending.clear();
      rest();
    },
  };
}

function messageFor(id: number, zone: string, soa: Answer): Uint8Array {
  return encodePacket({
    header: { id, qr: false, opcode: Opcode.NOTIFY, aa: true, tc: false, rd: false, ra: false, rcode: Rcode.NOERROR },
    question: writeQuestion(zone, RecordType.SOA),
    answers: [soa],
    authorities: [],
    additionals: [],
    udpSize: undefined,
  });
}
