import { randomInt } from "node:crypto";
import { styleText } from "node:util";
import type { Command } from "commander";
import * as client from "../client/dhcp4/index.ts";
import { TransportError } from "../io/transport.ts";
import { formatIpv4, type Ipv4 } from "../net/ipv4.ts";
import { formatMac } from "../net/mac.ts";
import { type Message, MessageType } from "../wire/dhcp4/message.ts";
import { OptionCode } from "../wire/dhcp4/option-code.ts";
import { messageType, optionIpv4, optionU32, optionValue } from "../wire/dhcp4/options.ts";
import { parseNumber, QUICKSTART_SERVER, UsageError } from "./endpoint.ts";
import { Exit, fail } from "./exit.ts";
import { type Exchange, type Exchanger, openExchanger } from "./probe/exchange.ts";
import { describeReceived, describeSent, exchangeToJson, typeName } from "./probe/print.ts";
import {
  applyPlan,
  leasequery,
  type MessageFlags,
  type MessagePlan,
  messageOfType,
  nextClient,
  plainRequest,
  planMessages,
} from "./probe/request.ts";
import { findRoute, type ProbeRoute, type RouteFlags } from "./probe/route.ts";

interface ProbeFlags extends RouteFlags, Omit<MessageFlags, "mac"> {
  readonly mac?: string;
  readonly type: string;
  readonly timeout: string;
  readonly count: string;
  readonly json?: boolean;
}

const DEFAULT_MAC = "02:00:00:00:00:01";

const HELP = `
Types: dora (DISCOVER, OFFER, REQUEST, ACK), discover, request, renew, rebind, reboot (INIT-REBOOT), release, decline, inform, bootp, leasequery,
or any other message type by name or number. renew, rebind, reboot, release and decline obtain a lease first, unless --ciaddr or
--requested-ip says which address they are about. leasequery asks about --ciaddr, --client-id, the remote id in --option 82=..., or --mac.

Examples:
  leasehold probe                                                   a lease from the server of "npm start"
  leasehold probe --interface eth0                                  as a new machine on the link of eth0 (root)
  leasehold probe --server 10.0.0.1 --relay 10.0.5.1                as the relay 10.0.5.1, an address of this machine (root)
  leasehold probe --type discover --option vendor_class_identifier=PXEClient --request-options 66,67
  leasehold probe --type leasequery --server 10.0.0.1 --relay 10.0.5.1 --ciaddr 192.168.5.7 --request-options 51,61,82
  leasehold probe --type release --ciaddr 192.168.5.7 --server-id 192.168.5.1 --mac 52:54:00:12:34:56

Exit status: 0 answered as expected; 1 refused or not answered; 2 wrong command line.`;

