/** The messages of a DHCPv6 client, as the command line asks for them. */
import { randomInt } from "node:crypto";
import { styleText } from "node:util";
import * as client from "../../../client/dhcp6/index.ts";
import { formatDuid } from "../../../net/duid.ts";
import { formatIpv6, type Ipv6 } from "../../../net/ipv6.ts";
import { formatMac } from "../../../net/mac.ts";
import { type Message, MessageType } from "../../../wire/dhcp6/message.ts";
import { OptionCode } from "../../../wire/dhcp6/option-code.ts";
import { hasOption, optionValue } from "../../../wire/dhcp6/options.ts";
import { UsageError } from "../../endpoint.ts";
import { IPV6 } from "../../family.ts";
import { type Conversations, DEFAULT_MAC, type Outcome } from "../conversation.ts";
import { type Exchange as AnyExchange, type Exchanger, openExchanger, type Relation } from "../exchange.ts";
import { describeReceived, describeSent, exchangeToJson, noAnswer, took } from "../print.ts";
import { CODEC, LOOK } from "./look.ts";
import { conclude, type Success } from "./outcome.ts";
import { applyPlan, type MessageFlags, type MessagePlan, messageOfType, nextClient, planMessages } from "./request.ts";
import { findRoute, type ProbeRoute, type RouteFlags } from "./route.ts";

export interface Dhcp6Flags extends RouteFlags, Omit<MessageFlags, "mac" | "relay"> {
  readonly mac?: string;
}

type Exchange = AnyExchange<Message, Ipv6>;

/** What is known of a client's leases: where they are from, and which they are. */
interface Holding {
  readonly server: Uint8Array | undefined;
  readonly associations: readonly client.AssociationRequest[];
}

/** Opens the socket for what the command line asks for. `timeout` is in milliseconds. */
export async function openDhcp6(type: string, flags: Dhcp6Flags, timeout: number): Promise<Conversations> {
  const route = await findRoute(flags);
  const mac = flags.mac ?? (route.hardwareAddress === undefined ? DEFAULT_MAC : formatMac(route.hardwareAddress));
  const plan = planMessages({ ...flags, mac });
  const exchanger = await openExchanger(IPV6, CODEC, route);
  return {
    async converse(number, print) {
      const session: Session = {
        exchanger,
        route,
        plan: nextClient(plan, number, flags.duid === undefined),
        timeout,
        print,
        exchanges: [],
      };
      const outcome = await converse(type, session);
      return { ...outcome, exchanges: session.exchanges.map((exchange) => exchangeToJson(LOOK, exchange)) };
    },
    close: () => exchanger.close(),
  };
}

/** Everything that the messages of one client need. */
interface Session {
  readonly exchanger: Exchanger<Message, Ipv6>;
  readonly route: ProbeRoute;
  readonly plan: MessagePlan;
  readonly timeout: number;
  readonly print: (text: string) => void;
  readonly exchanges: Exchange[];
}

/** The messages of one client. */
async function converse(type: string, session: Session): Promise<Outcome> {
  const { plan } = session;
  const { settings, server } = plan;
  switch (type) {
    case "sarr":
      return (await acquire(session)).outcome;
    case "solicit":
      return ask(session, client.solicit(settings, transaction(plan)), settings.rapidCommit ? "leased" : "advertised");
    case "request":
      if (server === undefined) throw new UsageError("--type request: say with --server-id which server is meant");
      return ask(session, client.request(settings, transaction(plan), server, settings.associations), "leased");
    case "inform":
    case "information-request":
      return ask(session, client.informationRequest(settings, transaction(plan), server), "informed");
    case "confirm":
    case "renew":
    case "rebind":
    case "release":
    case "decline":
      return withLeases(type, session);
    default:
      return ask(session, messageOfType(type, plan, transaction(plan)), "answered");
  }
}

/** SOLICIT, ADVERTISE, REQUEST, REPLY; SOLICIT and REPLY where both want rapid commit. */
async function acquire(session: Session): Promise<{ readonly outcome: Outcome; readonly holding?: Holding }> {
  const { plan } = session;
  const { settings } = plan;
  const began = performance.now();
  const first = await exchange(session, client.solicit(settings, transaction(plan)));
  const offer = first.reply?.message;
  if (offer?.type === MessageType.REPLY) return leased(session, first);
  const associations = offer === undefined ? [] : client.readAssociations(offer);
  const server = plan.server ?? (offer === undefined ? undefined : client.serverOf(offer));
  if (offer?.type !== MessageType.ADVERTISE || server === undefined || !client.givesLeases(associations)) {
    return { outcome: conclusion(session, first, "advertised") };
  }
  const wanted = client.requestsOf(settings.associations, associations);
  const second = await exchange(session, client.request(settings, transaction(plan), server, wanted));
  return leased(session, { ...second, milliseconds: performance.now() - began });
}

