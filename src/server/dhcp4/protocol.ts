import type { Config } from "../../config/model/config.ts";
import { patchOptions } from "../../engine/common/patch.ts";
import type { FloodGuard } from "../../engine/common/rate-limit.ts";
import { inProbation } from "../../engine/dhcp4/conflict-check.ts";
import { decide, type Received, type ServedInterface } from "../../engine/dhcp4/decide.ts";
import { createDecider } from "../../engine/dhcp4/decider.ts";
import { createFloodGuard } from "../../engine/dhcp4/flood.ts";
import type { Datagram } from "../../io/transport.ts";
import type { LeaseOwner, LeaseWalker } from "../../leases/dhcp4/lease.ts";
import { DHCP4_LEASES } from "../../leases/dhcp4/table.ts";
import { leaseCopy } from "../../leases/view.ts";
import { toHex } from "../../net/bytes.ts";
import type { Ipv4 } from "../../net/ipv4.ts";
import { decode } from "../../wire/dhcp4/decode.ts";
import { encode } from "../../wire/dhcp4/encode.ts";
import { type Message, MessageType } from "../../wire/dhcp4/message.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { optionValue } from "../../wire/dhcp4/options.ts";
import { peekMessageType } from "../../wire/dhcp4/peek.ts";
import type { BulkProtocol } from "../bulk-leasequery.ts";
import { createExhaustedPools } from "../exhausted-pools.ts";
import type { Log } from "../log.ts";
import { createNoticeLog } from "../notice-log.ts";
import { createOtherServers } from "../other-servers.ts";
import type { ServedProtocol, Shedding } from "../protocol.ts";
import { createBulkLeasequery } from "./bulk-leasequery.ts";
import { EXPLAINED } from "./explained.ts";
import { chosen, sender } from "./sightings.ts";
import { KINDS, kindOf, NOTICE_WORDS, wordsOf } from "./words.ts";

export interface Dhcp4Parts {
  readonly config: Config;
  readonly leases: LeaseWalker;
  /** The served interface with this index; undefined: not served. */
  readonly interfaceAt: (index: number) => ServedInterface | undefined;
  /** Every address of this machine as it is now. */
  readonly ownAddresses: () => ReadonlySet<Ipv4>;
  /** The port that the server listens on. */
  readonly port: number;
  readonly log: Log;
  /** Milliseconds, never going back. */
  readonly uptime: () => number;
  /** Two unsigned 32-bit numbers that nobody else knows. */
  readonly secret: readonly [number, number];
  /** An unsigned 32-bit number, each time another. */
  readonly random: () => number;
}

/** DHCPv4, whose configuration may change while it is served. */
export interface Dhcp4 extends ServedProtocol<Config, Message, Ipv4, LeaseOwner> {
  /** What is asked over TCP. */
  readonly bulkLeasequery: BulkProtocol<Message>;
}

/** DHCPv4 (RFC 2131) as the pump knows it. */
export function createDhcp4(parts: Dhcp4Parts): Dhcp4 {
  const { leases, interfaceAt, port: serverPort, random } = parts;
  let decider = createDecider(parts.config);
  let flood = floodGuardOf(parts.config, parts.secret);
  const { log, uptime } = parts;
  const exhausted = createExhaustedPools({ log, uptime, leases, nameOf: () => "address" });
  const { notice: notify, allowances } = createNoticeLog<Ipv4>(log, uptime, NOTICE_WORDS, exhausted);
  const others = createOtherServers({ name: "DHCPv4", log, uptime, interfaceName: (index) => interfaceAt(index)?.name });
  const isOwn = (address: Ipv4): boolean =>
    parts.ownAddresses().has(address) || decider.config.networks.some(({ serverId }) => serverId === address);

  function received(message: Message, { interfaceIndex, source, sourcePort, destination, length }: Datagram<Ipv4>): Received {
    const served = interfaceAt(interfaceIndex) as ServedInterface;
    return { message, interface: served, source, sourcePort, destination, serverPort, length };
  }

  return {
    kinds: KINDS,
    words: wordsOf(() => decider.config.subnetSelection),
    allowances: [...allowances, ...others.allowances],
    exhausted,
    others,
    hear(heard) {
      if (interfaceAt(heard.interfaceIndex) === undefined) return;
      const sighting = sender(heard, isOwn);
      if (sighting !== undefined) others.noticed(sighting);
    },
    serves: (interfaceIndex) => interfaceAt(interfaceIndex) !== undefined,
    read: ({ bytes, length }) => decode(bytes, length),
    kindOf,
    shedding,
    floods: (message, now) => flood?.refuses(message, now) ?? false,
    decide(message, datagram, now, answers, givenClasses, trace) {
      const decision = decide(
        { decider, leases, now, random: random(), answers, givenClasses, ownAddresses: parts.ownAddresses(), notify },
        received(message, datagram),
        trace,
      );
      if (decision.kind !== "reply") {
        const sighting = chosen(message, decision, datagram.interfaceIndex);
        if (sighting !== undefined) others.noticed(sighting);
      }
      return decision;
    },
    hooked: {
      protocol: "dhcp4",
      senderOf,
      interfaceName: (index) => interfaceAt(index)?.name ?? "",
      isGivable: (name) => decider.givableClasses.has(name),
      patch: (message, changes) => ({ ...message, options: patchOptions(message.options, changes) }),
    },
    write: encode,
    explained: {
      ...EXPLAINED,
      explain: (message, datagram, now, trace) =>
        decide({ decider, leases, now, random: random(), ownAddresses: parts.ownAddresses() }, received(message, datagram), trace),
    },
    inProbation: (address, now) => inProbation({ decider, leases, now }, address),
    copyLease: (lease) => leaseCopy(lease, DHCP4_LEASES),
    keyOf: (address) => address,
    bulkLeasequery: createBulkLeasequery({ leases, decider: () => decider }),
    configure(config) {
      decider = createDecider(config);
      flood = floodGuardOf(config, parts.secret);
      exhausted.forget();
    },
  };
}

function floodGuardOf({ floodProtection, chaddrOnly }: Config, secret: Dhcp4Parts["secret"]): FloodGuard<Message> | undefined {
  return floodProtection && createFloodGuard(floodProtection, chaddrOnly, secret);
}

/** A DISCOVER is repeated by its client; a RELEASE or DECLINE never is. */
export function shedding(bytes: Uint8Array, length: number): Shedding {
  const type = peekMessageType(bytes, length);
  if (type === MessageType.DISCOVER) return "first";
  return type === MessageType.RELEASE || type === MessageType.DECLINE ? "never" : "stale";
}

/** By its hardware address, which it sends with whatever client identifier. */
function senderOf(message: Message): string | undefined {
  const identity = message.chaddr.length > 0 ? message.chaddr : optionValue(message, OptionCode.clientIdentifier);
  return identity && toHex(identity);
}
