/** What the server writes to. `silent` and finer levels than these are the logger's own affair. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** One entry: facts for programs, and a text for people. */
export interface LogEntry {
  (text: string): void;
  (facts: object, text: string): void;
}

/**
 * Facts that the text of their entry has in words: whoever writes for people leaves them out, and
 * whoever writes for programs finds them in it as in any object.
 */
export class SaidFacts {
  constructor(facts: object) {
    Object.assign(this, facts);
  }
}

/**
 * A logger, of any make: pino's fits as it is. The server asks for a level before it puts anything
 * together. An entry may hold facts of any kind, an `err` among them. Must neither throw nor wait.
 */
export interface Log {
  /** Whether entries of this level are written. */
  isLevelEnabled(level: LogLevel): boolean;
  readonly debug: LogEntry;
  readonly info: LogEntry;
  readonly warn: LogEntry;
  readonly error: LogEntry;
}

/** A logger that says nothing. */
export const NO_LOG: Log = {
  isLevelEnabled: () => false,
  debug() {},
  info() {},
  warn() {},
  error() {},
};
