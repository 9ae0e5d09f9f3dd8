/**
 * A DHCPv4 client as a pure state machine (RFC 2131 section 4.4, figure 5). `step` takes a state
 * and what happened and gives the next state and what to do; the caller owns the clock, the random
 * source, the socket and the interface.
 */
import { IPV4_ANY, IPV4_BROADCAST, type Ipv4 } from "../../net/ipv4.ts";
import { decode } from "../../wire/dhcp4/decode.ts";
import { type Message, MessageType } from "../../wire/dhcp4/message.ts";
import { messageType, optionIpv4, optionValue } from "../../wire/dhcp4/options.ts";
import type { Random } from "../random.ts";
import type { ClientMachine } from "../run.ts";
import { answersClient, type ClientLease, readLease } from "./lease.ts";
import {
  ClientOption,
  type ClientSettings,
  decline,
  discover,
  release,
  requestExtension,
  requestInitReboot,
  requestSelecting,
} from "./messages.ts";
import { extensionDelay, RESTART_DELAY, retransmissionDelay, startDelay, TRANSMISSIONS } from "./timers.ts";

export type { Random };

/**
 * Where the client stands. Times are in milliseconds on any clock that never goes back; `wakeAt` is
 * when the next `tick` is due (Infinity: only an event moves the client on). INIT-REBOOT is left in
 * the same step in which it is entered.
 */
export type ClientState =
  /** No address. Before `start` it waits for ever, after a refusal until `wakeAt`. */
  | { readonly kind: "init"; readonly wakeAt: number }
  /**
   * A DISCOVER was sent. `began` is when, `secs` what the last one said; `attempt` counts its
   * retransmissions; `requestedAddress` is the one it had before.
   */
  | {
      readonly kind: "selecting";
      readonly xid: number;
      readonly secs: number;
      readonly requestedAddress: Ipv4 | undefined;
      readonly began: number;
      readonly attempt: number;
      readonly wakeAt: number;
    }
  /**
   * An offer was accepted. `secs` is that of the DISCOVER, which every REQUEST must repeat (section
   * 3.1).
   */
  | {
      readonly kind: "requesting";
      readonly xid: number;
      readonly secs: number;
      readonly offer: ClientLease;
      readonly sentAt: number;
      readonly attempt: number;
      readonly wakeAt: number;
    }
  /** Asked whether an address from before is still right. `lease` when its time is known. */
  | {
      readonly kind: "rebooting";
      readonly xid: number;
      readonly address: Ipv4;
      readonly lease: ClientLease | undefined;
      readonly sentAt: number;
      readonly attempt: number;
      readonly wakeAt: number;
    }
  | { readonly kind: "bound"; readonly lease: ClientLease; readonly wakeAt: number }
  /**
   * Asks the server of the lease (renewing), or any server (rebinding), for more time since
   * `began`; last at `sentAt`.
   */
  | {
      readonly kind: "renewing" | "rebinding";
      readonly lease: ClientLease;
      readonly xid: number;
      readonly began: number;
      readonly sentAt: number;
      readonly wakeAt: number;
    };

/** What happens to a client. */
export type ClientEvent =
  /**
   * Get an address; `delayed`: after a random time, as a machine should that has just been switched
   * on (section 4.4.1).
   */
  | { readonly kind: "start"; readonly delayed: boolean }
  /**
   * Get the address from before again; `lease` is kept when no server answers and it has not run
   * out.
   */
  | { readonly kind: "reboot"; readonly address: Ipv4; readonly lease?: ClientLease | undefined }
  /**
   * The link is there again after it was lost, and may be another one (section 3.7): the client asks
   * whether its address is right here. Should it be selecting then, the address is not.
   */
  | { readonly kind: "link" }
  /** A UDP payload arrived on the client's port. Any bytes; they may be used again afterwards. */
  | { readonly kind: "datagram"; readonly bytes: Uint8Array }
  /** The time `wakeAt` has come. */
  | { readonly kind: "tick" }
  /** Renew now instead of at T1. */
  | { readonly kind: "renew" }
  /** Somebody else uses the address: give it up and say so. */
  | { readonly kind: "conflict" }
  /** The address is no longer needed. */
  | { readonly kind: "release" };

