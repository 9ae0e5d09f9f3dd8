import { controlPath } from "../server/control.ts";
import { openForReading } from "../store/sqlite/schema.ts";
import { fail } from "./exit.ts";

interface Refused {
  readonly error: string;
}

/**
 * What the server that uses this lease database answers to `ask`. Ends the program where there is
 * none, or it does not do what it was asked for.
 */
export async function askRunningServer<T extends object>(
  database: string,
  ask: (path: string) => Promise<T | Refused | undefined>,
): Promise<Exclude<T, Refused>> {
  let answer: T | Refused | undefined;
  try {
    // Says what is wrong with a file that is missing, or is something else.
    openForReading(database).close();
    answer = await ask(controlPath(database));
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
  if (answer === undefined) {
    fail(`no server runs with the lease database ${database}: \`leasehold serve -c FILE -d ${database}\` starts one`);
  }
  if ("error" in answer) fail(answer.error);
  return answer as Exclude<T, Refused>;
}
