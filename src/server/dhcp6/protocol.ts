import type { Dhcp6Config } from "../../config/model/dhcp6.ts";
import { patchOptions } from "../../engine/common/patch.ts";
import type { FloodGuard } from "../../engine/common/rate-limit.ts";
import { changedSettings } from "../../engine/dhcp6/changed-settings.ts";
import { inProbation } from "../../engine/dhcp6/conflict-check.ts";
import { decide } from "../../engine/dhcp6/decide.ts";
import { createDecider } from "../../engine/dhcp6/decider.ts";
import type { Received, ServedInterface } from "../../engine/dhcp6/exchange.ts";
import { createFloodGuard } from "../../engine/dhcp6/flood.ts";
import type { Datagram, Outbox } from "../../io/transport.ts";
import type { LeaseOwner, LeaseWalker, Seconds } from "../../leases/dhcp6/lease.ts";
import { DHCP6_LEASES } from "../../leases/dhcp6/table.ts";
import { leaseCopy } from "../../leases/view.ts";
import { toHex } from "../../net/bytes.ts";
import type { Duid } from "../../net/duid.ts";
import type { Ipv6 } from "../../net/ipv6.ts";
import type { Ipv6Prefix } from "../../net/ipv6-prefix.ts";
import { decode } from "../../wire/dhcp6/decode.ts";
import { encode } from "../../wire/dhcp6/encode.ts";
import { type Message, MessageType } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { optionValue } from "../../wire/dhcp6/options.ts";
import { peekMessageType } from "../../wire/dhcp6/peek.ts";
import { createExhaustedPools } from "../exhausted-pools.ts";
import type { Log } from "../log.ts";
import { createNoticeLog } from "../notice-log.ts";
import { createOtherServers } from "../other-servers.ts";
import type { ServedProtocol, Shedding } from "../protocol.ts";
import { createBulkLeasequery } from "./bulk-leasequery.ts";
import { EXPLAINED } from "./explained.ts";
import { createReconfigures, type Reconfigures } from "./reconfigures.ts";
import { chosen, sender } from "./sightings.ts";
import { KINDS, kindOf, NOTICE_WORDS, WORDS } from "./words.ts";

export interface Dhcp6Parts {
  readonly config: Dhcp6Config;
  readonly leases: LeaseWalker;
  /** The served interface with this index; undefined: not served. */
  readonly interfaceAt: (index: number) => ServedInterface | undefined;
  /** Every address of this machine as it is now. */
  readonly ownAddresses: () => readonly Ipv6[];
  /** The DUID of this server. */
  readonly serverIdentifier: Duid;
  /** The port that the server listens on. */
  readonly port: number;
  readonly createOutbox: (capacity: number) => Outbox<Ipv6>;
  readonly interfaceNamed: (name: string) => ServedInterface | undefined;
  readonly log: Log;
  /** Lease time. */
  readonly clock: () => Seconds;
  /** Milliseconds, never going back. */
  readonly uptime: () => number;
  /** Two unsigned 32-bit numbers that nobody else knows. */
  readonly secret: readonly [number, number];
  /** From 0 to 2^32, with a fraction, each time another that nobody can guess. */
  readonly random: () => number;
}

/**
 * DHCPv6 (RFC 8415, RFC 9915) as the pump knows it: its addresses are those of packets, of 16
 * bytes, and those of leases, of 17.
 */