/** What the caller has to do for a client. */
export type ClientAction =
  /** Send from port 68 of address `from` to port 67 of `to`. */
  | { readonly kind: "send"; readonly message: Message; readonly from: Ipv4; readonly to: Ipv4 }
  /**
   * Use this address; first ask with ARP whether somebody has it, and if so answer with `conflict`.
   */
  | { readonly kind: "configure"; readonly lease: ClientLease }
  /** The address stays; its times, and perhaps its options, are new. */
  | { readonly kind: "extend"; readonly lease: ClientLease }
  /** Stop using this address at once. */
  | { readonly kind: "deconfigure"; readonly lease: ClientLease; readonly reason: "expired" | "refused" | "conflict" | "released" };

/** A client after an event, and what is to be done, in this order. */
export interface ClientStep {
  readonly state: ClientState;
  readonly actions: readonly ClientAction[];
}

/** A client that has not been started. */
export const STOPPED: ClientState = { kind: "init", wakeAt: Infinity };

const TICK: ClientEvent = { kind: "tick" };

/** A client with these settings, for `runClient`. */
export function machine(settings: ClientSettings): ClientMachine<ClientState, ClientEvent, ClientAction> {
  return { stopped: STOPPED, tick: TICK, step: (state, event, now, random) => step(settings, state, event, now, random) };
}

const NO_ACTIONS: readonly ClientAction[] = [];

/**
 * What the client does about an event. Never throws: what does not fit the state, or is no valid
 * answer, changes nothing. `now` is in milliseconds.
 */
export function step(settings: ClientSettings, state: ClientState, event: ClientEvent, now: number, random: Random): ClientStep {
  switch (event.kind) {
    case "start":
      if (state.kind !== "init" || state.wakeAt !== Infinity) return stay(state);
      return event.delayed ? restart(now + startDelay(random())) : select(settings, undefined, now, random);
    case "reboot":
      return state.kind === "init" ? reboot(settings, event.address, event.lease, now, random) : stay(state);
    case "link":
      return linked(settings, state, now, random);
    case "datagram":
      return received(settings, state, event.bytes, now, random);
    case "tick":
      return now >= state.wakeAt ? wake(settings, state, now, random) : stay(state);
    case "renew":
      if (state.kind !== "bound") return stay(state);
      return now < state.lease.t2 ? extension(settings, "renewing", state.lease, now, now, random) : wake(settings, state, now, random);
    case "conflict":
    case "release":
      return holdsAddress(state) ? giveBack(settings, state.lease, event.kind, now, random) : stay(state);
  }
}

type Holding = Extract<ClientState, { kind: "bound" | "renewing" | "rebinding" }>;

function holdsAddress(state: ClientState): state is Holding {
  return state.kind === "bound" || state.kind === "renewing" || state.kind === "rebinding";
}

/** Asks at once, whatever was under way on the link of before. */
function linked(settings: ClientSettings, state: ClientState, now: number, random: Random): ClientStep {
  if (state.kind === "init") return state.wakeAt === Infinity ? stay(state) : select(settings, undefined, now, random);
  if (holdsAddress(state)) return reboot(settings, state.lease.address, state.lease, now, random);
  return state.kind === "rebooting"
    ? reboot(settings, state.address, state.lease, now, random)
    : select(settings, state.kind === "selecting" ? state.requestedAddress : undefined, now, random);
}

