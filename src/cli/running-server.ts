import { existsSync, realpathSync, statSync } from "node:fs";
import { controlPath } from "../server/control.ts";
import { openForReading } from "../store/sqlite/schema.ts";
import { fail } from "./exit.ts";
import { formatLocal } from "./time.ts";

interface Refused {
  readonly error: string;
}

/**
 * What the server that uses this lease database answers to `ask`. Ends the program where there is
 * none, or it does not do what it was asked for. The database itself is left alone where a server
 * answers: it may be what is wrong with that.
 */
export async function askRunningServer<T extends object>(
  database: string,
  ask: (path: string) => Promise<T | Refused | undefined>,
): Promise<Exclude<T, Refused>> {
  let answer: T | Refused | undefined;
  try {
    answer = existsSync(database) ? await ask(controlPath(database)) : undefined;
    // Says what is wrong with a file that is missing, or is something else.
    if (answer === undefined) openForReading(database).close();
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
  if (answer === undefined) {
    const written = formatLocal(lastWritten(database));
    fail(
      `no server runs with the lease database ${database}, which was last written at ${written}: \`leasehold serve -c FILE -d ${database}\` starts one`,
    );
  }
  if ("error" in answer) fail(answer.error);
  return answer as Exclude<T, Refused>;
}

/** In milliseconds since 1970. The last transactions of a server that was killed are in its log. */
function lastWritten(database: string): number {
  const log = statSync(`${realpathSync(database)}-wal`, { throwIfNoEntry: false });
  return Math.max(statSync(database).mtimeMs, log === undefined || log.size === 0 ? 0 : log.mtimeMs);
}
