/** Where what operators should know goes: into the log of the server, from a thread of its own. */
export type Tell = (level: "info" | "warn", text: string) => void;

/** Text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Tells of something that goes wrong again and again when it begins, when its reason becomes another
 * one, and when it is over.
 */
export interface Trouble {
  /** Undefined: all is well. */
  readonly reason: string | undefined;
  happened(reason: string): void;
  over(): void;
}

/** `about`: such as "dns: /etc/hosts.leases can't be written"; `mended`: what is said at the end. */
export function createTrouble(tell: Tell, about: string, mended: string): Trouble {
  let reason: string | undefined;
  return {
    get reason() {
      return reason;
    },
    happened(next) {
      if (next !== reason) tell("warn", `${about}: ${next}`);
      reason = next;
    },
    over() {
      if (reason !== undefined) tell("info", mended);
      reason = undefined;
    },
  };
}
