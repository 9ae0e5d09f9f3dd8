/**
 * A DHCPv6 client as a pure state machine (RFC 8415 section 18.2). `step` takes a state and what
 * happened and gives the next state and what to do; the caller owns the clock, the random source,
 * the socket and the interface.
 */
import { equalBytes } from "../../net/bytes.ts";
import { decode } from "../../wire/dhcp6/decode.ts";
import { type Message, MessageType } from "../../wire/dhcp6/message.ts";
import type { Random } from "../random.ts";
import type { ClientMachine } from "../run.ts";
import { answersClient } from "./answer.ts";
import { type Binding, isOneOf, keepLeases, leasesOf, nextExpiryOf, t1Of, t2Of } from "./binding.ts";
import { isOver, serverAsked } from "./exchange.ts";
import type { ClientSettings } from "./messages.ts";
import { begin, type Context, change, extend, followedBy, hold, inform, proceed, send, solicit, stay, tryOthers, verify } from "./moves.ts";
import { readReconfigure } from "./reconfigure.ts";
import { advertised, choose, declined, replied } from "./replies.ts";
import type { ClientAction, ClientEvent, ClientState, ClientStep, Exchange } from "./state.ts";
import { INFORMATION_REQUEST, MAX_DELAY, SOLICIT } from "./timers.ts";

/** A client that has not been started. */
export const STOPPED: ClientState = {
  wants: "nothing",
  linkUp: true,
  exchange: undefined,
  binding: undefined,
  configured: true,
  refreshAt: Infinity,
  solMaxRt: SOLICIT.mrt,
  infMaxRt: INFORMATION_REQUEST.mrt,
  reconfigureKey: undefined,
  wakeAt: Infinity,
};

const TICK: ClientEvent = { kind: "tick" };

/** A client with these settings, for `runClient`. */
export function machine(settings: ClientSettings): ClientMachine<ClientState, ClientEvent, ClientAction> {
  return { stopped: STOPPED, tick: TICK, step: (state, event, now, random) => step(settings, state, event, now, random) };
}

/**
 * What the client does about an event. Never throws: what does not fit the state, or is no valid
 * answer, changes nothing. `now` is in milliseconds.
 */
export function step(settings: ClientSettings, state: ClientState, event: ClientEvent, now: number, random: Random): ClientStep {
  const next = happened({ settings, now, random }, state, event);
  return next.state === state ? next : { ...next, state: { ...next.state, wakeAt: dueAt(next.state, now) } };
}

function happened(context: Context, state: ClientState, event: ClientEvent): ClientStep {
  const { now, random } = context;
  switch (event.kind) {
    case "start": {
      if (state.wants !== "nothing") return stay(state);
      return started({ ...state, wants: "leases" }, (next) => solicit(context, next, event.delayed ? random() * MAX_DELAY : 0));
    }
    case "reboot": {
      if (state.wants !== "nothing") return stay(state);
      const binding = keepLeases(event.binding, ({ validUntil }) => validUntil > now);
      return started({ ...state, wants: "leases", binding, configured: false }, (next) => verify(context, next));
    }
    case "inform":
      if (state.wants !== "nothing") return stay(state);
      return started({ ...state, wants: "information" }, (next) => verify(context, next));
    case "datagram":
      return received(context, state, event.bytes, event.unicast);
    case "tick":
      return woken(context, state);
    case "link":
      return linkChanged(context, state, event.up);
    case "renew":
      if (state.exchange !== undefined || !state.linkUp) return stay(state);
      if (state.binding !== undefined) return extend(context, state, state.binding);
      return state.wants === "information" ? inform(context, state, 0) : stay(state);
    case "duplicate":
      return state.binding === undefined || !state.configured ? stay(state) : giveUp(context, state, state.binding, event.addresses);
    case "release":
      return released(context, state);
  }
}

/** When the client has something to do next. */
function dueAt(state: ClientState, now: number): number {
  const { binding, exchange, wants } = state;
  const expiry = binding === undefined ? Infinity : nextExpiryOf(binding);
  if (!state.linkUp) return expiry;
  const renewal = binding === undefined ? now : Math.min(t1Of(binding), t2Of(binding));
  const idle = wants === "leases" ? renewal : wants === "information" ? state.refreshAt : Infinity;
  // A server that wanted options to be asked for, and is silent, does not keep from renewing.
  const besides = exchange?.kind === "information-request" && binding !== undefined ? renewal : Infinity;
  return Math.min(expiry, exchange === undefined ? idle : Math.min(exchange.wakeAt, besides));
}

function started(state: ClientState, go: (state: ClientState) => ClientStep): ClientStep {
  const silent = { ...state, exchange: undefined };
  return state.linkUp ? go(silent) : stay(silent);
}

/** Perhaps the time of something has come: leases that run out first. */
function woken(context: Context, before: ClientState): ClientStep {
  const { now } = context;
  return followedBy(expired(before, now), (state) => {
    const { exchange, binding } = state;
    if (!state.linkUp) return stay(state);
    if (before.binding !== undefined && binding === undefined && needsLeases(exchange)) return solicit(context, state);
    if (exchange === undefined) return proceed(context, state);
    if (exchange.kind === "information-request" && binding !== undefined && now >= Math.min(t1Of(binding), t2Of(binding))) {
      return extend(context, state, binding);
    }
    return now >= exchange.wakeAt ? timedOut(context, state, exchange) : stay(state);
  });
}

