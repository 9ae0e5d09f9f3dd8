/** What the clients of both protocols share on one interface. */
import type { ClientMachine, RunningClient } from "../../client/run.ts";
import { runClient } from "../../client/run.ts";
import type { JsonValue } from "../../wire/values/values.ts";
import type { Configurator } from "./setup.ts";
import type { StateFile } from "./state-file.ts";

/** What has become of leases. */
export type EventName = "bound" | "renewed" | "rebound" | "expired" | "nak" | "refused" | "declined" | "released" | "informed";

export interface ClientContext {
  readonly interfaceName: string;
  readonly interfaceIndex: number;
  readonly hardwareAddress: Uint8Array;
  readonly anonymous: boolean;
  /** Undefined: nothing is to be set up. */
  readonly configurator: Configurator | undefined;
  readonly state: StateFile;
  /** Tells the user. `text`: the line for people, without the event. `details`: for programs. */
  say(event: EventName, text: string, details: { readonly [name: string]: JsonValue }): void;
  complain(text: string): void;
}

/** A client of one protocol on its interface. */
export interface InterfaceClient {
  /** Whether its link can be used; told when that has changed, and at first. */
  linkIs(up: boolean): void;
  /** Gives the leases back; resolves when that has been sent, and answered where there is an answer. */
  release(): Promise<void>;
  /** Ends without a word. What was set up stays as it is. */
  close(): void;
}

/** Milliseconds that never go back. */
export function uptime(): number {
  return performance.now();
}

/** The wall clock at that time of `uptime`, in milliseconds; Infinity stays. */
export function wallClockAt(time: number): number {
  return time === Infinity ? Infinity : Date.now() + time - uptime();
}

/** The time of `uptime` when the wall clock was or will be this. */
export function uptimeAt(wallClock: number): number {
  return wallClock === Infinity ? Infinity : uptime() + wallClock - Date.now();
}

/** Such as 2026-11-28T19:28:12.000Z; null for ever. */
export function timeOf(time: number): string | null {
  const wallClock = wallClockAt(time);
  return wallClock === Infinity ? null : new Date(wallClock).toISOString();
}

/** More than a timer of the system can wait for. */
const LONGEST_TIMER = 0x7fff_ffff;

/** Runs the machine by the clock and the timers of this process. */
export function runHere<S extends { readonly wakeAt: number }, E, A>(
  machine: ClientMachine<S, E, A>,
  act: (actions: readonly A[], before: S, after: S, event: E) => void,
): RunningClient<S, E> {
  return runClient(machine, {
    now: uptime,
    random: Math.random,
    alarm(at, ring) {
      const timer = setTimeout(ring, Math.min(Math.max(Math.ceil(at - uptime()), 0), LONGEST_TIMER));
      return () => clearTimeout(timer);
    },
    act,
  });
}
