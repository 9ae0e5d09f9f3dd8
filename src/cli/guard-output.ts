import { reasonOf } from "../config/text/reason.ts";
import { Exit, fail } from "./exit.ts";

/** Whether the command goes on when its reader has gone. */
let goesOn = false;

/**
 * For a command whose exit status is what came of it: it is worked out to the end, also when nobody
 * reads what is printed meanwhile.
 */
export function outliveReader(): void {
  goesOn = true;
}

/**
 * What becomes of a command whose output nobody takes. Where the reader has gone, such as `head`,
 * it has seen enough: the program ends in silence, unless it has asked to go on. Where it can't be
 * written, on a full disk, that is said, and the command has failed. The server's log does not go
 * this way: it outlives its reader.
 */
export function guardOutput(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") {
      if (goesOn) return;
      process.exit(process.exitCode ?? Exit.ok);
    }
    fail(refused(error));
  });
  // Of that nothing can be said; what the command does is done, and its exit status tells.
  process.stderr.on("error", () => {});
  // A program that ends at once has not been told yet.
  process.on("exit", () => {
    const error = process.stdout.errored as NodeJS.ErrnoException | null;
    if (error === null || error.code === "EPIPE" || (process.exitCode ?? Exit.ok) !== Exit.ok) return;
    process.stderr.write(`leasehold: ${refused(error)}\n`);
    process.exitCode = Exit.failed;
  });
}

function refused(error: NodeJS.ErrnoException): string {
  return `standard output can't be written: ${reasonOf(error)}`;
}
