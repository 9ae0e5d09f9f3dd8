import type { Config } from "../../config/model/config.ts";
import type { Counters } from "../counters.ts";
import type { PassingListener } from "../happenings.ts";
import type { HealthCheck } from "../health.ts";
import type { Log } from "../log.ts";
import type { HookProtocol } from "./messages.ts";
import type { HookAsker, HookThread, HookThreadParts } from "./thread.ts";
import { startHookThread } from "./thread.ts";

/** The hooks that are served by now; they may be others after a reload. */
export interface HookSwitch {
  /** Undefined: there are none. */
  readonly current: HookThread | undefined;
  /** Whoever asks the hooks, whichever they are. */
  readonly askers: Set<HookAsker>;
}

/** The hooks of a server. */
export interface ServerHooks extends HookSwitch {
  /** Starts the hooks of a configuration, beside those that are there. Rejects with HooksError. */
  prepare(config: Config): Promise<PreparedHooks>;
  /** Whether they can be asked. */
  readonly check: HealthCheck;
  close(): Promise<void>;
}

export interface PreparedHooks {
  /** They are asked from now on. */
  take(): void;
  /** They are not wanted. */
  leave(): Promise<void>;
}

export function createHooks(
  log: Log,
  uptime: () => number,
  start: (parts: HookThreadParts) => Promise<HookThread> = startHookThread,
): ServerHooks {
  const askers = new Set<HookAsker>();
  let current: HookThread | undefined;

  return {
    get current() {
      return current;
    },
    askers,
    async prepare({ hooks: spec, optionDefinitions: definitions = [] }) {
      const next = spec && (await start({ spec, definitions, log, uptime, askers }));
      return {
        take() {
          const before = current;
          current = next;
          void before?.close();
        },
        leave: async () => next?.close(),
      };
    },
    check() {
      const problem = current?.downBecause;
      if (problem === undefined) return [];
      const reason = `the hooks of the configuration can't be asked, and are being started again: ${problem}`;
      return [{ state: "degraded", about: "hooks", reason }];
    },
    close: async () => current?.close(),
  };
}

export interface HookListenerParts {
  readonly hooks: HookSwitch;
  readonly protocol: HookProtocol;
  readonly counters: Counters;
  /** What is added to times of leases for seconds since 1970. */
  readonly wallOffset: () => number;
}

/** Tells the hook `event`, where there is one, what has come true. */
export function createHookListener<A, O>({ hooks, protocol, counters, wallOffset }: HookListenerParts): PassingListener<A, O> {
  return {
    get wanted() {
      return hooks.current?.spec.event === true;
    },
    listen(happening) {
      const thread = hooks.current;
      if (thread?.spec.event !== true) return;
      if (!thread.tell({ protocol, offset: wallOffset(), ...happening })) counters.hookEventsLost++;
    },
  };
}
