import type { Random } from "./random.ts";

/** A client's state machine: `dhcp4` and `dhcp6` are two. */
export interface ClientMachine<S extends { readonly wakeAt: number }, E, A> {
  readonly stopped: S;
  /** The event that `wakeAt` has come. */
  readonly tick: E;
  /** What a client does about an event. */
  step(state: S, event: E, now: number, random: Random): { readonly state: S; readonly actions: readonly A[] };
}

/** The world of a client: its clock, its random source, its alarm and its hands. */
export interface ClientWorld<S, E, A> {
  /** Milliseconds that never go back. */
  now(): number;
  readonly random: Random;
  /**
   * `ring` is to be called at that time or later, unless the function that is returned is called
   * first. Never called with Infinity.
   */
  alarm(at: number, ring: () => void): () => void;
  /** What the client does. `before` and `after`: its states around the event. */
  act(actions: readonly A[], before: S, after: S, event: E): void;
}

/** A client that runs. */
export interface RunningClient<S, E> {
  readonly state: S;
  /** Tells it of an event. */
  happens(event: E): void;
  /** No alarm rings any more. */
  stop(): void;
}

/**
 * Runs a machine: keeps its state, sets its alarm, and has its actions carried out. An event that
 * happens while the client acts waits until it has acted. Knows no sockets and no timers, so the
 * same client runs on an interface and, with thousands of others, in memory.
 *
 *     const client = runClient(dhcp4.machine(settings), world);
 *     client.happens({ kind: "start", delayed: false });
 */
export function runClient<S extends { readonly wakeAt: number }, E, A>(
  machine: ClientMachine<S, E, A>,
  world: ClientWorld<S, E, A>,
): RunningClient<S, E> {
  let state = machine.stopped;
  let cancel = (): void => {};
  let acting = false;
  const waiting: E[] = [];

  function setAlarm(): void {
    cancel();
    cancel = state.wakeAt === Infinity ? () => {} : world.alarm(state.wakeAt, ring);
  }

  function ring(): void {
    // Clocks of the system's timers and `now` may differ a little.
    if (world.now() < state.wakeAt) setAlarm();
    else happens(machine.tick);
  }

  function happens(event: E): void {
    waiting.push(event);
    if (acting) return;
    acting = true;
    try {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) take(next);
    } finally {
      acting = false;
    }
  }

  function take(event: E): void {
    const before = state;
    const { state: after, actions } = machine.step(before, event, world.now(), world.random);
    state = after;
    if (after.wakeAt !== before.wakeAt || event === machine.tick) setAlarm();
    world.act(actions, before, after, event);
  }

  return {
    get state() {
      return state;
    },
    happens,
    stop: () => cancel(),
  };
}
