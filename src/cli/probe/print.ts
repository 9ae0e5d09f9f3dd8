/** What the probe shows: messages for people, and as JSON. */
import { styleText } from "node:util";
import { toHex } from "../../net/bytes.ts";
import { formatIpv4 } from "../../net/ipv4.ts";
import { formatMac } from "../../net/mac.ts";
import { PROBLEM_TEXT } from "../../wire/dhcp4/decode.ts";
import { formatMessage } from "../../wire/dhcp4/format.ts";
import { type Message, MessageType, type Option } from "../../wire/dhcp4/message.ts";
import { optionByCode } from "../../wire/dhcp4/option-table.ts";
import { messageType } from "../../wire/dhcp4/options.ts";
import { decodeValue, type JsonValue } from "../../wire/values/values.ts";
import { type Endpoint, formatEndpoint } from "../endpoint.ts";
import type { Exchange, Received } from "./exchange.ts";

/** "DISCOVER"; "BOOTP" for a message without a type. */
export function typeName(message: Message): string {
  const type = messageType(message);
  if (type === undefined) return "BOOTP";
  return Object.entries(MessageType).find(([, value]) => value === type)?.[0] ?? `type ${type}`;
}

export function describeSent(message: Message, to: Endpoint): string {
  return describe(">", "cyan", message, `to ${formatEndpoint(to)}`);
}

export function describeReceived(received: Received, milliseconds: number): string {
  const color = messageType(received.message) === MessageType.NAK ? "red" : "green";
  const problems = received.problems.map((problem) => {
    const where = problem.option === undefined ? "" : ` in option ${problem.option}`;
    return styleText("yellow", `  ! ${PROBLEM_TEXT[problem.kind]}${where}, at byte ${problem.offset}`);
  });
  const origin = `from ${formatEndpoint(received.from)} after ${milliseconds.toFixed(1)} ms`;
  return [describe("<", color, received.message, origin).trimEnd(), ...problems, "", ""].join("\n");
}

/**
 * The message as `formatMessage` writes it, where it went or came from in its first line, and an
 * empty line after it.
 */
function describe(arrow: string, color: "cyan" | "green" | "red", message: Message, way: string): string {
  const [title = "", ...lines] = formatMessage(message).trimEnd().split("\n");
  const options = lines.map((line) =>
    line.replace(/^( *)(option \d+) /, (_, indent: string, code: string) => `${indent}${styleText("dim", code)} `),
  );
  return [`${styleText(["bold", color], `${arrow} ${title}`)} ${styleText("dim", way)}`, ...options, "", ""].join("\n");
}

/** One exchange for programs. */
export function exchangeToJson(exchange: Exchange): JsonValue {
  const { reply } = exchange;
  return {
    request: messageToJson(exchange.sent),
    to: formatEndpoint(exchange.to),
    reply: reply === undefined ? null : messageToJson(reply.message),
    from: reply === undefined ? null : formatEndpoint(reply.from),
    milliseconds: reply === undefined ? null : Number(exchange.milliseconds.toFixed(3)),
  };
}

function messageToJson(message: Message): JsonValue {
  return {
    type: typeName(message),
    op: message.op,
    htype: message.htype,
    hops: message.hops,
    xid: message.xid,
    secs: message.secs,
    flags: message.flags,
    ciaddr: formatIpv4(message.ciaddr),
    yiaddr: formatIpv4(message.yiaddr),
    siaddr: formatIpv4(message.siaddr),
    giaddr: formatIpv4(message.giaddr),
    chaddr: formatMac(message.chaddr),
    sname: new TextDecoder().decode(message.sname),
    file: new TextDecoder().decode(message.file),
    options: message.options.map(optionToJson),
  };
}

/** `value` where the option table knows the form of the data and the data has it. */
function optionToJson(option: Option): JsonValue {
  const definition = optionByCode(option.code);
  const value = definition === undefined ? undefined : decodeValue(definition.type, option.data);
  return {
    code: option.code,
    ...(definition === undefined ? {} : { name: definition.name }),
    ...(value?.ok === true ? { value: value.value } : {}),
    hex: toHex(option.data),
  };
}
