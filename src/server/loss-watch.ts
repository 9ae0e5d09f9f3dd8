import { SEND_FAILURES, type SendFailure, type TransportCounters } from "../io/transport.ts";
import type { Counters } from "./counters.ts";
import { type Log, SaidFacts } from "./log.ts";

/** How often the same is said again, in milliseconds, as long as it goes on. */
const SAY_AGAIN = 60_000;

export interface LossWatchParts {
  readonly counters: Counters;
  readonly transportCounters: () => TransportCounters;
  readonly log: Pick<Log, "warn">;
}

/**
 * Warns while messages are lost because too many come. To be called every now and then, with
 * milliseconds that never go back.
 */
export function createLossWatch({ counters, transportCounters, log }: LossWatchParts): (now: number) => void {
  const lost = notice(
    () => transportCounters().receiveDropped,
    (count) =>
      `${count} datagrams were lost before this server could read them: the receive buffer was full, or (seldom) checksums were wrong. ` +
      "Room for bursts: `sysctl -w net.core.rmem_max=8388608` and a restart, or CAP_NET_ADMIN for this process. If it goes on, more arrives than this machine can serve.",
  );
  const shed = notice(
    () => counters.dropped.overload + counters.dropped["waited-too-long"],
    (count) =>
      `${count} messages had waited too long and were left for their clients to repeat: more arrives than this machine can serve. ` +
      "If it is a few clients that send so much, flood_protection_threshold limits them.",
  );

  const unsent = Object.entries(SEND_FAILURES).map(([reason, why]) =>
    notice(
      () => transportCounters().notSent[reason as SendFailure],
      (count) => `${count === 1 ? "one reply" : `${count} replies`} could not be sent: ${why}`,
    ),
  );

  /** Says by how much a count has grown since it was last said. */
  function notice(read: () => number, say: (count: number) => string): (now: number) => void {
    let said = 0;
    let saidAt = Number.NEGATIVE_INFINITY;
    return (now) => {
      if (now - saidAt < SAY_AGAIN) return;
      const count = read() - said;
      if (count <= 0) return;
      said += count;
      saidAt = now;
      log.warn(new SaidFacts({ count }), say(count));
    };
  }

  return (now) => {
    lost(now);
    shed(now);
    for (const one of unsent) one(now);
  };
}
