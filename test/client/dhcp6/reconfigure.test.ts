import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { type ClientSettings, type ClientState, STOPPED, step } from "../../../src/client/dhcp6/index.ts";
import { encodeMessage } from "../../../src/wire/dhcp6/encode.ts";
import { type Message, MessageType, type Option } from "../../../src/wire/dhcp6/message.ts";
import { OptionCode } from "../../../src/wire/dhcp6/option-code.ts";
import { advertise, type Changes, type Line, linkUp, play, reply, SETTINGS, serverDuid, start, tick } from "./script.ts";

const WILLING: ClientSettings = { ...SETTINGS, acceptReconfigure: true };
const KEY = Uint8Array.from({ length: 16 }, (_, i) => i + 1);

/**
 * RKAP's Authentication option, written here by hand: protocol 3, algorithm 1, RDM 0, replay
 * detection, type and value.
 */
function rkap(type: number, value: Uint8Array, replay: number): Option {
  return { code: OptionCode.authentication, data: Uint8Array.of(3, 1, 0, 0, 0, 0, 0, 0, 0, 0, replay, type, ...value) };
}

const WITH_KEY: Changes = { options: [rkap(1, KEY, 5)] };
const HAS = "NA 1 [2001:db8::5]";
const BIND: readonly Line[] = [
  [0, start, ["SOLICIT #1, NA 1 []"], "solicit until 1.05"],
  [0.5, advertise({ preference: 255 }), ["REQUEST #2 to 1, NA 1 [2001:db8::5]"], "request until 1.5"],
  [1, reply(WITH_KEY), ["configure 2001:db8::5 for 1800 3600", "options"], "bound until 901"],
];
const BOUND = play(BIND, WILLING);

interface Twist {
  readonly type?: number;
  readonly server?: number;
  readonly client?: Uint8Array;
  readonly key?: Uint8Array;
  readonly replay?: number;
  readonly without?: number;
  /** Added behind the digest was computed. */
  readonly later?: readonly Option[];
}

/** A RECONFIGURE, signed by node:crypto over its own bytes with the digest zeroed. */
function reconfigure({
  type = MessageType.RENEW,
  server = 1,
  client = SETTINGS.duid,
  key = KEY,
  replay = 6,
  without,
  later = [],
}: Twist = {}): Uint8Array {
  const options = [
    { code: OptionCode.serverIdentifier, data: serverDuid(server) },
    { code: OptionCode.clientIdentifier, data: client },
    { code: OptionCode.reconfigureMessage, data: Uint8Array.of(type) },
  ];
  const sign = (digest: Uint8Array): Message => ({
    type: MessageType.RECONFIGURE,
    transactionId: 0,
    options: [...options, rkap(2, digest, replay)].filter(({ code }) => code !== without),
    relays: [],
  });
  const message = sign(
    createHmac("md5", key)
      .update(encodeMessage(sign(new Uint8Array(16))))
      .digest(),
  );
  return encodeMessage({ ...message, options: [...message.options, ...later] });
}

function tell(state: ClientState, bytes: Uint8Array, settings = WILLING, unicast = true, now = 10_000): string {
  const { state: after, actions } = step(settings, state, { kind: "datagram", bytes, unicast }, now, () => 0.5);
  if (after === state) return "nothing";
  return actions.map((action) => (action.kind === "send" ? nameOf(action.message) : action.kind)).join();
}

function nameOf({ type, options }: Message): string {
  const name = Object.entries(MessageType).find(([, value]) => value === type)?.[0];
  return `${name}${options.some(({ code }) => code === OptionCode.serverIdentifier) ? " to 1" : ""}`;
}

test("18.2.11: a RECONFIGURE is answered with what it wants", () => {
  const table: readonly [type: number, answer: string][] = [
    [MessageType.RENEW, "RENEW to 1"],
    [MessageType.REBIND, "REBIND"],
    [MessageType["INFORMATION-REQUEST"], "INFORMATION-REQUEST to 1"],
  ];
  for (const [type, answer] of table) assert.equal(tell(BOUND, reconfigure({ type })), answer);
});

