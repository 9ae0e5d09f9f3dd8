import type { Log } from "../server/log.ts";
import { Exit } from "./exit.ts";

/** What signals act upon once the server runs. */
export interface Signalled {
  stop(): Promise<void>;
  /** Reads the configuration again. Says itself what became of that, and rejects never. */
  reload(): Promise<void>;
  /** Those that are not zero, by name, of each protocol. */
  counters(): readonly Readonly<Record<string, number>>[];
}

/** These stop the server; more of them while it stops change nothing. */
const STOPPING: readonly NodeJS.Signals[] = ["SIGTERM", "SIGINT", "SIGQUIT", "SIGXCPU", "SIGPWR"];

/** What else would end the process, by what it means here instead. */
const IGNORED: readonly (readonly [NodeJS.Signals, string])[] = [
  ["SIGUSR2", "it means nothing here"],
  ["SIGALRM", "it means nothing here"],
  ["SIGVTALRM", "it means nothing here"],
  ["SIGIO", "it means nothing here"],
  ["SIGXFSZ", "a file may not grow any more (RLIMIT_FSIZE): what was to be written fails"],
];

/**
 * From now on no signal that can be caught ends the process without a word. SIGUSR1 logs the
 * counters, instead of opening Node's inspector, which gives every local user the rights of this
 * process.
 */
export function handleSignals(
  log: Log,
  exit: (status: number) => Promise<never>,
  reloadWanted: boolean,
): { serve(signalled: Signalled): void } {
  let signalled: Signalled | undefined;
  let stopping = false;
  let wanted = reloadWanted;

  function stop(signal: NodeJS.Signals): void {
    if (stopping) return;
    stopping = true;
    log.info(`${signal}: stopping`);
    // Before it serves there is nothing to finish.
    const stopped = signalled?.stop() ?? Promise.resolve();
    stopped.then(
      () => exit(Exit.ok),
      (error) => end("could not stop cleanly", error),
    );
  }

  function end(text: string, error: unknown): void {
    log.error({ err: error }, text);
    exit(Exit.failed);
  }

  for (const signal of STOPPING) process.on(signal, stop);
  for (const [signal, why] of IGNORED) process.on(signal, () => log.info(`${signal} is ignored: ${why}`));
  process.on("SIGHUP", () => {
    log.info("SIGHUP: reading the configuration again");
    // Before it serves it may have read the file already, as it was then.
    if (signalled === undefined) wanted = true;
    else signalled.reload();
  });
  process.on("SIGUSR1", () => {
    for (const counters of signalled?.counters() ?? [{}]) log.info(counters, "counters so far");
  });
  process.on("uncaughtException", (error) => end("a defect of this program, which ends: please report this entry", error));
  return {
    serve(running) {
      signalled = running;
      if (wanted) running.reload();
    },
  };
}
