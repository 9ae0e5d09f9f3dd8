/**
 * What the client does with an ADVERTISE or REPLY in its exchange (RFC 8415 sections 18.2.9 and
 * 18.2.10).
 */
import { statusOf } from "../../wire/dhcp6/identity-association.ts";
import type { Message } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { hasOption, optionU32 } from "../../wire/dhcp6/options.ts";
import { StatusCode } from "../../wire/dhcp6/status-code.ts";
import { givesLeases, preferenceOf, readAssociations, serverOf } from "./answer.ts";
import { type Binding, bindingAfter, requestsOf, t1Of } from "./binding.ts";
import { begin, type Context, extend, followedBy, hold, proceed, solicit, stay, take, tryOthers } from "./moves.ts";
import { keyIn } from "./reconfigure.ts";
import type { ClientState, ClientStep, Exchange, Offer } from "./state.ts";
import { INFORMATION_REQUEST, maxRt, RESTART_DELAY, refreshAfter, SOLICIT } from "./timers.ts";

type During<K extends Exchange["kind"]> = Extract<Exchange, { kind: K }>;

/** The preference that ends the collecting of offers. */
const MOST_PREFERRED = 255;

export function advertised(context: Context, before: ClientState, exchange: During<"solicit">, message: Message): ClientStep {
  const heard = {
    solMaxRt: agreed(exchange.heard.solMaxRt, maxRt(optionU32(message.options, OptionCode.solMaxRt))),
    infMaxRt: agreed(exchange.heard.infMaxRt, maxRt(optionU32(message.options, OptionCode.infMaxRt))),
  };
  const state = {
    ...before,
    solMaxRt: heard.solMaxRt === DIFFERENT ? SOLICIT.mrt : (heard.solMaxRt ?? before.solMaxRt),
    infMaxRt: heard.infMaxRt === DIFFERENT ? INFORMATION_REQUEST.mrt : (heard.infMaxRt ?? before.infMaxRt),
  };
  const offer = readOffer(message);
  if (offer === undefined) return stay({ ...state, exchange: { ...exchange, heard } });
  const offers = [...exchange.offers, offer];
  // Offers are collected in the first RT only.
  if (exchange.transmissions > 1 || offer.preference === MOST_PREFERRED) return choose(context, state, offers);
  return stay({ ...state, exchange: { ...exchange, heard, offers } });
}

/**
 * Takes the offer of the most preferred server; among equals that with the most associations, then
 * the first.
 */
export function choose(context: Context, state: ClientState, offers: readonly Offer[]): ClientStep {
  const [best, ...others] = offers.toSorted((a, b) => b.preference - a.preference || b.associations.length - a.associations.length);
  return best === undefined ? stay(state) : take(context, state, [best, ...others]);
}

export function replied(context: Context, before: ClientState, exchange: Exchange, message: Message): ClientStep {
  // Any other REPLY is discarded.
  if (exchange.kind === "solicit" && !(context.settings.rapidCommit && hasOption(message.options, OptionCode.rapidCommit)))
    return stay(before);
  const state = withParameters(context, before, message);
  const status = statusOf(message.options);
  switch (exchange.kind) {
    case "solicit":
      return status === StatusCode.Success && givesLeases(readAssociations(message)) ? bound(context, state, message, true) : stay(state);
    case "request":
      if (status === StatusCode.UnspecFail) return stay(state);
      if (status === StatusCode.Success && givesLeases(readAssociations(message))) return bound(context, state, message, true);
      return tryOthers(context, state, exchange.others, true);
    case "confirm":
      if (status === StatusCode.Success) return hold(state, state.binding, "refused");
      // Another server may say that it is right.
      return stay(status === StatusCode.NotOnLink ? { ...state, exchange: { ...exchange, refused: true } } : state);
    case "renew":
    case "rebind":
      return extended(context, state, exchange, message, status);
    case "release":
      return stay({ ...state, exchange: undefined });
    case "decline":
      return declined(context, state);
    case "information-request": {
      if (status !== StatusCode.Success) return stay(state);
      const refreshAt = context.now + refreshAfter(optionU32(message.options, OptionCode.informationRefreshTime));
      return { state: { ...state, exchange: undefined, refreshAt }, actions: [{ kind: "options", message }] };
    }
  }
}

/** A DECLINE is over, answered or not. */
export function declined(context: Context, before: ClientState): ClientStep {
  const state = { ...before, exchange: undefined };
  const { binding } = state;
  if (binding === undefined) return solicit(context, state, RESTART_DELAY);
  // For another address instead; the time of renewal may be far away.
  const complete = binding.associations.length === context.settings.associations.length;
  return complete ? proceed(context, state) : extend(context, state, binding);
}

function extended(
  context: Context,
  state: ClientState,
  exchange: During<"renew" | "rebind">,
  message: Message,
  status: number,
): ClientStep {
  const { settings, now } = context;
  if (status !== StatusCode.Success && status !== StatusCode.NoBinding) return stay(state);
  const binding = bindingAfter(settings.associations, state.binding, message, now, false);
  const held = followedBy(hold(state, binding, "refused"), (next) => ({ state: next, actions: [{ kind: "options", message }] }));
  if (binding === undefined) return followedBy(held, (next) => solicit(context, next));
  const unbound = status === StatusCode.NoBinding || readAssociations(message).some((one) => one.status === StatusCode.NoBinding);
  if (unbound) return followedBy(held, (next) => requestAgain(context, next, binding));
  // An association that the answer did not have is asked for again, as if there had been none.
  if (t1Of(binding) <= now) return { ...held, state: { ...held.state, exchange } };
  return held;
}

/** The server that answered does not know some of the leases: asks for all of them anew. */
function requestAgain(context: Context, state: ClientState, binding: Binding): ClientStep {
  const associations = requestsOf(context.settings.associations, binding.associations);
  return begin(context, state, { kind: "request", server: binding.server, associations, others: [] });
}

function bound(context: Context, state: ClientState, message: Message, replaces: boolean): ClientStep {
  const binding = bindingAfter(context.settings.associations, state.binding, message, context.now, replaces);
  return followedBy(hold(state, binding, "refused"), (next) => ({ state: next, actions: [{ kind: "options", message }] }));
}

function readOffer(message: Message): Offer | undefined {
  const server = serverOf(message);
  const associations = readAssociations(message)
    .filter(({ status }) => status === StatusCode.Success)
    .map((association) => ({ ...association, leases: association.leases.filter(({ validLifetime }) => validLifetime > 0) }))
    .filter(({ leases }) => leases.length > 0);
  return server === undefined || associations.length === 0 ? undefined : { server, preference: preferenceOf(message), associations };
}

/** What counts from a REPLY whatever its status is. */
function withParameters({ settings }: Context, state: ClientState, message: Message): ClientState {
  const key = settings.acceptReconfigure ? keyIn(message) : undefined;
  return {
    ...state,
    solMaxRt: maxRt(optionU32(message.options, OptionCode.solMaxRt)) ?? state.solMaxRt,
    infMaxRt: maxRt(optionU32(message.options, OptionCode.infMaxRt)) ?? state.infMaxRt,
    reconfigureKey: key ?? state.reconfigureKey,
  };
}

/** Servers that want different times have none of them; what none says is undefined. */
const DIFFERENT = 0;

function agreed(heard: number | undefined, said: number | undefined): number | undefined {
  return heard === undefined || said === undefined || heard === said ? (said ?? heard) : DIFFERENT;
}
