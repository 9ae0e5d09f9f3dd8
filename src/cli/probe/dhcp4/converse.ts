/** The messages of a DHCPv4 client, as the command line asks for them. */
import { randomInt } from "node:crypto";
import { styleText } from "node:util";
import * as client from "../../../client/dhcp4/index.ts";
import { formatIpv4, type Ipv4 } from "../../../net/ipv4.ts";
import { formatMac } from "../../../net/mac.ts";
import { type Message, MessageType, Op } from "../../../wire/dhcp4/message.ts";
import { OptionCode } from "../../../wire/dhcp4/option-code.ts";
import { messageType, optionIpv4, optionU32, optionValue } from "../../../wire/dhcp4/options.ts";
import { UsageError } from "../../endpoint.ts";
import { IPV4 } from "../../family.ts";
import { type Conversations, DEFAULT_MAC, type Outcome } from "../conversation.ts";
import { type Exchange as AnyExchange, type Exchanger, openExchanger, type Relation } from "../exchange.ts";
import { describeReceived, describeSent, exchangeToJson, forSeconds, noAnswer, took } from "../print.ts";
import { CODEC, LOOK } from "./look.ts";
import {
  applyPlan,
  leasequery,
  type MessageFlags,
  type MessagePlan,
  messageOfType,
  nextClient,
  plainRequest,
  planMessages,
} from "./request.ts";
import { findRoute, type ProbeRoute, type RouteFlags } from "./route.ts";

export interface Dhcp4Flags extends RouteFlags, Omit<MessageFlags, "mac"> {
  readonly mac?: string;
}

type Exchange = AnyExchange<Message, Ipv4>;

