/** One exchange: what is sent, when it is sent again, and when no more (RFC 8415 section 15). */
import type { Duid } from "../../net/duid.ts";
import type { Message } from "../../wire/dhcp6/message.ts";
import type { Random } from "../random.ts";
import { associationsOf, type Binding, leasesOf, requestsOf, t2Of } from "./binding.ts";
import {
  type ClientSettings,
  confirm,
  decline,
  informationRequest,
  rebind,
  release,
  renew,
  request,
  solicit,
  type Transaction,
} from "./messages.ts";
import type { ClientState, Exchange, Purpose } from "./state.ts";
import * as timers from "./timers.ts";

/** An exchange whose first message is due at `at`. */
export function exchangeAt(purpose: Purpose, at: number, random: Random): Exchange {
  return { ...purpose, transactionId: Math.floor(random() * 2 ** 24), transmissions: 0, began: at, timeout: 0, wakeAt: at };
}

/** Whether it is over without an answer, `wakeAt` having come. */
export function isOver(state: ClientState, exchange: Exchange, now: number): boolean {
  const { mrc } = retransmissionOf(state, exchange);
  return (mrc !== 0 && exchange.transmissions >= mrc) || now >= endOf(state, exchange);
}

/** The exchange after its message was sent at `now`, and the message. */
export function transmit(
  settings: ClientSettings,
  state: ClientState,
  exchange: Exchange,
  now: number,
  random: Random,
): { readonly exchange: Exchange; readonly message: Message } {
  const { irt, mrt } = retransmissionOf(state, exchange);
  const isFirst = exchange.transmissions === 0;
  const timeout = !isFirst
    ? timers.nextTimeout(exchange.timeout, mrt, random())
    : exchange.kind === "solicit"
      ? timers.firstSolicitTimeout(irt, random())
      : timers.firstTimeout(irt, random());
  const sent = { ...exchange, transmissions: exchange.transmissions + 1, began: isFirst ? now : exchange.began, timeout };
  const transaction = { transactionId: sent.transactionId, elapsed: now - sent.began };
  return {
    exchange: { ...sent, wakeAt: Math.min(now + timeout, endOf(state, sent)) },
    message: messageOf(settings, state.binding, sent, transaction),
  };
}

/** The server that the message is for; undefined: any. */
export function serverAsked(exchange: Exchange): Duid | undefined {
  return "server" in exchange ? exchange.server : undefined;
}

/** When it ends whether it is answered or not. */
function endOf(state: ClientState, exchange: Exchange): number {
  // The end of a REBIND is that of all leases, with which its purpose ends.
  if (exchange.kind === "renew") return state.binding === undefined ? Infinity : t2Of(state.binding);
  const { mrd } = retransmissionOf(state, exchange);
  return mrd === 0 ? Infinity : exchange.began + mrd;
}

function retransmissionOf(state: ClientState, exchange: Exchange): timers.Retransmission {
  switch (exchange.kind) {
    case "solicit":
      return { ...timers.SOLICIT, mrt: state.solMaxRt };
    case "request":
      return timers.REQUEST;
    case "confirm":
      return timers.CONFIRM;
    case "renew":
      return timers.RENEW;
    case "rebind":
      return exchange.confirms ? timers.CONFIRM : timers.REBIND;
    case "release":
      return timers.RELEASE;
    case "decline":
      return timers.DECLINE;
    case "information-request":
      return { ...timers.INFORMATION_REQUEST, mrt: state.infMaxRt };
  }
}

function messageOf(settings: ClientSettings, binding: Binding | undefined, exchange: Exchange, transaction: Transaction): Message {
  const has = binding?.associations ?? [];
  switch (exchange.kind) {
    case "solicit":
      return solicit(settings, transaction);
    case "request":
      return request(settings, transaction, exchange.server, exchange.associations);
    case "confirm":
      return confirm(settings, transaction, associationsOf(leasesOf(binding)));
    case "renew":
      return renew(settings, transaction, exchange.server, requestsOf(settings.associations, has));
    case "rebind":
      return rebind(settings, transaction, requestsOf(settings.associations, has));
    case "release":
      return release(settings, transaction, exchange.server, associationsOf(exchange.leases));
    case "decline":
      return decline(settings, transaction, exchange.server, associationsOf(exchange.leases));
    case "information-request":
      return informationRequest(settings, transaction, exchange.server);
  }
}
