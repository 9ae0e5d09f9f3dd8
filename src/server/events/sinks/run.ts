import { runProgram } from "../../../io/program.ts";
import type { ToldEvent } from "../event-object.ts";

/** Programs that run at one time. */
const AT_ONCE = 4;
/** How long one may run, in milliseconds. */
const PATIENCE = 30_000;

/** What a program is told by its first argument, as dnsmasq has it. */
const ACTIONS: Readonly<Record<string, string>> = {
  bound: "add",
  renewed: "old",
  released: "del",
  expired: "del",
  removed: "del",
  declined: "del",
};

export interface Runner {
  /** Settles when a program has been run for each, however it ended. */
  deliver(items: readonly ToldEvent[]): Promise<number>;
}

export interface RunnerParts {
  readonly command: readonly string[];
  readonly signal: AbortSignal;
  /** A program has failed: what it is about, why, and what it said. */
  failed(item: ToldEvent, reason: string, said: string): void;
  readonly patience?: number;
}

/**
 * Runs a program for each event: a few at one time, those of one address one after the other.
 */
export function createRunner({ command, signal, failed, patience = PATIENCE }: RunnerParts): Runner {
  async function runAll(items: ToldEvent[]): Promise<void> {
    for (const item of items) {
      // Rejects where it can't be started: then it is tried again.
      const { problem, said } = await runProgram({
        command: [...command, ...argumentsOf(item)],
        environment: environmentOf(item),
        input: `${JSON.stringify(item)}\n`,
        signal,
        patience,
      });
      // It may have been ended before it had done what it is for: it is run again after the next
      // start.
      if (signal.aborted) throw new Error("the server is stopping");
      if (problem !== undefined) failed(item, problem, said);
    }
  }

  return {
    async deliver(items) {
      const queues = new Map<string, ToldEvent[]>();
      for (const item of items) {
        const address = String(item.address ?? "");
        const queue = queues.get(address);
        if (queue === undefined) queues.set(address, [item]);
        else queue.push(item);
      }
      const waiting = queues.values();
      const lanes = Array.from({ length: AT_ONCE }, async () => {
        for (const queue of waiting) await runAll(queue);
      });
      const outcomes = await Promise.allSettled(lanes);
      for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
      return items.length;
    },
  };
}

/** The arguments that follow those of the configuration. */
export function argumentsOf(item: ToldEvent): readonly string[] {
  const hardware = String(item.hardware_address ?? "");
  const client = item.protocol === "dhcp6" || hardware === "" ? String(item.client_identifier ?? "") : hardware;
  const hostname = String(item.hostname ?? "");
  const action = ACTIONS[item.kind] ?? item.kind;
  return item.address === undefined ? [action] : [action, client, String(item.address), ...(hostname === "" ? [] : [hostname])];
}

/** Each field of the event, such as LEASEHOLD_NETWORK, and some by the names that dnsmasq has. */
export function environmentOf(item: ToldEvent): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(item)) {
    // What a client says may have any character but the zero that ends a variable.
    if (value !== null && value !== undefined) found[`LEASEHOLD_${name.toUpperCase()}`] = String(value).replaceAll("\0", "\ufffd");
  }
  const expiry = Date.parse(String(item.expiry));
  if (typeof item.client_identifier === "string") found.DNSMASQ_CLIENT_ID = item.client_identifier;
  if (typeof item.vendor_class === "string") found.DNSMASQ_VENDOR_CLASS = item.vendor_class;
  if (Number.isFinite(expiry)) {
    found.DNSMASQ_LEASE_EXPIRES = String(Math.floor(expiry / 1000));
    found.DNSMASQ_TIME_REMAINING = String(Math.max(0, Math.floor((expiry - Date.now()) / 1000)));
  }
  return found;
}