function leased(session: Session, last: Exchange): { readonly outcome: Outcome; readonly holding?: Holding } {
  const outcome = conclusion(session, last, "leased");
  const message = last.reply?.message;
  if (message === undefined || !client.givesLeases(client.readAssociations(message))) return { outcome };
  return { outcome, holding: { server: client.serverOf(message), associations: associationsIn(message) } };
}

/**
 * The messages about leases that the client has: those that were named, or those that it obtains
 * first.
 */
async function withLeases(type: "confirm" | "renew" | "rebind" | "release" | "decline", session: Session): Promise<Outcome> {
  const { plan } = session;
  const { settings } = plan;
  let named: Holding = { server: plan.server, associations: settings.associations.filter(({ prefixes }) => prefixes.length > 0) };
  if (named.associations.length === 0) {
    const { outcome, holding } = await acquire({ ...session, print: () => {} });
    if (holding === undefined) return outcome;
    session.print(`${styleText("dim", outcome.text)}\n`);
    named = { ...holding, server: plan.server ?? holding.server };
  }
  const { server } = named;
  const addresses = named.associations.filter(({ kind }) => kind === "IA_NA");
  const about = type === "confirm" || type === "decline" ? addresses : named.associations;
  if (about.length === 0) throw new UsageError(`--type ${type}: is about addresses only`);
  if (type === "confirm") return ask(session, client.confirm(settings, transaction(plan), about), "confirmed", about);
  if (type === "rebind") return ask(session, client.rebind(settings, transaction(plan), about), "renewed", about);
  if (server === undefined) throw new UsageError(`--type ${type}: say with --server-id whose leases they are`);
  switch (type) {
    case "renew":
      return ask(session, client.renew(settings, transaction(plan), server, about), "renewed", about);
    case "release":
      return ask(session, client.release(settings, transaction(plan), server, about), "released", about);
    case "decline":
      return ask(session, client.decline(settings, transaction(plan), server, about), "declined", about);
  }
}

async function ask(
  session: Session,
  message: Message,
  success: Success,
  about: readonly client.AssociationRequest[] = session.plan.settings.associations,
): Promise<Outcome> {
  return conclusion(session, await exchange(session, message), success, about);
}

/** A new one for each message (RFC 8415 section 16.1), unless the user says which. */
function transaction(plan: MessagePlan): client.Transaction {
  return { transactionId: plan.transactionId ?? randomInt(2 ** 24), elapsed: 0 };
}

/** Sends the message as the user changed it, and shows it and its answer. */
async function exchange(session: Session, built: Message): Promise<Exchange> {
  const message = applyPlan(built, session.plan);
  session.print(describeSent(LOOK, { sent: message, to: session.route.destination }));
  const result = await session.exchanger.exchange(message, (reply) => relationOf(message, reply), session.timeout);
  session.exchanges.push(result);
  if (result.reply !== undefined) session.print(describeReceived(LOOK, result.reply, result.milliseconds));
  return result;
}

/**
 * What the answer must carry: the client and the relays of the message, which options of the user's
 * may have changed. Any server may give it.
 */
function relationOf(message: Message, reply: Message): Relation {
  if (reply.type === MessageType.ADVERTISE && message.type !== MessageType.SOLICIT) return "late";
  const duid = optionValue(message.options, OptionCode.clientIdentifier);
  const fits = reply.relays.length === message.relays.length && client.answersClient(duid, message.transactionId, undefined, reply);
  return fits ? "answer" : "other";
}

function associationsIn(message: Message): readonly client.AssociationRequest[] {
  return client
    .readAssociations(message)
    .map(({ kind, iaid, leases }) => ({
      kind,
      iaid,
      prefixes: leases.filter(({ validLifetime }) => validLifetime > 0).map(({ prefix }) => prefix),
    }))
    .filter(({ prefixes }) => prefixes.length > 0);
}

function conclusion(
  session: Session,
  last: Exchange,
  success: Success,
  about: readonly client.AssociationRequest[] = session.plan.settings.associations,
): Outcome {
  const { reply } = last;
  if (reply === undefined) {
    return { ok: false, text: noAnswer(LOOK, session.route.name, last, session.timeout, whatToCheck) };
  }
  return conclude(reply.message, formatIpv6(reply.from.address), took(last.milliseconds), success, about);
}

function whatToCheck(sent: Message): string {
  const server = optionValue(sent.options, OptionCode.serverIdentifier);
  if (server !== undefined) return `is ${formatDuid(server)} the server's own DUID?`;
  if (sent.type === MessageType.CONFIRM) return "does a server know the prefixes of this link?";
  if (sent.type === MessageType.REBIND)
    return "a server that does not know these leases stays silent unless it is authoritative for the network.";
  const innermost = sent.relays.at(-1);
  if (innermost === undefined) return "does a server serve this link?";
  const place = hasOption(innermost.options, OptionCode.interfaceId) ? "the Interface-Id" : formatIpv6(innermost.linkAddress);
  return `has the server a network that holds the relay's link-address ${place}?`;
}