test("16.11: what is not signed, for somebody else, a repetition, or wants what it may not, is discarded", () => {
  const flipped = reconfigure();
  flipped[flipped.length - 1] = (flipped.at(-1) as number) ^ 1;
  const table: readonly [name: string, bytes: Uint8Array][] = [
    ["another key", reconfigure({ key: KEY.toReversed() })],
    ["a bit of the digest", flipped],
    ["an option that was not signed", reconfigure({ later: [{ code: OptionCode.preference, data: Uint8Array.of(1) }] })],
    ["a replay detection that is not greater", reconfigure({ replay: 5 })],
    ["another server", reconfigure({ server: 2 })],
    ["another client", reconfigure({ client: Uint8Array.of(0, 3, 0, 1, 9) })],
    ["REQUEST", reconfigure({ type: MessageType.REQUEST })],
    ["no authentication", reconfigure({ without: OptionCode.authentication })],
    ["no server", reconfigure({ without: OptionCode.serverIdentifier })],
    ["no client", reconfigure({ without: OptionCode.clientIdentifier })],
    ["no type", reconfigure({ without: OptionCode.reconfigureMessage })],
  ];
  for (const [name, bytes] of table) assert.equal(tell(BOUND, bytes), "nothing", name);
  assert.equal(tell(BOUND, reconfigure(), WILLING, false), "nothing", "sent to a group");
});

test("a client that does not accept it, or has no key, discards it", () => {
  assert.equal(tell(play(BIND, SETTINGS), reconfigure(), SETTINGS), "nothing");
  const keyless = play([...BIND.slice(0, 2), [1, reply(), ["configure 2001:db8::5 for 1800 3600", "options"], "bound until 901"]], WILLING);
  assert.equal(tell(keyless, reconfigure()), "nothing");
  assert.equal(tell(STOPPED, reconfigure()), "nothing");
});

test("18.2.11: while something is under way it is discarded; a repeated one has no effect afterwards either", () => {
  const first = step(WILLING, BOUND, { kind: "datagram", bytes: reconfigure(), unicast: true }, 10_000, () => 0.5).state;
  assert.equal(tell(first, reconfigure({ replay: 7 })), "nothing");
  const renewed = play([[11, reply(), ["extend 2001:db8::5 for 1800 3600", "options"], "bound until 911"]], WILLING, first);
  assert.equal(tell(renewed, reconfigure()), "nothing");
  assert.equal(tell(renewed, reconfigure({ replay: 7 })), "RENEW to 1");
});

test("the server of before may not reconfigure a client that has another one now", () => {
  const moved = play(
    [
      [1442, tick, [`REBIND #1, ${HAS}`], "rebind until 1452"],
      [1443, reply({ server: 2 }), ["extend 2001:db8::5 for 1800 3600", "options"], "bound until 2343"],
    ],
    WILLING,
    BOUND,
  );
  assert.equal(tell(moved, reconfigure()), "nothing");
});

test("a silent server that wanted options to be asked for does not keep the client from renewing", () => {
  const asking = step(
    WILLING,
    BOUND,
    { kind: "datagram", bytes: reconfigure({ type: MessageType["INFORMATION-REQUEST"] }), unicast: true },
    890_000,
    () => 0.5,
  );
  const state = play(
    [
      [891, tick, ["INFORMATION-REQUEST #1 to 1, after 1"], "information-request until 893"],
      [893, tick, ["INFORMATION-REQUEST #1 to 1, after 3"], "information-request until 897"],
      [897, tick, ["INFORMATION-REQUEST #1 to 1, after 7"], "information-request until 901"],
      [901, tick, [`RENEW #2 to 1, ${HAS}`], "renew until 911"],
    ],
    WILLING,
    asking.state,
  );
  assert.equal(state.binding?.associations.length, 1);
});

test("options that were asked for leave the lease as it is", () => {
  const asking = step(
    WILLING,
    BOUND,
    { kind: "datagram", bytes: reconfigure({ type: MessageType["INFORMATION-REQUEST"] }), unicast: true },
    10_000,
    () => 0.5,
  );
  play([[10.1, reply({ ias: [] }), ["options"], "bound until 901"]], WILLING, asking.state);
});

test("a client without leases is reconfigured with INFORMATION-REQUEST alone", () => {
  const informed = play(
    [
      [0, { kind: "inform" }, [], "information-request until 0.5"],
      [0.5, tick, ["INFORMATION-REQUEST #1"], "information-request until 1.5"],
      [1, reply({ ...WITH_KEY, ias: [] }), ["options"], "informed until 86401"],
    ],
    WILLING,
  );
  assert.equal(tell(informed, reconfigure()), "nothing");
  assert.equal(tell(informed, reconfigure({ type: MessageType["INFORMATION-REQUEST"] })), "INFORMATION-REQUEST to 1");
});

test("on a link that is down, or while it is verified, there is nothing to do", () => {
  const verifying = play([[10, linkUp, [], "confirm until 10.5"]], WILLING, BOUND);
  assert.equal(tell(verifying, reconfigure()), "nothing");
  const down = step(WILLING, BOUND, { kind: "link", up: false }, 10_000, () => 0.5).state;
  assert.equal(tell(down, reconfigure()), "nothing");
});
