/** What the client's events and answers lead to: steps from one state to the next. */
import type { Random } from "../random.ts";
import { type Binding, type ClientLease, hasPrefixes, isSame, leasesOf, requestsOf, t1Of, t2Of } from "./binding.ts";
import { exchangeAt, transmit } from "./exchange.ts";
import type { ClientSettings } from "./messages.ts";
import type { ClientAction, ClientState, ClientStep, Exchange, LossReason, Offer, Purpose } from "./state.ts";
import { MAX_DELAY, RESTART_DELAY } from "./timers.ts";

/** Who acts, and when. */
export interface Context {
  readonly settings: ClientSettings;
  readonly now: number;
  readonly random: Random;
}

const NO_ACTIONS: readonly ClientAction[] = [];

export function stay(state: ClientState): ClientStep {
  return { state, actions: NO_ACTIONS };
}

export function followedBy(first: ClientStep, next: (state: ClientState) => ClientStep): ClientStep {
  const { state, actions } = next(first.state);
  return { state, actions: [...first.actions, ...actions] };
}

/** Starts an exchange, now or after `delay`, in place of the one that was under way. */
export function begin(context: Context, state: ClientState, purpose: Purpose, delay = 0): ClientStep {
  const exchange = exchangeAt(purpose, context.now + delay, context.random);
  return delay > 0 ? stay({ ...state, exchange }) : send(context, state, exchange);
}

/** Sends the message of the exchange, for the first time or again. */
export function send({ settings, now, random }: Context, state: ClientState, exchange: Exchange): ClientStep {
  const sent = transmit(settings, state, exchange, now, random);
  return { state: { ...state, exchange: sent.exchange }, actions: [{ kind: "send", message: sent.message }] };
}

export function solicit(context: Context, state: ClientState, delay = 0): ClientStep {
  return begin(context, state, { kind: "solicit", offers: [], heard: { solMaxRt: undefined, infMaxRt: undefined } }, delay);
}

/** Accepts the first of these offers; the others are for when its server does not keep it. */
export function take(context: Context, state: ClientState, [offer, ...others]: readonly [Offer, ...Offer[]]): ClientStep {
  const associations = requestsOf(context.settings.associations, offer.associations);
  return begin(context, state, { kind: "request", server: offer.server, associations, others });
}

/**
 * Takes the next offer, or looks for servers again: a while later where one `refused`, for it would
 * again.
 */
export function tryOthers(context: Context, state: ClientState, others: readonly Offer[], refused: boolean): ClientStep {
  const [offer, ...rest] = others;
  if (offer !== undefined) return take(context, state, [offer, ...rest]);
  return followedBy(hold(state, undefined, "refused"), (next) => solicit(context, next, refused ? RESTART_DELAY : 0));
}

/** Asks for more time: the server of the leases, or all when it is late. */
export function extend(context: Context, state: ClientState, binding: Binding): ClientStep {
  const purpose: Purpose = context.now < t2Of(binding) ? { kind: "renew", server: binding.server } : { kind: "rebind", confirms: false };
  return begin(context, state, purpose);
}

/**
 * Asks whether what the client has is still right, when it may have come to another link (section
 * 18.2.12).
 */
export function verify(context: Context, state: ClientState): ClientStep {
  const delay = context.random() * MAX_DELAY;
  const { wants, binding } = state;
  if (wants === "nothing") return stay(state);
  if (wants === "information") return inform(context, state, delay);
  if (binding === undefined) return solicit(context, state, delay);
  // CONFIRM is about addresses only.
  return begin(context, state, hasPrefixes(binding) ? { kind: "rebind", confirms: true } : { kind: "confirm", refused: false }, delay);
}

export function inform(context: Context, state: ClientState, delay: number): ClientStep {
  return begin(context, state, { kind: "information-request", server: undefined }, delay);
}

/** What is due when nothing is under way. */
export function proceed(context: Context, state: ClientState): ClientStep {
  const { now, random } = context;
  const { wants, binding } = state;
  if (wants === "information") return now >= state.refreshAt ? inform(context, state, random() * MAX_DELAY) : stay(state);
  if (wants === "nothing") return stay(state);
  if (binding === undefined) return solicit(context, state);
  return now >= Math.min(t1Of(binding), t2Of(binding)) ? extend(context, state, binding) : stay(state);
}

/** The exchange is over: the client has these leases, and perhaps had others before. */
export function hold(state: ClientState, binding: Binding | undefined, reason: LossReason): ClientStep {
  const before = state.configured ? state.binding : undefined;
  return change({ ...state, exchange: undefined, binding: before, configured: true }, binding, reason);
}

/** The client has these leases now; `reason`: why it lost those that it had before. */
export function change(state: ClientState, binding: Binding | undefined, reason: LossReason): ClientStep {
  const actions = state.configured ? changesOf(leasesOf(state.binding), leasesOf(binding), reason) : NO_ACTIONS;
  return { state: { ...state, binding }, actions };
}

/** What to do on the interface. */
function changesOf(before: readonly ClientLease[], after: readonly ClientLease[], reason: LossReason): readonly ClientAction[] {
  const lost = before.filter((lease) => !after.some((one) => isSame(one, lease)));
  return [
    ...lost.map((lease): ClientAction => ({ kind: "deconfigure", lease, reason })),
    ...after.flatMap((lease): readonly ClientAction[] => {
      const known = before.find((one) => isSame(one, lease));
      return known === undefined ? [{ kind: "configure", lease }] : known === lease ? [] : [{ kind: "extend", lease }];
    }),
  ];
}
