import { createJsonLog } from "../../src/cli/log/json.ts";
import { createPrettyLog } from "../../src/cli/log/pretty.ts";
import type { Log, LogLevel } from "../../src/server/log.ts";

/** A log in both forms, as users have it. */
export interface Logs {
  readonly log: Log;
  /** Lines of JSON. */
  readonly json: string[];
  /** Lines for people, without their times and ends. */
  readonly pretty: string[];
}

/** What is written at this level. */
export function createLogs(level: string): Logs {
  const json: string[] = [];
  const pretty: string[] = [];
  const both = [
    createJsonLog(level, (line) => json.push(line)),
    createPrettyLog({
      level,
      colour: false,
      write: (line) => pretty.push(line.trimEnd().slice("2026-01-31 13:45:00.007 ".length)),
      now: () => new Date(2026, 0, 31, 13, 45, 0, 7),
    }),
  ];
  const entry =
    (one: LogLevel) =>
    (...said: readonly [facts: object, text: string] | readonly [text: string]): void => {
      for (const log of both) (log[one] as (...args: readonly unknown[]) => void)(...said);
    };
  return {
    json,
    pretty,
    log: {
      isLevelEnabled: (one) => both.every((log) => log.isLevelEnabled(one)),
      debug: entry("debug"),
      info: entry("info"),
      warn: entry("warn"),
      error: entry("error"),
    },
  };
}

/** What a line of JSON says, but for its time. */
export function factsOf(line: string): Record<string, unknown> {
  const { time, ...facts } = JSON.parse(line) as Record<string, unknown>;
  return facts;
}
