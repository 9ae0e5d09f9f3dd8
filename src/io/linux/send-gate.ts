/*
 * A datagram for a neighbour that does not answer ARP waits in the kernel for three seconds, and as
 * long as it does it takes up room in the buffer of the socket that sent it. Enough of those, for
 * relays and clients that are dead or never were, and the socket takes nothing for anybody. So what
 * goes to neighbours that are not known by their hardware address is bounded: one datagram a second
 * for each address, which has the kernel ask for it, and no more of them at a time than leave most
 * of the buffer free.
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
/** An unknown neighbour is sent one datagram in this time. */
const PER_ADDRESS = 1000;
/** Addresses that are remembered. More of them are asked for anew. */
const MOST = 4096;

export type Verdict = "send" | "wait";

export interface SendGate<A> {
  /** Whether a datagram may be sent to the address now. `now`: milliseconds that never go back. */
  check(address: A, now: number): Verdict;
}

interface Known {
  isKnown: boolean;
  /** Until when that holds. */
  until: number;
  /** How long it counts as unknown when the kernel says so again. */
  unknownFor: number;
  /** When a datagram may be sent although it is not known. */
  sendAt: number;
}

/**
 * For addresses that are the same as map keys when they are equal. `room`: datagrams for unknown
 * neighbours that may be under way at a time.
 */
export function createSendGate<A>(isKnown: (address: A) => boolean, room: number): SendGate<A> {
  const addresses = new Map<A, Known>();
  /** The last one that was known: nearly always the next datagram goes the same way. */
  let last: A | undefined;
  let lastUntil = 0;
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

  return {
    check(address, now) {
      if (address === last && now < lastUntil) return "send";
      let known = addresses.get(address);
      if (known === undefined) {
        if (addresses.size >= MOST) addresses.clear();
        known = { isKnown: false, until: 0, unknownFor: UNKNOWN_FOR, sendAt: 0 };
        addresses.set(address, known);
      }
      if (now >= known.until) {
        known.isKnown = isKnown(address);
        known.until = now + (known.isKnown ? KNOWN_FOR : known.unknownFor);
        known.unknownFor = known.isKnown ? UNKNOWN_FOR : Math.min(2 * known.unknownFor, UNKNOWN_FOR_LONG);
      }
      if (known.isKnown) {
        last = address;
        lastUntil = known.until;
        return "send";
      }
      if (now < known.sendAt || !take(now)) return "wait";
      known.sendAt = now + PER_ADDRESS;
      return "send";
    },
  };
}
