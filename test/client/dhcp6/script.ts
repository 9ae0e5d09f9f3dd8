/** Plays a story to a client, line by line, and says in words what the client did. */
import assert from "node:assert/strict";
import {
  type ClientAction,
  type ClientEvent,
  type ClientLease,
  type ClientSettings,
  type ClientState,
  ethernetClient,
  STOPPED,
  step,
} from "../../../src/client/dhcp6/index.ts";
import { equalBytes, readU16 } from "../../../src/net/bytes.ts";
import { formatIpv6, parseIpv6 } from "../../../src/net/ipv6.ts";
import { firstAddress, formatIpv6Prefix, type Ipv6Prefix, parseIpv6Prefix, prefixLength } from "../../../src/net/ipv6-prefix.ts";
import { encodeMessage } from "../../../src/wire/dhcp6/encode.ts";
import {
  iaAddressOption,
  iaOption,
  iaPrefixOption,
  readIaAddress,
  readIaNa,
  readIaPrefix,
  statusOption,
} from "../../../src/wire/dhcp6/identity-association.ts";
import { type Message, MessageType, type Option } from "../../../src/wire/dhcp6/message.ts";
import { OptionCode } from "../../../src/wire/dhcp6/option-code.ts";
import { hasOption, optionValue } from "../../../src/wire/dhcp6/options.ts";
import { StatusCode } from "../../../src/wire/dhcp6/status-code.ts";

export const SETTINGS: ClientSettings = ethernetClient(Uint8Array.of(2, 0, 0, 0, 0, 1));
/** Wants a prefix besides its address. */
export const ROUTER: ClientSettings = {
  ...SETTINGS,
  associations: [...SETTINGS.associations, { kind: "IA_PD", iaid: 1, prefixes: [prefix("::/56")] }],
};

/** The server that is meant where none is named is number 1. */
export function serverDuid(number: number): Uint8Array {
  return Uint8Array.of(0, 3, 0, 1, 2, 0, 0, 0, 9, number);
}

/** What happens: an event, or an answer to the client's latest message. */
export type Happening = ClientEvent | Answer;

interface Answer {
  readonly kind: "answer";
  readonly type: "ADVERTISE" | "REPLY";
  readonly changes: Changes;
}

/**
 * `2001:db8::5 1800 3600`: an address, or a prefix with its length; preferred and valid lifetime in
 * seconds.
 */
export interface Ia {
  readonly kind?: "IA_NA" | "IA_PD";
  readonly iaid?: number;
  readonly t1?: number;
  readonly t2?: number;
  readonly leases?: readonly string[];
  readonly status?: keyof typeof StatusCode;
}

/**
 * How an answer differs from the usual one: 2001:db8::5 of server 1, for the address that the
 * client wants.
 */
export interface Changes {
  readonly server?: number;
  readonly client?: Uint8Array;
  readonly without?: readonly number[];
  readonly ias?: readonly Ia[];
  readonly status?: keyof typeof StatusCode;
  readonly preference?: number;
  readonly rapid?: boolean;
  readonly options?: readonly Option[];
  /** Added to the transaction id. */
  readonly off?: number;
}

export const ADDRESS: Ia = { leases: ["2001:db8::5 1800 3600"], t1: 900, t2: 1440 };
export const PREFIX: Ia = { kind: "IA_PD", leases: ["2001:db8:5::/56 1800 3600"], t1: 900, t2: 1440 };

export const start: ClientEvent = { kind: "start", delayed: false };
export const tick: ClientEvent = { kind: "tick" };
export const release: ClientEvent = { kind: "release" };
export const linkUp: ClientEvent = { kind: "link", up: true };
export const linkDown: ClientEvent = { kind: "link", up: false };
export const duplicate = (...addresses: string[]): ClientEvent => ({
  kind: "duplicate",
  addresses: addresses.map((text) => parseIpv6(text) as Uint8Array),
});
export const advertise = (changes: Changes = {}): Answer => ({ kind: "answer", type: "ADVERTISE", changes });
export const reply = (changes: Changes = {}): Answer => ({ kind: "answer", type: "REPLY", changes });

/** Seconds, what happens, what the client does, and where it stands then; times in seconds. */
export type Line = readonly [at: number, what: Happening, does: readonly string[], state: string];

/**
 * Plays all lines; the state after the last one. Randomness moves no time, and makes delays half of
 * the longest; transactions are numbered from 1.
 */
export function play(lines: readonly Line[], settings: ClientSettings = SETTINGS, from: ClientState = STOPPED): ClientState {
  let calls = 0;
  // 0.5 moves no time; the last bits tell transactions apart.
  const random = (): number => 0.5 - ++calls * 2 ** -24;
  const ids: number[] = [];
  let state = from;
  let now = 0;
  let line = 0;
  for (const [at, what, does, expected] of lines) {
    const id = state.exchange?.transactionId ?? ids.at(-1) ?? 0;
    const event: ClientEvent = what.kind === "answer" ? { kind: "datagram", bytes: answerBytes(what, id, settings), unicast: true } : what;
    // A microsecond later with each line, so that nothing is early by a rounding.
    now = at * 1000 + 0.001 * ++line;
    const result = step(settings, state, event, now, random);
    const said = result.actions.map((action) => describeAction(action, ids, now));
    assert.deepEqual([...said, describeState(result.state)], [...does, expected], `at ${at} s, ${describeHappening(what)}`);
    state = result.state;
  }
  return state;
}

