import type { LeaseChange } from "../../leases/dhcp6/lease.ts";
import { NO_BYTES } from "../../net/bytes.ts";
import { LARGEST_PAYLOAD } from "../../net/destination.ts";
import { MessageType, type Option } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { hasOption } from "../../wire/dhcp6/options.ts";
import { traceName } from "../common/client-name.ts";
import type { SilenceReason } from "../decision.ts";
import { clientFqdnAnswer } from "./client-fqdn.ts";
import type { Reply, SettledDecision } from "./decision.ts";
import { replyDestination } from "./destination.ts";
import type { Exchange, Received, Request } from "./exchange.ts";
import { mirroredRelays } from "./relays.ts";
import { addSettings, type OptionLists } from "./reply-options.ts";
import type { ReplySettings } from "./settings.ts";
import type { Trace } from "./trace.ts";

export const NO_CHANGES: readonly LeaseChange[] = [];

export function silence(trace: Trace | undefined, reason: SilenceReason): SettledDecision {
  trace?.({ rule: "silence", reason });
  return { kind: "silence", reason };
}

/** The types of what a server answers with. */
export type ReplyType =
  | typeof MessageType.ADVERTISE
  | typeof MessageType.REPLY
  | (typeof MessageType)["ADDR-REG-REPLY" | "LEASEQUERY-REPLY"];

/**
 * An answer through the relays that the message came through (RFC 8415 section 19.3). `rests`: it
 * tells of leases.
 */
export function answerWith(
  received: Received,
  type: ReplyType,
  options: readonly Option[],
  changes: readonly LeaseChange[],
  rests: boolean,
): Reply {
  const { message } = received;
  return {
    kind: "reply",
    message: { type, transactionId: message.transactionId, options, relays: mirroredRelays(message.relays) },
    limit: LARGEST_PAYLOAD,
    to: replyDestination(received),
    changes,
    rests,
  };
}

/** What every answer begins with: whom it is for, if the client said that, and whom it is from. */
export function identifiers({ context, duid }: Request): Option[] {
  const server = { code: OptionCode.serverIdentifier, data: context.serverIdentifier };
  return duid === undefined ? [server] : [{ code: OptionCode.clientIdentifier, data: duid }, server];
}

const RECONFIGURE_ACCEPT: Option = { code: OptionCode.reconfigureAccept, data: NO_BYTES };

/**
 * Adds what is configured for the client, the answer to option 39, and whether this server may send
 * Reconfigure, to a client that accepts it (section 18.3.9).
 */
export function addConfiguration(request: Request, settings: ReplySettings, kind: keyof OptionLists, options: Option[]): void {
  traceName(request.trace, request.name);
  addSettings(request, settings, kind, options);
  const fqdn = clientFqdnAnswer(request, settings);
  if (fqdn !== undefined) options.push(fqdn);
  if (kind !== "information" && acceptsReconfigure(request)) options.push(RECONFIGURE_ACCEPT);
}

/** Whether the client accepts Reconfigure (section 21.20). */
export function acceptsReconfigure({ message }: Request): boolean {
  return hasOption(message.options, OptionCode.reconfigureAccept);
}

/** A REPLY that tells of nothing but a status of the whole message, and of some associations. */
export function statusReply(
  exchange: Exchange,
  status: Option,
  associations: readonly Option[],
  changes: readonly LeaseChange[],
  rests: boolean,
): Reply {
  return answerWith(exchange.received, MessageType.REPLY, [...identifiers(exchange), status, ...associations], changes, rests);
}
