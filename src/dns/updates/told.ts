import { createLogAllowance, withLeftOut } from "../../io/log-allowance.ts";

/*
 * What the log is told of names that come to nothing: clients choose their names, so it is bounded.
 */

/** Entries a minute. */
const ALLOWED = 10;
/** Names without a server that are told of. */
const MOST_UNSERVED = 100;

export interface Told {
  /** Somebody else has the place of a name, or of an address, in the DNS. */
  conflict(kind: "forward" | "reverse", key: string): void;
  /** No entry is for a name, or an address. */
  unserved(key: string): void;
  /** Records are left where they are. */
  forgotten(key: string): void;
  /** Other entries are there. */
  configured(): void;
}

/** `uptime`: milliseconds that never go back. */
export function createTold(log: (level: "debug" | "info" | "warn", text: string) => void, uptime: () => number): Told {
  const conflicts = createLogAllowance(ALLOWED, uptime);
  const unserved = new Set<string>();
  let forgotten = 0;
  let example = "";
  return {
    conflict(kind, key) {
      const leftOut = conflicts.take();
      if (leftOut === undefined) return;
      const text =
        kind === "forward"
          ? `DNS: ${key} is there already, for another host or made by hand, and stays as it is: the client with this name is not found by it`
          : `DNS: the PTR record of ${key} was made by hand, and stays as it is`;
      log("warn", withLeftOut(text, leftOut));
    },
    unserved(key) {
      if (unserved.size >= MOST_UNSERVED || unserved.has(key)) return;
      unserved.add(key);
      log("debug", `DNS: no entry under ddns is for ${key}`);
    },
    forgotten(key) {
      if (forgotten++ > 0) return;
      example = key;
      // Those of the same moment are told of together.
      setImmediate(() => {
        const which = forgotten === 1 ? example : `${forgotten} names and addresses, ${example} for one,`;
        forgotten = 0;
        log("warn", `DNS: records of ${which} stay in the DNS: no entry under ddns is for them any more, so nobody removes them`);
      });
    },
    configured() {
      unserved.clear();
    },
  };
}