/** Whether there is no more to ask when the last lease has run out. */
function needsLeases(exchange: Exchange | undefined): boolean {
  return exchange?.kind !== "request" && exchange?.kind !== "decline";
}

function expired(state: ClientState, now: number): ClientStep {
  if (state.binding === undefined || nextExpiryOf(state.binding) > now) return stay(state);
  return change(
    state,
    keepLeases(state.binding, ({ validUntil }) => validUntil > now),
    "expired",
  );
}

/** RT of the exchange is over. */
function timedOut(context: Context, state: ClientState, exchange: Exchange): ClientStep {
  if (exchange.kind === "solicit" && exchange.offers.length > 0) return choose(context, state, exchange.offers);
  const lost = exchange.kind === "confirm" && exchange.refused;
  if (lost) return followedBy(hold(state, undefined, "refused"), (next) => solicit(context, next));
  if (exchange.transmissions === 0 || !isOver(state, exchange, context.now)) return send(context, state, exchange);
  switch (exchange.kind) {
    case "solicit":
    case "information-request":
      return send(context, state, exchange);
    case "request":
      return tryOthers(context, state, exchange.others, false);
    case "confirm":
    case "rebind":
      // Nobody answered: what was known of the leases still holds (section 18.2.3).
      return followedBy(hold(state, state.binding, "refused"), (next) => proceed(context, next));
    case "renew":
      return begin(context, state, { kind: "rebind", confirms: false });
    case "decline":
      return declined(context, state);
    case "release":
      return stay({ ...state, exchange: undefined });
  }
}

function received(context: Context, state: ClientState, bytes: Uint8Array, unicast: boolean): ClientStep {
  // A lease keeps options, and a decoded message is a view of its bytes.
  const decoded = decode(bytes.slice());
  if (!decoded.ok || decoded.message.relays.length > 0) return stay(state);
  const { message } = decoded;
  if (message.type === MessageType.RECONFIGURE) return unicast ? reconfigured(context, state, message) : stay(state);
  const { exchange } = state;
  if (exchange === undefined || exchange.transmissions === 0) return stay(state);
  if (!answersClient(context.settings.duid, exchange.transactionId, serverAsked(exchange), message)) return stay(state);
  if (message.type === MessageType.REPLY) return replied(context, state, exchange, message);
  return message.type === MessageType.ADVERTISE && exchange.kind === "solicit"
    ? advertised(context, state, exchange, message)
    : stay(state);
}

/** Does what its server wants, unless something is under way (section 18.2.11). */
function reconfigured(context: Context, before: ClientState, message: Message): ClientStep {
  if (before.exchange !== undefined || !before.linkUp || before.wants === "nothing") return stay(before);
  const wanted = readReconfigure(context.settings.duid, before.reconfigureKey, message);
  if (wanted === undefined || (before.binding !== undefined && !equalBytes(before.binding.server, wanted.key.server))) return stay(before);
  const state = { ...before, reconfigureKey: wanted.key };
  if (wanted.type === MessageType["INFORMATION-REQUEST"]) {
    return begin(context, state, { kind: "information-request", server: wanted.key.server });
  }
  if (state.binding === undefined) return stay(before);
  return wanted.type === MessageType.RENEW
    ? begin(context, state, { kind: "renew", server: state.binding.server })
    : begin(context, state, { kind: "rebind", confirms: false });
}

function linkChanged(context: Context, state: ClientState, up: boolean): ClientStep {
  if (!up) return state.linkUp ? stay({ ...state, linkUp: false, exchange: undefined }) : stay(state);
  return state.wants === "nothing" ? stay({ ...state, linkUp: true }) : verify(context, { ...state, linkUp: true, exchange: undefined });
}

/** Stops using addresses that others use, and says so. */
function giveUp(context: Context, state: ClientState, binding: Binding, addresses: readonly Uint8Array[]): ClientStep {
  const lost = leasesOf(binding).filter((lease) => isOneOf(lease, addresses));
  if (lost.length === 0) return stay(state);
  const before = state.exchange?.kind === "decline" ? state.exchange.leases : [];
  return followedBy(
    hold(
      state,
      keepLeases(binding, (lease) => !lost.includes(lease)),
      "conflict",
    ),
    (next) => (state.linkUp ? begin(context, next, { kind: "decline", server: binding.server, leases: [...before, ...lost] }) : stay(next)),
  );
}

/** The leases are no longer used when the server hears of it (section 18.2.7). */
function released(context: Context, state: ClientState): ClientStep {
  if (state.wants === "nothing") return stay(state);
  const { binding } = state;
  return followedBy(hold({ ...state, wants: "nothing", refreshAt: Infinity }, undefined, "released"), (next) =>
    binding === undefined || !state.linkUp
      ? stay(next)
      : begin(context, next, { kind: "release", server: binding.server, leases: leasesOf(binding) }),
  );
}