/** What is due at `state.wakeAt`. */
function wake(settings: ClientSettings, state: ClientState, now: number, random: Random): ClientStep {
  switch (state.kind) {
    case "init":
      return select(settings, undefined, now, random);
    case "selecting": {
      const attempt = state.attempt + 1;
      const next = { ...state, attempt, secs: seconds(now - state.began), wakeAt: now + retransmissionDelay(attempt, random()) };
      return { state: next, actions: [broadcast(discover(settings, next, next))] };
    }
    case "requesting": {
      const attempt = state.attempt + 1;
      if (attempt === TRANSMISSIONS) return select(settings, undefined, now, random);
      const next: ClientState = { ...state, attempt, wakeAt: now + retransmissionDelay(attempt, random()) };
      return { state: next, actions: [broadcast(requestSelecting(settings, state, state.offer))] };
    }
    case "rebooting": {
      const attempt = state.attempt + 1;
      if (attempt === TRANSMISSIONS) {
        // Section 3.2, item 3: without an answer the address may be used until its lease runs out.
        const { lease } = state;
        return lease !== undefined && lease.expiry > now ? bind(lease, "configure") : select(settings, state.address, now, random);
      }
      const next: ClientState = { ...state, attempt, wakeAt: now + retransmissionDelay(attempt, random()) };
      const transaction = { xid: state.xid, secs: seconds(now - state.sentAt) };
      return { state: next, actions: [broadcast(requestInitReboot(settings, transaction, state.address))] };
    }
    case "bound":
    case "renewing":
    case "rebinding": {
      const { lease } = state;
      if (now >= lease.expiry) return lose(lease, "expired", select(settings, lease.address, now, random));
      const kind = now >= lease.t2 ? "rebinding" : "renewing";
      return extension(settings, kind, lease, state.kind === "bound" ? now : state.began, now, random);
    }
  }
}

/** INIT to SELECTING: a new transaction, never the one of before. */
function select(settings: ClientSettings, requestedAddress: Ipv4 | undefined, now: number, random: Random): ClientStep {
  const xid = newXid(random);
  const state: ClientState = {
    kind: "selecting",
    xid,
    secs: 0,
    requestedAddress,
    began: now,
    attempt: 0,
    wakeAt: now + retransmissionDelay(0, random()),
  };
  return { state, actions: [broadcast(discover(settings, { xid, secs: 0 }, { requestedAddress }))] };
}

/** INIT-REBOOT to REBOOTING. */
function reboot(settings: ClientSettings, address: Ipv4, lease: ClientLease | undefined, now: number, random: Random): ClientStep {
  const xid = newXid(random);
  const state: ClientState = {
    kind: "rebooting",
    xid,
    address,
    lease,
    sentAt: now,
    attempt: 0,
    wakeAt: now + retransmissionDelay(0, random()),
  };
  return { state, actions: [broadcast(requestInitReboot(settings, { xid, secs: 0 }, address))] };
}

/**
 * Asks for more time, in a new transaction each time, so that the lease counts from the request
 * that was answered.
 */
function extension(
  settings: ClientSettings,
  kind: "renewing" | "rebinding",
  lease: ClientLease,
  began: number,
  now: number,
  random: Random,
): ClientStep {
  const xid = newXid(random);
  const wakeAt = now + extensionDelay(now, kind === "renewing" ? lease.t2 : lease.expiry);
  const message = requestExtension(settings, { xid, secs: seconds(now - began) }, lease.address);
  const to = kind === "renewing" ? lease.serverIdentifier : IPV4_BROADCAST;
  return { state: { kind, lease, xid, began, sentAt: now, wakeAt }, actions: [{ kind: "send", message, from: lease.address, to }] };
}

function received(settings: ClientSettings, state: ClientState, bytes: Uint8Array, now: number, random: Random): ClientStep {
  if (state.kind === "init" || state.kind === "bound") return stay(state);
  // A lease keeps the message, and a decoded message is a view of its bytes.
  const decoded = decode(bytes.slice());
  if (!decoded.ok || !answersClient(settings, state.xid, decoded.message)) return stay(state);
  const { message } = decoded;
  switch (messageType(message)) {
    case MessageType.OFFER:
      return state.kind === "selecting" ? offered(settings, state, message, now, random) : stay(state);
    case MessageType.ACK:
      return acknowledged(settings, state, message, random);
    case MessageType.NAK:
      return refused(settings, state, message, now, random);
    default:
      return stay(state);
  }
}

type Waiting = Exclude<ClientState, { kind: "init" | "bound" }>;

