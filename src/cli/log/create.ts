import type { LogSpec } from "../../config/model/common.ts";
import { type Log, SaidFacts } from "../../server/log.ts";
import { usesColour } from "../colour.ts";
import { createLogDestination } from "./destination.ts";
import { createJsonLog } from "./json.ts";
import { createPrettyLog } from "./pretty.ts";

const STDOUT = 1;

/** How long a process that ends waits for its last words to be taken, in milliseconds. */
const LAST_WORDS = 1000;

/** The log of a server, with a way to end a process after it. */
export interface ServerLog {
  readonly log: Log;
  /** Ends the process when everything has been written, or a second later. */
  exit(status: number): Promise<never>;
  /** What is written from now on. */
  setLevel(level: LogSpec["level"]): void;
}

/** A log on standard output that holds nobody up. */
export function createServerLog({ level, format }: LogSpec): ServerLog {
  const destination = createLogDestination(STDOUT, (count) => {
    log.warn(
      new SaidFacts({ count }),
      `${count} entries of this log were dropped before this one: whatever takes them did not keep up, or could not`,
    );
  });
  const write = (line: string): void => destination.write(line);
  const log: Log & { level: string } =
    format === "json"
      ? createJsonLog(level, write)
      : createPrettyLog({ level, colour: usesColour(process.stdout), write, now: () => new Date() });
  return {
    log,
    setLevel(next) {
      log.level = next;
    },
    async exit(status) {
      await destination.flush(LAST_WORDS);
      // A thread that waits in a write would be waited for: then only this ends the process.
      if (destination.mayHang) process.kill(process.pid, "SIGKILL");
      return process.exit(status);
    },
  };
}
