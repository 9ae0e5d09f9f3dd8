/** What the probe shows: messages for people, and as JSON. */
import { styleText } from "node:util";
import { toHex } from "../../net/bytes.ts";
import { decodeValue, type JsonValue } from "../../wire/values/values.ts";
import { formatEndpoint } from "../endpoint.ts";
import type { Family } from "../family.ts";
import type { Exchange, Received } from "./exchange.ts";
import type { OptionTable } from "./option-flags.ts";

/** How the messages of a protocol are shown. */
export interface Look<M, A> {
  readonly family: Family<A>;
  /** Whether the message refuses something. */
  isRefusal(message: M): boolean;
  /** Lines, of which the first says what it is. */
  format(message: M): string;
  /** Such as DISCOVER. */
  typeName(message: M): string;
  toJson(message: M): JsonValue;
}

export function describeSent<M, A>(look: Look<M, A>, exchange: Pick<Exchange<M, A>, "sent" | "to">): string {
  return describe(">", "cyan", look.format(exchange.sent), `to ${formatEndpoint(look.family, exchange.to)}`);
}

export function describeReceived<M, A>(look: Look<M, A>, received: Received<M, A>, milliseconds: number): string {
  const color = look.isRefusal(received.message) ? "red" : "green";
  const problems = received.problems.map(({ text, option, offset }) => {
    const where = option === undefined ? "" : ` in option ${option}`;
    return styleText("yellow", `  ! ${text}${where}, at byte ${offset}`);
  });
  const origin = `from ${formatEndpoint(look.family, received.from)} after ${milliseconds.toFixed(1)} ms`;
  return [describe("<", color, look.format(received.message), origin).trimEnd(), ...problems, "", ""].join("\n");
}

/** The message, where it went or came from in its first line, and an empty line after it. */
function describe(arrow: string, color: "cyan" | "green" | "red", message: string, way: string): string {
  const [title = "", ...lines] = message.trimEnd().split("\n");
  const options = lines.map((line) =>
    line.replace(/^( *)(option \d+) /, (_, indent: string, code: string) => `${indent}${styleText("dim", code)} `),
  );
  return [`${styleText(["bold", color], `${arrow} ${title}`)} ${styleText("dim", way)}`, ...options, "", ""].join("\n");
}

/** One exchange for programs. */
export function exchangeToJson<M, A>(look: Look<M, A>, exchange: Exchange<M, A>): JsonValue {
  const { reply } = exchange;
  return {
    request: look.toJson(exchange.sent),
    to: formatEndpoint(look.family, exchange.to),
    reply: reply === undefined ? null : look.toJson(reply.message),
    from: reply === undefined ? null : formatEndpoint(look.family, reply.from),
    milliseconds: reply === undefined ? null : Number(exchange.milliseconds.toFixed(3)),
  };
}

/** `value` where the option table knows the form of the data and the data has it. */
export function optionToJson(table: OptionTable, { code, data }: { readonly code: number; readonly data: Uint8Array }): JsonValue {
  const definition = table.byCode(code);
  const value = definition === undefined ? undefined : decodeValue(definition.type, data);
  return {
    code,
    ...(definition === undefined ? {} : { name: definition.name }),
    ...(value?.ok === true ? { value: value.value } : {}),
    hex: toHex(data),
  };
}

/** `in 1.2 ms`. */
export function took(milliseconds: number): string {
  return `in ${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
}

/** ` for 3600 s`. */
export function forSeconds(seconds: number): string {
  return seconds === 0xffffffff ? " for ever" : ` for ${seconds} s`;
}

/** What was missing, and what to look at. */
export function noAnswer<M, A>(
  look: Look<M, A>,
  server: string,
  exchange: Exchange<M, A>,
  timeout: number,
  whatToCheck: (sent: M) => string,
): string {
  if (exchange.portClosed) return `nothing listens on ${server}: start the server there, or name another one with --server`;
  const waited = `no answer to the ${look.typeName(exchange.sent)} from ${server} within ${timeout / 1000} s`;
  const { ignored } = exchange;
  const others = ignored === 0 ? "" : ignored === 1 ? " (1 answer to others was ignored)" : ` (${ignored} answers to others were ignored)`;
  return `${waited}${others}: ${whatToCheck(exchange.sent)} The server's log says why it is silent, at level debug of each message`;
}
