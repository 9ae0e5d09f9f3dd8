import type { SocketFamily } from "./family.ts";

/*
 * A datagram for a neighbour that does not answer ARP or Neighbor Solicitations waits in the kernel
 * for three seconds, and as long as it does it takes up room in the buffer of the socket that sent
 * it. Enough of those, for relays and clients that are dead or never were, and the socket takes
 * nothing for anybody. So what goes to neighbours that are not known by their hardware address is
 * bounded: one datagram a second for each address, which has the kernel ask for it, and no more of
 * them at a time than leave most of the buffer free.
 */

/**
 * How long an answer of the kernel is relied upon, in milliseconds: that a neighbour is known, and
 * that it is not, the first time and as long as it stays so.
 */
const KNOWN_FOR = 5000;
const UNKNOWN_FOR = 20;
const UNKNOWN_FOR_LONG = 1000;
/** The kernel gives up after three questions, a second apart. */
const WINDOW = 4000;
/** An unknown neighbour is sent one datagram in this time, as often as the kernel asks for it. */
const PER_ADDRESS = 1000;
/** Addresses that are remembered. More of them are asked for anew. */
const MOST = 4096;

export type Verdict = "send" | "wait";

export interface SendGate<A> {
  /**
   * Whether a datagram may be sent to the address now. `interfaceIndex`: by which it leaves, 0 for
   * any; a link-local address is another neighbour on each. `now`: milliseconds that never go back.
   * The address is kept.
   */
  check(address: A, interfaceIndex: number, now: number): Verdict;
}

interface Known<A> {
  readonly address: A;
  readonly interfaceIndex: number;
  /** Another one with the same hash. */
  readonly next: Known<A> | undefined;
  isKnown: boolean;
  /** Until when that holds. */
  until: number;
  /** How long it counts as unknown when the kernel says so again. */
  unknownFor: number;
  /** When a datagram may be sent although it is not known. */
  sendAt: number;
}

/** `room`: datagrams for unknown neighbours that may be under way at a time. */
export function createSendGate<A>(
  family: Pick<SocketFamily<A>, "hash" | "equal">,
  isKnown: (address: A, interfaceIndex: number) => boolean,
  room: number,
): SendGate<A> {
  const byHash = new Map<number, Known<A>>();
  let remembered = 0;
  /** The last one that was known: nearly always the next datagram goes the same way. */
  let last: Known<A> | undefined;
  let windowEnd = 0;
  let inWindow = 0;
  let before = 0;

  /** Takes one from what may be under way; false: nothing is left. */
  function take(now: number): boolean {
    if (now >= windowEnd) {
      before = now < windowEnd + WINDOW ? inWindow : 0;
      inWindow = 0;
      windowEnd = now + WINDOW;
    }
    if (before + inWindow >= room) return false;
    inWindow++;
    return true;
  }

  function find(address: A, interfaceIndex: number): Known<A> {
    const hash = family.hash(address) ^ interfaceIndex;
    const first = byHash.get(hash);
    for (let known = first; known !== undefined; known = known.next) {
      if (known.interfaceIndex === interfaceIndex && family.equal(known.address, address)) return known;
    }
    if (remembered >= MOST) {
      byHash.clear();
      remembered = 0;
    }
    const next = byHash.get(hash);
    const known = { address, interfaceIndex, next, isKnown: false, until: 0, unknownFor: UNKNOWN_FOR, sendAt: 0 };
    byHash.set(hash, known);
    remembered++;
    return known;
  }

  function ask(known: Known<A>, now: number): void {
    known.isKnown = isKnown(known.address, known.interfaceIndex);
    if (known.isKnown) {
      known.until = now + KNOWN_FOR;
      known.unknownFor = UNKNOWN_FOR;
      return;
    }
    // At the latest soon after the kernel has asked the link again.
    known.until = Math.min(now + known.unknownFor, Math.max(now, known.sendAt) + UNKNOWN_FOR);
    known.unknownFor = Math.min(2 * known.unknownFor, UNKNOWN_FOR_LONG);
  }

  return {
    check(address, interfaceIndex, now) {
      if (last !== undefined && now < last.until && last.address === address && last.interfaceIndex === interfaceIndex) return "send";
      const known = find(address, interfaceIndex);
      if (now >= known.until) ask(known, now);
      if (known.isKnown) {
        last = known;
        return "send";
      }
      if (now < known.sendAt || !take(now)) return "wait";
      known.sendAt = now + PER_ADDRESS;
      return "send";
    },
  };
}