/** The first usable offer is taken. */
function offered(
  settings: ClientSettings,
  state: Extract<ClientState, { kind: "selecting" }>,
  message: Message,
  now: number,
  random: Random,
): ClientStep {
  const offer = readLease(message, now, random());
  if (!offer.ok) return stay(state);
  const next: ClientState = {
    kind: "requesting",
    xid: state.xid,
    secs: state.secs,
    offer: offer.lease,
    sentAt: now,
    attempt: 0,
    wakeAt: now + retransmissionDelay(0, random()),
  };
  return { state: next, actions: [broadcast(requestSelecting(settings, next, offer.lease))] };
}

function acknowledged(settings: ClientSettings, state: Waiting, message: Message, random: Random): ClientStep {
  const result = readLease(message, state.kind === "selecting" ? state.began : state.sentAt, random());
  if (!result.ok) return stay(state);
  const { lease } = result;
  switch (state.kind) {
    case "selecting": {
      const rapid = settings.rapidCommit && optionValue(message, ClientOption.rapidCommit) !== undefined;
      return rapid ? bind(lease, "configure") : stay(state);
    }
    case "requesting":
      return sameLease(lease, state.offer) ? bind(lease, "configure") : stay(state);
    case "rebooting":
      return lease.address === state.address ? bind(lease, "configure") : stay(state);
    case "renewing":
      return sameLease(lease, state.lease) ? bind(lease, "extend") : stay(state);
    case "rebinding":
      return lease.address === state.lease.address ? bind(lease, "extend") : stay(state);
  }
}

/**
 * A NAK counts when it comes from the server that was asked; a client that asked all of them
 * believes any (section 4.4).
 */
function refused(settings: ClientSettings, state: Waiting, message: Message, now: number, random: Random): ClientStep {
  const serverIdentifier = optionIpv4(message, ClientOption.serverIdentifier);
  if (serverIdentifier === undefined) return stay(state);
  switch (state.kind) {
    case "selecting":
      return stay(state);
    case "requesting":
      // A server that takes back what it has just offered would do so again at once.
      return serverIdentifier === state.offer.serverIdentifier ? restart(now + RESTART_DELAY) : stay(state);
    case "rebooting":
      return select(settings, undefined, now, random);
    case "renewing":
    case "rebinding":
      if (state.kind === "renewing" && serverIdentifier !== state.lease.serverIdentifier) return stay(state);
      return lose(state.lease, "refused", select(settings, undefined, now, random));
  }
}

/** Releases the address, or declines it because somebody else uses it. */
function giveBack(settings: ClientSettings, lease: ClientLease, why: "conflict" | "release", now: number, random: Random): ClientStep {
  const xid = newXid(random);
  if (why === "conflict") {
    const { state } = restart(now + RESTART_DELAY);
    return lose(lease, "conflict", { state, actions: [broadcast(decline(settings, xid, lease))] });
  }
  const message = release(settings, xid, lease);
  const farewell: ClientAction = { kind: "send", message, from: lease.address, to: lease.serverIdentifier };
  return { state: STOPPED, actions: [farewell, { kind: "deconfigure", lease, reason: "released" }] };
}

function bind(lease: ClientLease, kind: "configure" | "extend"): ClientStep {
  return { state: { kind: "bound", lease, wakeAt: lease.t1 }, actions: [{ kind, lease }] };
}

function lose(lease: ClientLease, reason: "expired" | "refused" | "conflict", next: ClientStep): ClientStep {
  return { state: next.state, actions: [{ kind: "deconfigure", lease, reason }, ...next.actions] };
}

function restart(wakeAt: number): ClientStep {
  return { state: { kind: "init", wakeAt }, actions: NO_ACTIONS };
}

function stay(state: ClientState): ClientStep {
  return { state, actions: NO_ACTIONS };
}

function sameLease(a: ClientLease, b: ClientLease): boolean {
  return a.address === b.address && a.serverIdentifier === b.serverIdentifier;
}

function broadcast(message: Message): ClientAction {
  return { kind: "send", message, from: IPV4_ANY, to: IPV4_BROADCAST };
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}

function newXid(random: Random): number {
  return Math.floor(random() * 2 ** 32);
}
