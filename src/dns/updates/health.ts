/*
 * Whether it is of use to ask a server now. One that fails is asked again by a single message at a
 * time, after waits that double.
 */

/** After the first failure, in milliseconds. */
const FIRST_WAIT = 500;
const LONGEST_WAIT = 60_000;

export interface Health {
  /** `yes`; `probe`: it failed, and one message may find out whether it still does; `no`: later. */
  mayAsk(): "yes" | "probe" | "no";
  /** One message is finding out: until it has, nobody else does. */
  probing(): void;
  /** A message failed that was sent at this time. */
  failed(sent: number): void;
  /** Whether it had failed before. */
  worked(): boolean;
  /** The message that was to find out was not sent, or says nothing about this. */
  undecided(): void;
  /** When it may be asked again; undefined: now, or when the one that finds out is back. */
  retryAt(): number | undefined;
  isDown(): boolean;
}

/** `now`: milliseconds that never go back; `random`: from 0 to 1. */
export function createHealth(now: () => number, random: () => number): Health {
  let failures = 0;
  let failedAt = Number.NEGATIVE_INFINITY;
  let retryAt = 0;
  let isProbing = false;
  return {
    mayAsk() {
      if (failures === 0) return "yes";
      return !isProbing && now() >= retryAt ? "probe" : "no";
    },
    probing() {
      isProbing = true;
    },
    failed(sent) {
      // What was under way when the first of them failed says nothing new.
      if (failures > 0 && sent <= failedAt) return;
      failures++;
      failedAt = now();
      isProbing = false;
      // Not all servers of this kind at the same moment.
      retryAt = failedAt + Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(failures - 1, 10)) * (0.75 + random() / 4);
    },
    worked() {
      const wasDown = failures > 0;
      failures = 0;
      isProbing = false;
      return wasDown;
    },
    undecided() {
      isProbing = false;
    },
    retryAt: () => (failures > 0 && !isProbing ? retryAt : undefined),
    isDown: () => failures > 0,
  };
}
