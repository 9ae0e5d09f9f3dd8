import { pino } from "pino";
import type { Log } from "../../server/log.ts";

/**
 * A log for programs: an object of JSON in each line, with `level` by its name, `time` as in RFC
 * 3339, the facts of the entry and `msg`, its text. Of this process and machine it says nothing:
 * `hostname` is that of a client. `write` takes one line with its line end; `level` may be set to
 * another one.
 */
export function createJsonLog(level: string, write: (line: string) => void): Log & { level: string } {
  const formatters = { level: (name: string) => ({ level: name }) };
  return pino({ level, base: null, formatters, timestamp: pino.stdTimeFunctions.isoTime }, { write });
}
