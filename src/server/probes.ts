import type { Answers, ConflictCheck } from "../engine/decision.ts";
import type { Prober } from "../io/prober.ts";
import type { Datagram } from "../io/transport.ts";
import { equalBytes } from "../net/bytes.ts";
import type { Ipv4 } from "../net/ipv4.ts";

/** Probes that may be under way at one time; a flood of clients must not cost more sockets' buffers and timers than that. */
const MAX_UNDER_WAY = 256;
/** How long an address that nobody answered for counts as free, in milliseconds, and how many of those are remembered. */
const FREE_FOR = 60_000;
const MAX_FREE = 4096;

/** A message that waits for the outcome of a probe. Its bytes are a copy. */
export interface Waiting {
  readonly datagram: Datagram;
  /** How many addresses for it have been found in use so far. */
  readonly conflicts: number;
}

export interface ProbesParts {
  readonly prober: Prober;
  /** Milliseconds, never going back. */
  readonly clock: () => number;
  /** Nobody answered in time: the message is to be decided again. */
  readonly onFree: (waiting: Waiting) => void;
  /** Somebody uses the address. `hardwareAddress` is valid during the call only. */
  readonly onConflict: (address: Ipv4, hardwareAddress: Uint8Array | undefined, waiting: Waiting) => void;
}

/** How a question was taken: a probe was started; one is under way already, and the older message that waited for it gives way; it can't be asked. */
export type Taken = "started" | "joined" | "skipped";

/** Finds out whether addresses are in use, without holding up anybody but the client that is to get the address. */
export interface Probes extends Answers<Ipv4> {
  /** Copies the datagram and the client's hardware address unless the question is skipped. */
  ask(about: ConflictCheck<Ipv4>, chaddr: Uint8Array, datagram: Datagram, conflicts: number): Taken;
  /** Ends all probes, and returns how many messages waited for them. */
  stop(): number;
}

interface UnderWay {
  waiting: Waiting;
  /** The client's own hardware address: its own answer is no conflict. */
  chaddr: Uint8Array;
  readonly timer: NodeJS.Timeout;
}

export function createProbes({ prober, clock, onFree, onConflict }: ProbesParts): Probes {
  const underWay = new Map<Ipv4, UnderWay>();
  /** Until when each counts as free, the oldest first. */
  const free = new Map<Ipv4, number>();
  let stopped = false;

  prober.start((address, hardwareAddress) => {
    const probe = underWay.get(address);
    if (probe === undefined) return;
    if (hardwareAddress !== undefined && equalBytes(hardwareAddress, probe.chaddr)) return;
    clearTimeout(probe.timer);
    underWay.delete(address);
    onConflict(address, hardwareAddress, probe.waiting);
  });

  function onSilence(address: Ipv4): void {
    const probe = underWay.get(address);
    if (probe === undefined) return;
    underWay.delete(address);
    if (free.size >= MAX_FREE) free.delete(free.keys().next().value as Ipv4);
    free.set(address, clock() + FREE_FOR);
    onFree(probe.waiting);
  }

  function isFree(address: Ipv4): boolean {
    const until = free.get(address);
    if (until === undefined) return false;
    if (clock() < until) return true;
    free.delete(address);
    return false;
  }

  return {
    stateOf(address) {
      if (underWay.has(address)) return "under way";
      return isFree(address) ? "free" : undefined;
    },
    ask({ address, timeout, interfaceIndex }, chaddr, datagram, conflicts) {
      const known = underWay.get(address);
      if (known !== undefined) {
        known.waiting = { datagram: copyOf(datagram), conflicts: known.waiting.conflicts };
        known.chaddr = chaddr.slice();
        return "joined";
      }
      if (stopped || underWay.size >= MAX_UNDER_WAY || !prober.ask(address, interfaceIndex)) return "skipped";
      underWay.set(address, {
        waiting: { datagram: copyOf(datagram), conflicts },
        chaddr: chaddr.slice(),
        timer: setTimeout(onSilence, timeout, address),
      });
      return "started";
    },
    stop() {
      stopped = true;
      const count = underWay.size;
      for (const { timer } of underWay.values()) clearTimeout(timer);
      underWay.clear();
      return count;
    },
  };
}

function copyOf(datagram: Datagram): Datagram {
  return { ...datagram, bytes: datagram.bytes.slice(0, datagram.length) };
}
