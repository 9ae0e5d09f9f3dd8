import { openServiceManager, type ServiceManager } from "../io/linux/service-manager.ts";
import type { LeaseStore } from "../store/store.ts";

/** How often the status line is looked at where there is no watchdog, in milliseconds. */
const LOOK_EVERY = 10_000;
const NANOSECONDS = 1000n;

/** What a service manager is told of a server: readiness, reloads, its end, and that it lives. */
export interface Supervision {
  /** It serves. `status`: how it is, in one line. */
  ready(store: Pick<LeaseStore, "commit">, status: () => string): void;
  /** Tells of a reload while it goes on. */
  reloading<T>(reload: () => Promise<T>): Promise<T>;
  stopping(): void;
}

/**
 * Without a service manager in the environment nothing is told, and nothing is loaded for it. The
 * environment is for this process alone, so the variables are taken out of it.
 */
export function createSupervision(environment: NodeJS.ProcessEnv = process.env): Supervision {
  const manager = openServiceManager(environment);
  for (const name of ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"]) delete environment[name];
  if (manager === undefined) return { ready() {}, reloading: (reload) => reload(), stopping() {} };
  let serving: { status: () => string; timer: NodeJS.Timeout } | undefined;
  return {
    ready(store, status) {
      manager.notify("READY=1", `STATUS=${status()}`);
      serving = { status, timer: setInterval(beatOf(manager, store, status), (manager.watchdog ?? 2 * LOOK_EVERY) / 2).unref() };
    },
    async reloading(reload) {
      manager.notify("RELOADING=1", `MONOTONIC_USEC=${process.hrtime.bigint() / NANOSECONDS}`, "STATUS=reading the configuration again");
      try {
        return await reload();
      } finally {
        manager.notify("READY=1", `STATUS=${serving?.status() ?? ""}`);
      }
    },
    stopping() {
      clearInterval(serving?.timer);
      manager.notify("STOPPING=1", "STATUS=stopping");
    },
  };
}

/**
 * It lives while its event loop turns, and what writes leases has answered since the last beat,
 * were it only that it can't: a thread that hangs is mended by starting anew, a disk that is full
 * is not, and a server that was started where its lease database is gone would begin with an empty
 * one.
 */
function beatOf(manager: ServiceManager, store: Pick<LeaseStore, "commit">, status: () => string): () => void {
  let answered = true;
  const onAnswer = (): void => {
    answered = true;
  };
  return () => {
    const alive = answered;
    manager.notify(...(alive && manager.watchdog !== undefined ? ["WATCHDOG=1"] : []), `STATUS=${status()}`);
    if (!answered) return;
    answered = false;
    store.commit([]).then(onAnswer, onAnswer);
  };
}