export function addProbeCommand(program: Command): void {
  program
    .command("probe")
    .description("ask a DHCPv4 server, as a client or as a relay, and show the exchange")
    .option("--server <address[:port]>", `the server (default: ${QUICKSTART_SERVER}; with --interface: all on the link)`)
    .option("--type <type>", "what to send, see below", "dora")
    .option("--interface <name>", "ask as a client on the link of this interface: broadcast from 0.0.0.0, port 68 (root)")
    .option("--relay <giaddr>", "ask as the relay with this address")
    .option(
      "--mac <address>",
      `chaddr, the client's hardware address (default: of --interface, of the client's own address, else ${DEFAULT_MAC})`,
    )
    .option("--client-id <id>", "option 61: hex pairs, text, or none (default: hardware type and address)")
    .option("--requested-ip <address>", "option 50")
    .option("--server-id <address>", "option 54")
    .option("--request-options <list>", "option 55: codes or names separated by commas, or none")
    .option("--option <name=value>", "any option by name or code: JSON, YAML or text, or hex:...; repeatable", collect, [])
    .option("--ciaddr <address>", "header field: the client's address")
    .option("--yiaddr <address>", "header field: your address")
    .option("--siaddr <address>", "header field: the next server")
    .option("--giaddr <address>", "header field: the relay (--relay sets it too)")
    .option("--htype <number>", "header field: hardware type (default: 1)")
    .option("--hops <number>", "header field: relays passed")
    .option("--xid <number>", "header field: transaction id (default: random)")
    .option("--secs <number>", "header field: seconds since the client began")
    .option("--flags <number>", "header field: all 16 flags")
    .option("--broadcast", "ask for broadcast answers (default with --interface)")
    .option("--no-broadcast", "don't")
    .option("--sname <text>", "header field: server name")
    .option("--file <text>", "header field: boot file")
    .option("--timeout <seconds>", "how long to wait for each answer", "3")
    .option("--count <number>", "do it for so many clients, each with the next hardware address", "1")
    .option("--json", "print JSON, one line for each client")
    .addHelpText("after", HELP)
    .action(async (flags: ProbeFlags) => {
      try {
        process.exitCode = await probe(flags);
      } catch (error) {
        if (error instanceof UsageError) fail(error.message, Exit.usage);
        if (error instanceof TransportError) fail(error.message);
        throw error;
      }
    });
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

/** What one client's messages led to. */
interface Outcome {
  readonly ok: boolean;
  /** The last line. */
  readonly text: string;
}

/** Everything that the messages of one client need. */
interface Session {
  readonly exchanger: Exchanger;
  readonly route: ProbeRoute;
  readonly plan: MessagePlan;
  readonly timeout: number;
  readonly transaction: client.Transaction;
  /** Where exchanges are shown, and kept for the JSON form. */
  readonly print: (text: string) => void;
  readonly exchanges: Exchange[];
}

async function probe(flags: ProbeFlags): Promise<number> {
  const type = flags.type.toLowerCase();
  const timeout = parseNumber("--timeout", flags.timeout, 0.1, 3600, false) * 1000;
  const count = parseNumber("--count", flags.count, 1, 100_000, true);
  const aboutAddress = flags.ciaddr !== undefined || flags.requestedIp !== undefined;
  const answered = !((type === "release" || type === "decline") && aboutAddress);
  const route = await findRoute(flags, type === "inform", answered);
  const mac = flags.mac ?? (route.hardwareAddress === undefined ? DEFAULT_MAC : formatMac(route.hardwareAddress));
  const plan = withRelay(planMessages({ ...flags, mac }, flags.interface !== undefined), route.giaddr);
  const exchanger = await openExchanger(route);
  let failures = 0;
  try {
    for (let i = 0; i < count; i++) {
      const session: Session = {
        exchanger,
        route,
        plan: nextClient(plan, i, flags.clientId === undefined),
        timeout,
        transaction: { xid: plan.xid ?? randomInt(2 ** 32), secs: 0 },
        print: flags.json === true ? () => {} : (text) => void process.stdout.write(text),
        exchanges: [],
      };
      const { ok, text } = await converse(type, session);
      if (!ok) failures++;
      if (flags.json === true) process.stdout.write(`${JSON.stringify({ ok, text, exchanges: session.exchanges.map(exchangeToJson) })}\n`);
      else process.stdout.write(`${styleText(ok ? "bold" : ["bold", "red"], text)}\n`);
    }
  } finally {
    exchanger.close();
  }
  return failures === 0 ? Exit.ok : Exit.failed;
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
  const { address, port } = session.route.destination;
  session.print(describeSent(message, { address, port }));
  const result = await session.exchanger.exchange(identityIn(message), message, timeout);
  session.exchanges.push(result);
  if (result.reply !== undefined) session.print(describeReceived(result.reply, result.milliseconds));
  return result;
}

/**
 * What the answer must carry: the identity in the message, which options of the user's may have
 * changed.
 */
function identityIn(message: Message): client.ClientIdentity | undefined {
  // The answer to a LEASEQUERY is about another client.
  if (messageType(message) === MessageType.LEASEQUERY) return undefined;
  return { htype: message.htype, chaddr: message.chaddr, clientIdentifier: optionValue(message, OptionCode.clientIdentifier) };
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
  if (exchange.reply === undefined) return { ok: false, text: noAnswer(session, exchange) };
  const { message, from } = exchange.reply;
  const type = messageType(message);
  const server = formatIpv4(optionIpv4(message, OptionCode.serverIdentifier) ?? from.address);
  const took = `in ${exchange.milliseconds < 10 ? exchange.milliseconds.toFixed(1) : Math.round(exchange.milliseconds)} ms`;
  if (type === MessageType.NAK && SUCCESS[success] !== undefined) {
    const reason = optionValue(message, client.ClientOption.message);
    const said = reason === undefined ? "" : `: ${JSON.stringify(new TextDecoder().decode(reason))}`;
    return { ok: false, text: `refused by ${server} (NAK)${said}` };
  }
  if (SUCCESS[success] !== undefined && type !== SUCCESS[success]) {
    return {
      ok: false,
      text: `${server} answered with ${typeName(message)} where the answer should be ${success === "offered" ? "OFFER" : "ACK"}`,
    };
  }
  if (success === "informed" || success === "answered") {
    return { ok: true, text: `${server} answered with ${typeName(message)} and ${message.options.length} options ${took}` };
  }
  const seconds = optionU32(message, client.ClientOption.ipAddressLeaseTime);
  const time = seconds === undefined || success === "assigned" ? "" : seconds === 0xffffffff ? " for ever" : ` for ${seconds} s`;
  return { ok: true, text: `${success} ${formatIpv4(message.yiaddr)}${time} ${success === "offered" ? "by" : "from"} ${server} ${took}` };
}

/** What was missing, and what to look at. */
function noAnswer(session: Session, exchange: Exchange): string {
  const { route } = session;
  if (exchange.portClosed) return `nothing listens on ${route.name}: start the server there, or name another one with --server`;
  const waited = `no answer to the ${typeName(exchange.sent)} from ${route.name} within ${session.timeout / 1000} s`;
  const { ignored } = exchange;
  const others = ignored === 0 ? "" : ignored === 1 ? " (1 answer to others was ignored)" : ` (${ignored} answers to others were ignored)`;
  return `${waited}${others}: ${whatToCheck(exchange.sent)}; the server's log at level debug names the reason of its silence`;
}

function whatToCheck(sent: Message): string {
  const type = messageType(sent);
  if (type === MessageType.REQUEST && optionIpv4(sent, OptionCode.serverIdentifier) === undefined) {
    return "a server that does not know this lease stays silent unless it is authoritative for the network";
  }
  if (type === MessageType.REQUEST) return "is the server identifier its own?";
  if (type === MessageType.LEASEQUERY) return "are giaddr and the address that the query was sent from both among those who may ask?";
  if (type === MessageType.INFORM) return `does a server serve this network, and is ${formatIpv4(sent.ciaddr)} an address of this machine?`;
  if (sent.giaddr !== 0) return `has the server a network that holds the relay ${formatIpv4(sent.giaddr)}, and a free address there?`;
  return "does a server serve this link, and has it a free address for this client?";
}