export function answerBytes(answer: Answer, id: number, settings: ClientSettings = SETTINGS): Uint8Array {
  return encodeMessage(answerMessage(answer, id, settings));
}

export function answerMessage({ type, changes }: Answer, id: number, settings: ClientSettings = SETTINGS): Message {
  const { server = 1, client = settings.duid, without = [], ias = [ADDRESS], status, preference, rapid, options = [], off = 0 } = changes;
  const all: Option[] = [
    { code: OptionCode.clientIdentifier, data: client },
    { code: OptionCode.serverIdentifier, data: serverDuid(server) },
    ...(status === undefined ? [] : [statusOption(StatusCode[status])]),
    ...(preference === undefined ? [] : [{ code: OptionCode.preference, data: Uint8Array.of(preference) }]),
    ...(rapid === true ? [{ code: OptionCode.rapidCommit, data: new Uint8Array(0) }] : []),
    ...ias.map(association),
    ...options,
  ];
  return {
    type: MessageType[type],
    transactionId: (id + off) & 0xffffff,
    options: all.filter(({ code }) => !without.includes(code)),
    relays: [],
  };
}

function association({ kind = "IA_NA", iaid = 1, t1 = 0, t2 = 0, leases = [], status }: Ia): Option {
  const options = leases.map((text) => {
    const [what = "", preferred, valid] = text.split(" ");
    return kind === "IA_NA"
      ? iaAddressOption(parseIpv6(what) as Uint8Array, Number(preferred), Number(valid))
      : iaPrefixOption(prefix(what), Number(preferred), Number(valid));
  });
  if (status !== undefined) options.push(statusOption(StatusCode[status]));
  return iaOption(kind === "IA_NA" ? OptionCode.iaNa : OptionCode.iaPd, iaid, t1, t2, options);
}

export function prefix(text: string): Ipv6Prefix {
  return parseIpv6Prefix(text) as Ipv6Prefix;
}

export function u32(code: number, value: number): Option {
  return { code, data: Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value) };
}

function describeAction(action: ClientAction, ids: number[], now: number): string {
  switch (action.kind) {
    case "send":
      return describeSent(action.message, ids);
    case "options":
      return "options";
    case "deconfigure":
      return `deconfigure ${describeLease(action.lease)}, ${action.reason}`;
    default: {
      const { preferredUntil, validUntil } = action.lease;
      return `${action.kind} ${describeLease(action.lease)} for ${seconds(preferredUntil - now)} ${seconds(validUntil - now)}`;
    }
  }
}

function describeLease({ prefix }: ClientLease): string {
  return prefixLength(prefix) === 128 ? formatIpv6(firstAddress(prefix)) : formatIpv6Prefix(prefix);
}

/**
 * `REQUEST #1 to 1, NA 1 [2001:db8::5]`: number of the transaction, of the server, associations,
 * elapsed time in seconds.
 */
function describeSent(message: Message, ids: number[]): string {
  if (!ids.includes(message.transactionId)) ids.push(message.transactionId);
  const type = Object.entries(MessageType).find(([, value]) => value === message.type)?.[0];
  const server = optionValue(message.options, OptionCode.serverIdentifier);
  const elapsed = readU16(optionValue(message.options, OptionCode.elapsedTime) as Uint8Array, 0);
  const parts = [`${type} #${ids.indexOf(message.transactionId) + 1}${server === undefined ? "" : ` to ${server.at(-1)}`}`];
  if (hasOption(message.options, OptionCode.rapidCommit)) parts.push("rapid");
  for (const { code, data } of message.options) {
    if (code !== OptionCode.iaNa && code !== OptionCode.iaPd) continue;
    const read = readIaNa(data);
    assert.ok(read !== undefined && read.t1 === 0 && read.t2 === 0);
    const leases = read.options.map((option) =>
      option.code === OptionCode.iaAddress
        ? formatIpv6(readIaAddress(option.data)?.address as Uint8Array)
        : formatIpv6Prefix(readIaPrefix(option.data)?.prefix as Ipv6Prefix),
    );
    parts.push(`${code === OptionCode.iaNa ? "NA" : "PD"} ${read.iaid} [${leases.join(" ")}]`);
  }
  if (elapsed !== 0) parts.push(`after ${elapsed / 100}`);
  assert.ok(equalBytes(optionValue(message.options, OptionCode.clientIdentifier) as Uint8Array, SETTINGS.duid));
  return parts.join(", ");
}

/** `bound until 1800`; the kind of the exchange, if there is one. */
function describeState({ exchange, binding, wants, linkUp: up, wakeAt }: ClientState): string {
  const standing =
    exchange?.kind ?? (binding !== undefined ? "bound" : wants === "nothing" ? "stopped" : wants === "information" ? "informed" : "init");
  return `${up ? "" : "down, "}${standing}${Number.isFinite(wakeAt) ? ` until ${seconds(wakeAt)}` : ""}`;
}

function seconds(milliseconds: number): number {
  return Math.round(milliseconds) / 1000;
}

function describeHappening(what: Happening): string {
  return what.kind === "answer" ? what.type : what.kind;
}