/** Opens the socket for what the command line asks for. `timeout` is in milliseconds. */
export async function openDhcp4(type: string, flags: Dhcp4Flags, timeout: number): Promise<Conversations> {
  const aboutAddress = flags.ciaddr !== undefined || flags.requestedIp !== undefined;
  const answered = !((type === "release" || type === "decline") && aboutAddress);
  const route = await findRoute(flags, type === "inform", answered);
  const mac = flags.mac ?? (route.hardwareAddress === undefined ? DEFAULT_MAC : formatMac(route.hardwareAddress));
  const plan = withRelay(planMessages({ ...flags, mac }, flags.interface !== undefined), route.giaddr);
  const exchanger = await openExchanger(IPV4, CODEC, route);
  return {
    async converse(number, print) {
      const session: Session = {
        exchanger,
        route,
        plan: nextClient(plan, number, flags.clientId === undefined),
        timeout,
        transaction: { xid: plan.xid ?? randomInt(2 ** 32), secs: 0 },
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
  readonly exchanger: Exchanger<Message, Ipv4>;
  readonly route: ProbeRoute;
  readonly plan: MessagePlan;
  readonly timeout: number;
  readonly transaction: client.Transaction;
  /** Where exchanges are shown, and kept for the JSON form. */
  readonly print: (text: string) => void;
  readonly exchanges: Exchange[];
}

function withRelay(plan: MessagePlan, giaddr: Ipv4 | undefined): MessagePlan {
  return giaddr === undefined ? plan : { ...plan, header: { giaddr, hops: 1, ...plan.header } };
}

/** The messages of one client. */
async function converse(type: string, session: Session): Promise<Outcome> {
  const { plan, transaction, route } = session;
  const { settings } = plan;
  switch (type) {
    case "dora":
      return (await acquire(session)).outcome;
    case "discover":
      return ask(session, client.discover(settings, transaction, plan), "offered");
    case "request":
      return ask(session, plainRequest(plan, transaction), "leased");
    case "inform":
      return ask(session, client.inform(settings, transaction, plan.ciaddr ?? route.localAddress), "informed");
    case "bootp":
      return ask(session, client.bootpRequest(settings, transaction), "assigned");
    case "leasequery":
      return ask(session, leasequery(plan, transaction), "answered");
    case "renew":
    case "rebind":
    case "reboot":
    case "release":
    case "decline":
      return withLease(type, session);
    default:
      return ask(session, messageOfType(type, plan, transaction), "answered");
  }
}

/** DISCOVER, OFFER, REQUEST, ACK. */
async function acquire(session: Session): Promise<{ outcome: Outcome; lease?: client.ClientLease }> {
  const { plan, transaction } = session;
  const began = performance.now();
  const offered = await exchange(session, client.discover(plan.settings, transaction, plan));
  const offer = offered.reply?.message;
  if (offer === undefined || messageType(offer) !== MessageType.OFFER) return { outcome: conclude(session, offered, "offered") };
  const lease = client.readLease(offer, 0, 0.5);
  if (!lease.ok) return { outcome: { ok: false, text: `the offer can't be accepted: ${lease.problem}` } };
  const accepted = { ...lease.lease, serverIdentifier: plan.serverIdentifier ?? lease.lease.serverIdentifier };
  const bound = await exchange(session, client.requestSelecting(plan.settings, transaction, accepted));
  const outcome = conclude(session, { ...bound, milliseconds: performance.now() - began }, "leased");
  return outcome.ok ? { outcome, lease: lease.lease } : { outcome };
}

/**
 * The messages about an address that the client has: one that was named, or one that it obtains
 * first.
 */
async function withLease(type: "renew" | "rebind" | "reboot" | "release" | "decline", session: Session): Promise<Outcome> {
  const { plan } = session;
  let address = plan.ciaddr ?? plan.requestedAddress;
  let serverIdentifier = plan.serverIdentifier ?? session.route.server;
  if (address === undefined) {
    const quiet: Session = { ...session, print: () => {} };
    const { outcome, lease } = await acquire(quiet);
    if (lease === undefined) return outcome;
    session.print(`${styleText("dim", outcome.text)}\n`);
    address = lease.address;
    serverIdentifier = plan.serverIdentifier ?? lease.serverIdentifier;
  }
  const { settings } = plan;
  const transaction = { ...session.transaction, xid: plan.xid ?? randomInt(2 ** 32) };
  const next: Session = { ...session, transaction };
  switch (type) {
    case "renew":
    case "rebind":
      return ask(next, client.requestExtension(settings, transaction, address), "renewed");
    case "reboot":
      return ask(next, client.requestInitReboot(settings, transaction, address), "leased");
    case "release":
    case "decline": {
      if (serverIdentifier === undefined) throw new UsageError(`--type ${type}: say with --server-id whose address it is`);
      const build = type === "release" ? client.release : client.decline;
      await exchange(next, build(settings, transaction.xid, { address, serverIdentifier }), 0);
      const verb = type === "release" ? "released" : "declined";
      return {
        ok: true,
        text: `${verb} ${formatIpv4(address)}, to ${formatIpv4(serverIdentifier)} (a ${type.toUpperCase()} is not answered)`,
      };
    }
  }
}

async function ask(session: Session, message: Message, success: Success): Promise<Outcome> {
  return conclude(session, await exchange(session, message), success);
}

/** Sends the message as the user changed it, and shows it and its answer. */
async function exchange(session: Session, built: Message, timeout: number = session.timeout): Promise<Exchange> {
  const message = applyPlan(built, session.plan);
  session.print(describeSent(LOOK, { sent: message, to: session.route.destination }));
  const result = await session.exchanger.exchange(message, (reply) => relationOf(message, reply), timeout);
  session.exchanges.push(result);
  if (result.reply !== undefined) session.print(describeReceived(LOOK, result.reply, result.milliseconds));
  return result;
}

/**
 * What the answer must carry: the identity in the message, which options of the user's may have
 * changed.
 */
function relationOf(message: Message, reply: Message): Relation {
  if (isLateOffer(message, reply)) return "late";
  // The answer to a LEASEQUERY is about another client.
  if (messageType(message) === MessageType.LEASEQUERY) return reply.op === Op.reply && reply.xid === message.xid ? "answer" : "other";
  const identity = { htype: message.htype, chaddr: message.chaddr, clientIdentifier: optionValue(message, OptionCode.clientIdentifier) };
  return client.answersClient(identity, message.xid, reply) ? "answer" : "other";
}

/**
 * An OFFER of another server, or through a second relay, that comes when one was chosen already: it
 * has the same xid (RFC 2131 section 4.4.1).
 */
function isLateOffer(message: Message, reply: Message): boolean {
  return messageType(message) === MessageType.REQUEST && messageType(reply) === MessageType.OFFER;
}

/** The verb for each kind of success, and the type that the answer must have; undefined: any. */
const SUCCESS = {
  offered: MessageType.OFFER,
  leased: MessageType.ACK,
  renewed: MessageType.ACK,
  informed: MessageType.ACK,
  assigned: undefined,
  answered: undefined,
} as const;
type Success = keyof typeof SUCCESS;

function conclude(session: Session, exchange: Exchange, success: Success): Outcome {
  if (exchange.reply === undefined) return { ok: false, text: noAnswer(LOOK, session.route.name, exchange, session.timeout, whatToCheck) };
  const { message, from } = exchange.reply;
  const type = messageType(message);
  const server = formatIpv4(optionIpv4(message, OptionCode.serverIdentifier) ?? from.address);
  const duration = took(exchange.milliseconds);
  if (type === MessageType.NAK && SUCCESS[success] !== undefined) {
    const reason = optionValue(message, client.ClientOption.message);
    const said = reason === undefined ? "" : `: ${JSON.stringify(new TextDecoder().decode(reason))}`;
    return { ok: false, text: `refused by ${server} (NAK)${said}` };
  }
  if (SUCCESS[success] !== undefined && type !== SUCCESS[success]) {
    return {
      ok: false,
      text: `${server} answered with ${LOOK.typeName(message)} where the answer should be ${success === "offered" ? "OFFER" : "ACK"}`,
    };
  }
  if (success === "informed" || success === "answered") {
    return { ok: true, text: `${server} answered with ${LOOK.typeName(message)} and ${message.options.length} options ${duration}` };
  }
  const seconds = optionU32(message, client.ClientOption.ipAddressLeaseTime);
  const time = seconds === undefined || success === "assigned" ? "" : forSeconds(seconds);
  return {
    ok: true,
    text: `${success} ${formatIpv4(message.yiaddr)}${time} ${success === "offered" ? "by" : "from"} ${server} ${duration}`,
  };
}

function whatToCheck(sent: Message): string {
  const type = messageType(sent);
  if (type === MessageType.REQUEST && optionIpv4(sent, OptionCode.serverIdentifier) === undefined) {
    return "a server that does not know this lease stays silent unless it is authoritative for the network.";
  }
  if (type === MessageType.REQUEST) return "is the server identifier its own?";
  if (type === MessageType.LEASEQUERY) return "are giaddr and the address that the query was sent from both among those who may ask?";
  if (type === MessageType.INFORM) return `does a server serve this network, and is ${formatIpv4(sent.ciaddr)} an address of this machine?`;
  if (sent.giaddr !== 0) return `has the server a network that holds the relay ${formatIpv4(sent.giaddr)}, and a free address there?`;
  return "does a server serve this link, and has it a free address for this client?";
}