export function createDhcp6(parts: Dhcp6Parts): ServedProtocol<Dhcp6Config, Message, Ipv6 | Ipv6Prefix, LeaseOwner> {
  const { leases, interfaceAt, port: serverPort, random, serverIdentifier } = parts;
  let decider = createDecider(parts.config);
  let flood = floodGuardOf(parts.config, parts.secret);
  const reconfigures = createReconfigures(parts);
  const { log, uptime } = parts;
  const exhausted = createExhaustedPools({ log, uptime, leases, nameOf });
  const { notice: notify, allowances } = createNoticeLog<Ipv6Prefix>(log, uptime, NOTICE_WORDS, exhausted);
  const others = createOtherServers({ name: "DHCPv6", log, uptime, interfaceName: (index) => interfaceAt(index)?.name });

  function received(message: Message, datagram: Datagram<Ipv6 | Ipv6Prefix>): Received {
    const { interfaceIndex, source, sourcePort, destination, length } = datagram;
    const served = interfaceAt(interfaceIndex) as ServedInterface;
    return { message, interface: served, source, sourcePort, destination, serverPort, length };
  }

  return {
    kinds: KINDS,
    words: WORDS,
    allowances: [...allowances, ...others.allowances],
    exhausted,
    others,
    hear(heard) {
      if (interfaceAt(heard.interfaceIndex) === undefined) return;
      const sighting = sender(heard, serverIdentifier);
      if (sighting !== undefined) others.noticed(sighting);
    },
    serves: (interfaceIndex) => interfaceAt(interfaceIndex) !== undefined,
    read: ({ bytes, length }) => decode(bytes, length),
    kindOf,
    shedding,
    floods: (message, now) => flood?.refuses(message, now) ?? false,
    decide(message, datagram, now, answers, givenClasses, trace) {
      if (reconfigures.waiting > 0) noteAnswer(message, reconfigures);
      const decision = decide(
        { decider, leases, now, random, serverIdentifier, answers, givenClasses, ownAddresses: parts.ownAddresses(), notify },
        received(message, datagram),
        trace,
      );
      if (decision.kind === "silence") {
        const sighting = chosen(message, decision, datagram.interfaceIndex);
        if (sighting !== undefined) others.noticed(sighting);
      }
      return decision;
    },
    hooked: {
      protocol: "dhcp6",
      senderOf,
      interfaceName: (index) => interfaceAt(index)?.name ?? "",
      isGivable: (name) => decider.givableClasses.has(name),
      patch: (message, changes) => ({ ...message, options: patchOptions(message.options, changes) }),
    },
    write: encode,
    explained: {
      ...EXPLAINED,
      explain: (message, datagram, now, trace) =>
        decide({ decider, leases, now, random, serverIdentifier, ownAddresses: parts.ownAddresses() }, received(message, datagram), trace),
    },
    inProbation: (address, now) => inProbation({ decider, leases, now }, address),
    copyLease: (lease) => leaseCopy(lease, DHCP6_LEASES),
    keyOf: WORDS.format,
    bulkLeasequery: createBulkLeasequery({ leases, decider: () => decider, serverIdentifier }),
    configure(config) {
      decider = createDecider(config);
      flood = floodGuardOf(config, parts.secret);
      exhausted.forget();
    },
    reconfigure: {
      ask: (lease) => reconfigures.ask(lease),
      changes: (before, after) => changedSettings(createDecider(before), createDecider(after)),
      send: () => reconfigures.send(),
    },
  };
}

/**
 * What the pools of an association give: those of one kind stand in no association of the other.
 */
function nameOf(pools: readonly object[]): "address" | "prefix" {
  const [first] = pools;
  return first !== undefined && "delegatedLength" in first ? "prefix" : "address";
}

/** What a client that was asked to come back comes with. */
function noteAnswer({ type, options }: Message, reconfigures: Reconfigures): void {
  if (type !== MessageType.RENEW && type !== MessageType.REBIND && type !== MessageType["INFORMATION-REQUEST"]) return;
  const duid = optionValue(options, OptionCode.clientIdentifier);
  if (duid !== undefined) reconfigures.answered(duid);
}

function floodGuardOf({ floodProtection }: Dhcp6Config, secret: Dhcp6Parts["secret"]): FloodGuard<Message> | undefined {
  return floodProtection && createFloodGuard(floodProtection, secret);
}

/** Every message is repeated by its client until it is answered (RFC 8415 section 15). */
export function shedding(bytes: Uint8Array, length: number): Shedding {
  return peekMessageType(bytes, length) === MessageType.SOLICIT ? "first" : "stale";
}

function senderOf({ options }: Message): string | undefined {
  const duid = optionValue(options, OptionCode.clientIdentifier);
  return duid && toHex(duid);
}
