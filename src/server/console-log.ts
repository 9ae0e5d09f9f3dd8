import type { Log, LogEntry, LogLevel } from "./log.ts";

const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/**
 * A logger that writes entries of this level and above to the console's standard error, the facts
 * behind the text. For small programs: a console may be slow, and the server waits for it; under
 * load use a logger that does not, such as pino.
 */
export function consoleLog(level: LogLevel = "info"): Log {
  const lowest = LEVELS.indexOf(level);
  const entryOf = (own: LogLevel): LogEntry => {
    if (LEVELS.indexOf(own) < lowest) return () => {};
    return (...[facts, text]: [facts: object | string, text?: string]) => {
      if (text === undefined) console.error(`${own}:`, facts);
      else if (Object.keys(facts).length === 0) console.error(`${own}:`, text);
      else console.error(`${own}:`, text, facts);
    };
  };
  return {
    isLevelEnabled: (own) => LEVELS.indexOf(own) >= lowest,
    debug: entryOf("debug"),
    info: entryOf("info"),
    warn: entryOf("warn"),
    error: entryOf("error"),
  };
}
