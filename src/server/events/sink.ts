import { type EventSink, nameOfSink } from "../../config/model/events.ts";
import { withoutSecrets } from "../../config/text/secrets.ts";
import { createLogAllowance, withLeftOut } from "../../io/log-allowance.ts";
import type { ToldEvent } from "./event-object.ts";
import { type EventSource, follow, type Position, pause } from "./follow.ts";
import type { SinkStatus } from "./messages.ts";
import { openEventFile } from "./sinks/file.ts";
import { createRunner } from "./sinks/run.ts";
import { openEventSocket } from "./sinks/socket.ts";
import { createWebhook, MOST_IN_A_REQUEST, WebhookError } from "./sinks/webhook.ts";

/*
 * One who is told of events, whatever he is: how far he has come, what was counted of him, and when
 * it is tried again where it failed.
 */

/** Events that are read, and given, at one time. */
const AT_ONCE = 500;
/** The same where each of them starts a program. */
const FEW_AT_ONCE = 32;
/**
 * How long it is waited after the first failure, in milliseconds; after each that follows twice as
 * long.
 */
const FIRST_WAIT = 500;
/** The longest that is waited, where the configuration does not say. */
const LONGEST_WAIT = 30_000;

/** Entries of the log a minute about events that one receiver did not take. */
const ALLOWED = 10;

/** One who is told. */
export interface RunningSink {
  /** As it is known by in the file of positions. */
  readonly name: string;
  readonly sink: EventSink;
  readonly position: Position;
  /** The last number that he needs no more. */
  doneWith(): number;
  status(last: number): SinkStatus;
  /** Settles when he is told no more. */
  close(): Promise<void>;
}

export interface SinkParts {
  readonly sink: EventSink;
  readonly source: EventSource;
  readonly position: Position;
  /** The position is another one. */
  moved(): void;
  /** Settles when he may be told. */
  readonly after?: Promise<void>;
  log(level: "info" | "warn", text: string): void;
}

export function startSink({ sink, source, position, moved, log, after = Promise.resolve() }: SinkParts): RunningSink {
  const known = nameOfSink(sink);
  // Whoever may look at the server may see this.
  const name = withoutSecrets(known);
  const controller = new AbortController();
  const { signal } = controller;
  const counts = { delivered: 0, retries: 0, lost: 0, failed: 0 };
  let problem: string | undefined;
  const allowance = createLogAllowance(ALLOWED, () => performance.now());
  let doneWith = (): number => position.number;

  function count(items: readonly ToldEvent[]): void {
    for (const item of items) {
      if (item.kind !== "lost") counts.delivered++;
      else if (typeof item.from === "number" && typeof item.to === "number") counts.lost += item.to - item.from + 1;
    }
    if (items.length > 0 && problem !== undefined) {
      problem = undefined;
      log("info", `events: ${name} is told again`);
    }
    moved();
  }

  /** Of single events: a receiver that refuses all must not fill the log. */
  function warn(text: string): void {
    const leftOut = allowance.take();
    if (leftOut !== undefined) log("warn", withLeftOut(text, leftOut));
  }

  function failed(error: unknown, times: number): number {
    counts.retries++;
    const reason = error instanceof Error ? error.message : String(error);
    if (problem === undefined) log("warn", `events: ${name} can't be told: ${reason}; it is tried again, and events are kept meanwhile`);
    problem = reason;
    if (error instanceof WebhookError && error.retryAfter !== undefined) return Math.min(error.retryAfter, longest);
    // Not all at the same moment, where many servers have the same receiver.
    return Math.min(FIRST_WAIT * 2 ** Math.min(times - 1, 20), longest) * (0.5 + Math.random() / 2);
  }

  const longest = sink.kind === "webhook" ? sink.retry * 1000 : LONGEST_WAIT;
  const following = { source, position, kinds: sink.kinds, moved: count, failed, signal };

  async function run(): Promise<void> {
    switch (sink.kind) {
      case "file": {
        const file = openEventFile(sink.path);
        await follow({ ...following, limit: AT_ONCE, deliver: file.deliver });
        return file.close();
      }
      case "webhook": {
        const refused = ({ number, kind }: ToldEvent, status: number): void => {
          // It is done with as if it had arrived, and counted so in a moment.
          if (kind !== "lost") {
            counts.lost++;
            counts.delivered--;
          }
          warn(`events: ${name} refuses event ${number} (status ${status}): it is left out`);
        };
        const webhook = createWebhook({ ...sink, signal, refused });
        return follow({ ...following, limit: MOST_IN_A_REQUEST, deliver: webhook.deliver });
      }
      case "run": {
        const onFailed = ({ number }: ToldEvent, reason: string, said: string): void => {
          counts.failed++;
          warn(`events: ${name}, run for event ${number}: ${reason}${said === "" ? "" : `; it said: ${printable(said)}`}`);
        };
        const runner = createRunner({ command: sink.command, signal, failed: onFailed });
        return follow({ ...following, limit: FEW_AT_ONCE, deliver: runner.deliver });
      }
      case "socket":
        return listen(sink);
    }
  }

  /** Until it listens it is tried again. */
  async function listen({ listen: place, kinds }: Extract<EventSink, { kind: "socket" }>): Promise<void> {
    for (let times = 1; !signal.aborted; times++) {
      try {
        const socket = await openEventSocket({ place, source, position, kinds, limit: AT_ONCE, moved: count, signal });
        doneWith = socket.slowest;
        return;
      } catch (error) {
        await pause(failed(error, times), signal);
      }
    }
  }

  const ended = after.then(run);
  return {
    name: known,
    sink,
    position,
    doneWith: () => doneWith(),
    status: (last) => ({ name, queued: Math.max(0, last - doneWith()), ...counts, ...(problem === undefined ? {} : { problem }) }),
    close() {
      controller.abort();
      return ended;
    },
  };
}

function printable(text: string): string {
  return text.trim().replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
}
