import type { Logger } from "pino";
import { type Decision, SILENCE_REASONS } from "../engine/decision.ts";
import type { Datagram } from "../io/transport.ts";
import type { Lease } from "../leases/lease.ts";
import { toHex } from "../net/bytes.ts";
import { formatIpv4, type Ipv4 } from "../net/ipv4.ts";
import { formatMac } from "../net/mac.ts";
import type { StoreError } from "../store/store.ts";
import type { Problem } from "../wire/dhcp4/decode.ts";
import { type Message, MessageType } from "../wire/dhcp4/message.ts";
import { messageType, optionValue } from "../wire/dhcp4/options.ts";

/** Tells the operator what happens to packets. Says nothing, and formats nothing, below the configured level. */
export interface EventLog {
  decided(request: Message, decision: Decision): void;
  /** Somebody answered a probe; `hardwareAddress` is whose, where known. `probation` is its length in seconds; undefined: the address was not put on it. */
  conflict(address: Ipv4, hardwareAddress: Uint8Array | undefined, probation: number | undefined): void;
  undecodable(datagram: Datagram, problem: Problem): void;
  internalError(error: unknown, datagram: Datagram): void;
  storeFailed(error: StoreError): void;
  storeRecovered(): void;
}

const TYPE_NAMES = new Map<number, string>(Object.entries(MessageType).map(([name, type]) => [type, name]));
const CLIENT_IDENTIFIER = 61;

export function createEventLog(log: Logger): EventLog {
  const info = log.isLevelEnabled("info");
  const debug = log.isLevelEnabled("debug");

  /** Something is wrong in the network, and the operator should know (RFC 2131 section 4.3.3). */
  function warnOfDecline(request: Message, { address, start, expiry }: Lease): void {
    const text = formatIpv4(address);
    log.warn(
      { ...who(request), address: text },
      `${text} is in use, says its client (DHCPDECLINE): it is not given out for ${expiry - start} s`,
    );
  }

  return {
    decided(request, decision) {
      if (!info) return;
      if (decision.kind === "silence") {
        if (debug)
          log.debug({ ...who(request), reason: decision.reason }, `${nameOf(request)} not answered: ${SILENCE_REASONS[decision.reason]}`);
        return;
      }
      if (decision.kind === "update") {
        const declined = messageType(request) === MessageType.DECLINE ? decision.changes[0] : undefined;
        if (declined?.kind === "put") warnOfDecline(request, declined.lease);
        else log.info(who(request), `${nameOf(request)} noted`);
        return;
      }
      if (decision.kind === "probe") {
        if (debug)
          log.debug({ ...who(request), address: formatIpv4(decision.address) }, `${nameOf(request)} waits: is the address in use?`);
        return;
      }
      const reply = decision.message;
      const type = messageType(reply);
      // An OFFER is only a promise, and a client that renews is no news.
      const level = type === MessageType.OFFER || request.ciaddr !== 0 ? "debug" : "info";
      if (level === "debug" && !debug) return;
      const facts = { ...who(request), address: formatIpv4(reply.yiaddr), to: `${formatIpv4(decision.to.address)}:${decision.to.port}` };
      log[level](facts, `${nameOf(request)} answered with ${nameOf(reply)}${reply.yiaddr === 0 ? "" : ` of ${facts.address}`}`);
    },
    conflict(address, hardwareAddress, probation) {
      const facts = { address: formatIpv4(address), ...(hardwareAddress === undefined ? {} : { usedBy: formatMac(hardwareAddress) }) };
      const by = facts.usedBy === undefined ? "" : ` by ${facts.usedBy}`;
      const so = probation === undefined ? "it is no longer on offer" : `it is not given out for ${probation} s`;
      log.warn(facts, `${facts.address} is in use${by}, though nobody has a lease of it: ${so}`);
    },
    undecodable(datagram, problem) {
      if (!debug) return;
      log.debug({ from: `${formatIpv4(datagram.source)}:${datagram.sourcePort}`, ...problem }, "not a DHCP message");
    },
    internalError(error, datagram) {
      const packet = toHex(datagram.bytes.subarray(0, datagram.length));
      log.error({ err: error, packet }, "a defect of this program: the packet was dropped; please report it with this entry");
    },
    storeFailed(error) {
      log.error({ code: error.code }, `no lease can be given until this is mended: ${error.message}`);
    },
    storeRecovered() {
      log.info("leases are durable again: requests are answered");
    },
  };
}

function nameOf(message: Message): string {
  return TYPE_NAMES.get(messageType(message) ?? 0) ?? "BOOTP message";
}

function who(request: Message): Record<string, string> {
  const identifier = optionValue(request, CLIENT_IDENTIFIER);
  return {
    chaddr: formatMac(request.chaddr),
    ...(identifier === undefined ? {} : { clientIdentifier: toHex(identifier) }),
    ...(request.giaddr === 0 ? {} : { relay: formatIpv4(request.giaddr) }),
  };
}
