/** Whether others on the link use an address that the client was given. */
import type { Prober } from "../../io/prober.ts";

export interface ConflictCheck<A> {
  /**
   * Asks for all of them; `done` is told once, with those that somebody has. Another check takes
   * the place of one that is under way, which then tells nothing.
   */
  check(addresses: readonly A[], done: (taken: readonly A[]) => void): void;
  cancel(): void;
  close(): void;
}

/**
 * How often it is asked, and how long it waits each time, in milliseconds. RFC 5227 has a host wait
 * for up to seven seconds; on the links of today an answer takes no tenth of one.
 */
const QUESTIONS = 3;
const INTERVAL = 300;

/** `keyOf`: the same for equal addresses. */
export function createConflictCheck<A>(prober: Prober<A>, interfaceIndex: number, keyOf: (address: A) => string): ConflictCheck<A> {
  let asked: readonly A[] = [];
  let taken = new Set<string>();
  let timer: NodeJS.Timeout | undefined;

  prober.start((address) => void taken.add(keyOf(address)));

  function cancel(): void {
    clearTimeout(timer);
    asked = [];
  }

  return {
    check(addresses, done) {
      cancel();
      asked = addresses;
      taken = new Set();
      const ask = (left: number): void => {
        const found = asked.filter((address) => taken.has(keyOf(address)));
        if (left === 0 || found.length > 0) {
          done(found);
          return;
        }
        for (const address of asked) prober.ask(address, interfaceIndex);
        timer = setTimeout(ask, INTERVAL, left - 1);
      };
      ask(addresses.length === 0 ? 0 : QUESTIONS);
    },
    cancel,
    close() {
      cancel();
      prober.close();
    },
  };
}
