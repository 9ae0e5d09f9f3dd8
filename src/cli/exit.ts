/** Exit statuses of all commands. */
export const Exit = {
  /** What was asked for was done. */
  ok: 0,
  /** It was not: the message says why. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** The server that was asked about serves, but not as it should. */
  degraded: 3,
  /**
   * The configuration was read, with all that it includes, and can't be served by: starting again
   * helps only once it is another. `EX_CONFIG` of sysexits.h, and what systemd calls CONFIG.
   */
  configuration: 78,
} as const;

/** Ends the program with a message for the person at the terminal. */
export function fail(message: string, status: number = Exit.failed): never {
  process.stderr.write(`leasehold: ${message}\n`);
  process.exit(status);
}
