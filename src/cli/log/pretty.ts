import { type Log, type LogEntry, type LogLevel, SaidFacts } from "../../server/log.ts";

/** From the finest on; nothing is said at `trace` itself. */
const ORDER: readonly string[] = ["trace", "debug", "info", "warn", "error"];
const NAMES: Readonly<Record<LogLevel, string>> = { debug: "DEBUG", info: "INFO ", warn: "WARN ", error: "ERROR" };
const COLOURS: Readonly<Record<LogLevel, string>> = { debug: "\u001b[34m", info: "\u001b[32m", warn: "\u001b[33m", error: "\u001b[31m" };
const RESET = "\u001b[39m";

export interface PrettyLogOptions {
  /** The finest level that is written; `silent`: none is. */
  readonly level: string;
  readonly colour: boolean;
  /** Takes one line with its line end. */
  readonly write: (line: string) => void;
  readonly now: () => Date;
}

/**
 * A log for people: `2026-01-31 13:45:00.123 INFO  text  name=value ...`, and the stack of an error
 * below it. Facts that the text has in words are left out. `level` may be set to another one.
 */
export function createPrettyLog({ level, colour, write, now }: PrettyLogOptions): Log & { level: string } {
  let from = ORDER.indexOf(level);
  const isLevelEnabled = (one: LogLevel): boolean => from >= 0 && ORDER.indexOf(one) >= from;

  function entry(one: LogLevel): LogEntry {
    const name = colour ? `${COLOURS[one]}${NAMES[one]}${RESET}` : NAMES[one];
    return (first: string | object, text?: string) => {
      if (!isLevelEnabled(one)) return;
      const [facts, said] = typeof first === "string" ? [undefined, first] : [first, text ?? ""];
      write(`${timeOf(now())} ${name} ${onOneLine(said)}${facts === undefined || facts instanceof SaidFacts ? "" : factsOf(facts)}\n`);
    };
  }

  return {
    get level() {
      return ORDER[from] ?? "silent";
    },
    set level(next) {
      from = ORDER.indexOf(next);
    },
    isLevelEnabled,
    debug: entry("debug"),
    info: entry("info"),
    warn: entry("warn"),
    error: entry("error"),
  };
}

/** By the local clock. */
function timeOf(time: Date): string {
  const part = (value: number, digits = 2): string => String(value).padStart(digits, "0");
  const day = `${time.getFullYear()}-${part(time.getMonth() + 1)}-${part(time.getDate())}`;
  return `${day} ${part(time.getHours())}:${part(time.getMinutes())}:${part(time.getSeconds())}.${part(time.getMilliseconds(), 3)}`;
}

function factsOf(facts: object): string {
  let words = "";
  let stacks = "";
  for (const [name, value] of Object.entries(facts)) {
    if (value instanceof Error) stacks += `\n    ${onOneLine(value.stack ?? value.message).replaceAll("\\n", "\n")}`;
    else if (value !== undefined) words += ` ${quoted(name)}=${quoted(typeof value === "string" ? value : JSON.stringify(value))}`;
  }
  return (words === "" ? "" : ` ${words}`) + stacks;
}

function quoted(text: string): string {
  return /^[\w.:/@+,-]+$/.test(text) ? text : JSON.stringify(text);
}

/**
 * What clients say may hold anything: no line of theirs looks like one of ours, and none moves the
 * cursor.
 */
function onOneLine(text: string): string {
  return text.replaceAll("\n", "\\n").replace(CONTROL, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

/** Control characters of ASCII and of Latin-1. */
const CONTROL = /\p{Cc}/gu;
