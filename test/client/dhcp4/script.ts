/** Plays a story to a client, line by line, and says in words what the client did. */
import assert from "node:assert/strict";
import {
  type ClientAction,
  type ClientEvent,
  type ClientSettings,
  type ClientState,
  ethernetClient,
  STOPPED,
  step,
} from "../../../src/client/dhcp4/index.ts";
import { formatIpv4, type Ipv4, parseIpv4, writeIpv4 } from "../../../src/net/ipv4.ts";
import { encodeMessage } from "../../../src/wire/dhcp4/encode.ts";
import { type Message, MessageType, Op, type Option } from "../../../src/wire/dhcp4/message.ts";
import { messageType, optionIpv4 } from "../../../src/wire/dhcp4/options.ts";

export const MAC = Uint8Array.of(2, 0, 0, 0, 0, 1);
export const SETTINGS: ClientSettings = ethernetClient(MAC);

/** What happens: an event, or an answer to the client's latest transaction. */
export type Happening = ClientEvent | Answer;

interface Answer {
  readonly kind: "answer";
  readonly type: keyof typeof MessageType;
  readonly changes: Changes;
}

/** How an answer differs from the usual one: 10.0.0.5 from 10.0.0.1 for an hour. Options by code; undefined leaves one out. */
export interface Changes extends Partial<Omit<Message, "options">> {
  readonly options?: Readonly<Record<number, Uint8Array | undefined>>;
  /** Added to the xid. */
  readonly xidOff?: number;
}

export const start: ClientEvent = { kind: "start", delayed: false };
export const tick: ClientEvent = { kind: "tick" };
export const offer = (changes: Changes = {}): Answer => ({ kind: "answer", type: "OFFER", changes });
export const ack = (changes: Changes = {}): Answer => ({ kind: "answer", type: "ACK", changes });
export const nak = (changes: Changes = {}): Answer => ({ kind: "answer", type: "NAK", changes });

/** Seconds, what happens, what the client does, and where it stands then; times in seconds. */
export type Line = readonly [at: number, what: Happening, does: readonly string[], state: string];

/** Plays all lines; the state after the last one. Randomness is such that no time is moved by it; transactions are numbered from 1. */
export function play(lines: readonly Line[], settings: ClientSettings = SETTINGS, from: ClientState = STOPPED): ClientState {
  let calls = 0;
  // 0.5 moves no time; the last bits tell transactions apart, and move it by less than a millisecond.
  const random = (): number => 0.5 - ++calls * 2 ** -32;
  const xids: number[] = [];
  let state = from;
  for (const [at, what, does, expected] of lines) {
    const xid = "xid" in state ? state.xid : (xids.at(-1) ?? 0);
    const event: ClientEvent = what.kind === "answer" ? { kind: "datagram", bytes: answerBytes(what, xid) } : what;
    const result = step(settings, state, event, at * 1000, random);
    const said = result.actions.map((action) => describeAction(action, xids));
    assert.deepEqual([...said, describeState(result.state)], [...does, expected], `at ${at} s, ${describeHappening(what)}`);
    state = result.state;
  }
  return state;
}

export function answerBytes(answer: Answer, xid: number): Uint8Array {
  const { options: changed = {}, xidOff = 0, ...header } = answer.changes;
  const isNak = answer.type === "NAK";
  const usual: Record<number, Uint8Array | undefined> = {
    53: Uint8Array.of(MessageType[answer.type]),
    54: u32(address("10.0.0.1")),
    51: isNak ? undefined : u32(3600),
    ...changed,
  };
  const options: Option[] = Object.entries(usual).flatMap(([code, data]) => (data === undefined ? [] : [{ code: Number(code), data }]));
  return encodeMessage({
    op: Op.reply,
    htype: 1,
    hlen: 6,
    hops: 0,
    xid: (xid + xidOff) >>> 0,
    secs: 0,
    flags: 0,
    ciaddr: 0,
    yiaddr: isNak ? 0 : address("10.0.0.5"),
    siaddr: 0,
    giaddr: 0,
    chaddr: MAC,
    sname: new Uint8Array(0),
    file: new Uint8Array(0),
    cookie: true,
    ...header,
    options,
  });
}

export function address(text: string): Ipv4 {
  return parseIpv4(text) as Ipv4;
}

export function u32(value: number): Uint8Array {
  const data = new Uint8Array(4);
  writeIpv4(data, 0, value);
  return data;
}

/** `REQUEST #1 to 10.0.0.1`; #1 is the number of the transaction. */
function describeAction(action: ClientAction, xids: number[]): string {
  if (action.kind === "send") return describeSent(action.message, action.from, action.to, xids);
  const why = action.kind === "deconfigure" ? `, ${action.reason}` : "";
  return `${action.kind} ${formatIpv4(action.lease.address)} of ${formatIpv4(action.lease.serverIdentifier)}${why}`;
}

function describeSent(message: Message, from: Ipv4, to: Ipv4, xids: number[]): string {
  if (!xids.includes(message.xid)) xids.push(message.xid);
  const type = Object.entries(MessageType).find(([, value]) => value === messageType(message))?.[0];
  const parts = [`${type} #${xids.indexOf(message.xid) + 1}`, `${formatIpv4(from)} > ${formatIpv4(to)}`];
  if (message.ciaddr !== 0) parts.push(`ciaddr ${formatIpv4(message.ciaddr)}`);
  if (message.secs !== 0) parts.push(`secs ${message.secs}`);
  const requested = optionIpv4(message, 50);
  if (requested !== undefined) parts.push(`50 ${formatIpv4(requested)}`);
  const server = optionIpv4(message, 54);
  if (server !== undefined) parts.push(`54 ${formatIpv4(server)}`);
  return parts.join(", ");
}

/** `bound until 1800`. */
function describeState(state: ClientState): string {
  return Number.isFinite(state.wakeAt) ? `${state.kind} until ${Math.round(state.wakeAt) / 1000}` : state.kind;
}

function describeHappening(what: Happening): string {
  return what.kind === "answer" ? what.type : what.kind;
}
