import type { RemoteInfo } from "node:dgram";
import type { DnsEndpoint, DnsSpec } from "../../config/model/names.ts";
import { formatAddress, formatEndpoint, parseAddress } from "../../net/address.ts";
import { equalBytes } from "../../net/bytes.ts";
import { reverseName } from "../../wire/dns/name.ts";
import { Rcode } from "../../wire/dns/type-code.ts";
import type { NameChanges, NameReader } from "../claim.ts";

import { createTrouble, messageOf, type Tell } from "../tell.ts";
import { type Answered, answer, answerByTcpOnly } from "./answer.ts";
import type { Authority } from "./authority.ts";
import { type Branches, createBranches } from "./branches.ts";
import { countAnswer, createCounters, type ResponderCounters } from "./counters.ts";
import { createListening } from "./listening.ts";
import { createSecondary, type Secondary, type SecondaryStatus } from "./notify.ts";
import { type Interfaces, reachableAt } from "./places.ts";
import { createRateLimit, type RateLimitParts } from "./rate-limit.ts";
import { soaRecord } from "./records.ts";
import { nextSerial } from "./serial.ts";
import { createTcpService } from "./tcp.ts";
import { createTransfers } from "./transfer.ts";
import { createZones, type Zone, type Zones } from "./zones.ts";

/** How much each network is answered by UDP, and how many of them are remembered. */
const LIMIT: RateLimitParts = { rate: 1000, burst: 2000, networks: 10_000 };

/**
 * A zone gets another serial number once in so many milliseconds at most. Numbers that ran ahead of
 * the clock could not be found again where the last one is lost, and a secondary takes no lower one.
 */
const RENEW_EVERY = 1000;

/** What of `dns` this is about. */
export type ResponderSpec = Pick<DnsSpec, "listen" | "zones" | "ttl" | "secondaries">;

/** The serial numbers of zones, which have to outlive a restart: a secondary takes no lower one. */
export interface Serials {
  get(zone: string): number | undefined;
  set(zone: string, serial: number): void;
}

export interface ResponderParts {
  readonly spec: ResponderSpec;
  readonly names: NameReader;
  readonly serials: Serials;
  readonly log: Tell;
  /** Seconds since 1970. */
  readonly now: () => number;
  /** For tests. */
  readonly limit?: RateLimitParts;
  readonly interfaces?: () => Interfaces;
  readonly lookEvery?: number;
  readonly idle?: number;
  readonly waits?: readonly number[];
  readonly renewEvery?: number;
}

export interface ResponderStatus {
  /** Where questions are answered, such as 192.168.5.1:53. */
  readonly listening: readonly string[];
  /** Why they aren't elsewhere. */
  readonly problems: readonly string[];
  readonly zones: readonly { readonly name: string; readonly serial: number }[];
  readonly secondaries: readonly SecondaryStatus[];
  readonly connections: number;
  readonly counters: ResponderCounters;
}

/** A DNS server with authority for the names of leases, and for nothing else. */
export interface Responder {
  /** Settles when it has been tried to listen at each place. */
  configure(spec: ResponderSpec): Promise<void>;
  /**
   * To be told in the same turn in which `names` changes: zones that it changes in get another serial
   * number, at once or in a second.
   */
  changed(changes: NameChanges): void;
  status(): ResponderStatus;
  /** Settles when nothing is listened at any more. */
  close(): Promise<void>;
}

/** Begins to answer. `ready` settles as `configure` does. */
export function createResponder(parts: ResponderParts): Responder & { readonly ready: Promise<void> } {
  const { names, serials, log, now, renewEvery = RENEW_EVERY } = parts;
  const counters = createCounters();
  const limit = createRateLimit(parts.limit ?? LIMIT);
  const defect = createTrouble(
    log,
    "dns: a defect of this program left a question without an answer; please report it with this entry",
    "",
  );
  const transfers = createTransfers(() => {
    counters.transfers++;
  });
  const secondaries = new Map<string, Secondary>();
  let secondaryAddresses: ReadonlySet<string> = new Set();
  /** When each zone got its serial number, in milliseconds, and those that are to get another. */
  const renewed = new Map<string, number>();
  const renewals = new Map<string, NodeJS.Timeout>();
  let closed = false;
  let authority = authorityOf({ ...parts.spec, zones: [] }, createZones([]), []);

  const tcp = createTcpService({
    onMessage: onTcpMessage,
    isSecondary: (peer) => secondaryAddresses.has(peer),
    onRefused: () => {
      counters.refusedConnections++;
    },
    ...(parts.idle !== undefined && { idle: parts.idle }),
  });
  const listening = createListening({
    udp: {
      onDatagram,
      onUnsent: () => {
        counters.unsent++;
      },
    },
    tcp,
    tell: log,
    onPlaces,
    ...(parts.interfaces && { interfaces: parts.interfaces }),
    ...(parts.lookEvery !== undefined && { lookEvery: parts.lookEvery }),
  });

  function authorityOf(spec: Pick<ResponderSpec, "ttl" | "zones">, zones: Zones, addresses: readonly Uint8Array[]): Owned {
    const branches = createBranches(zones, names);
    return { zones, names, branches, ttl: spec.ttl, addresses, serialOf: ({ name }) => serials.get(name) ?? 0 };
  }

  /** A defect costs the one question that met it. */
  function tellDefect(error: unknown): void {
    counters.defects++;
    defect.happened(error instanceof Error ? (error.stack ?? error.message) : messageOf(error));
  }

  function decide(bytes: Uint8Array, peer: string, over: "udp" | "tcp"): Answered {
    const answered = answer(bytes, authority, { over, mayTransfer: secondaryAddresses.has(peer), now: now() });
    count(answered);
    return answered;
  }

  function count(answered: Answered): void {
    if (answered.kind === "answer") {
      countAnswer(counters, answered.type, answered.rcode);
      if (answered.truncated) counters.truncated++;
      if (answered.rcode === Rcode.FORMERR && answered.type === undefined) counters.malformed++;
    } else if (answered.kind === "transfer") {
      countAnswer(counters, answered.packet.question?.type, Rcode.NOERROR);
    } else if (answered.reason === "malformed") {
      counters.malformed++;
    } else {
      counters.responses++;
    }
  }

  function onDatagram(bytes: Uint8Array, from: RemoteInfo): Uint8Array | undefined {
    try {
      return answerDatagram(bytes, from.address);
    } catch (error) {
      tellDefect(error);
      return undefined;
    }
  }

  function answerDatagram(bytes: Uint8Array, address: string): Uint8Array | undefined {
    const verdict = limit.judge(address, performance.now());
    if (verdict === "answer") {
      const answered = decide(bytes, address.replace(/%.*/, ""), "udp");
      return answered.kind === "answer" ? answered.bytes : undefined;
    }
    const short = verdict === "truncate" ? answerByTcpOnly(bytes) : undefined;
    if (short === undefined) counters.limited++;
    else counters.slipped++;
    return short;
  }

  async function* onTcpMessage(bytes: Uint8Array, peer: string): AsyncGenerator<Uint8Array, boolean, undefined> {
    try {
      const answered = decide(bytes, peer, "tcp");
      if (answered.kind === "silence") return false;
      const of = authority;
      if (answered.kind === "transfer") return yield* transfers.messages(of, answered.zone, answered.packet, () => of === authority);
      yield answered.bytes;
      return true;
    } catch (error) {
      tellDefect(error);
      return false;
    }
  }

  /** The zone is another one now: that is to be seen by its serial number, if only in a while. */
  function renew(zone: Zone): void {
    const { name } = zone;
    const wait = (renewed.get(name) ?? Number.NEGATIVE_INFINITY) + renewEvery - performance.now();
    if (wait <= 0) renewNow(zone);
    else if (!renewals.has(name))
      renewals.set(
        name,
        setTimeout(() => renewLater(name), wait),
      );
  }

  function renewLater(name: string): void {
    renewals.delete(name);
    const zone = authority.zones.of(name);
    if (zone?.name === name) renewNow(zone);
  }

  /** Secondaries are told. */
  function renewNow(zone: Zone): void {
    clearTimeout(renewals.get(zone.name));
    renewals.delete(zone.name);
    renewed.set(zone.name, performance.now());
    serials.set(zone.name, nextSerial(serials.get(zone.name), now()));
    for (const secondary of secondaries.values()) secondary.notify(zone.name);
  }

  /** The addresses of this server are part of its zones. */
  function onPlaces(places: readonly DnsEndpoint[]): void {
    const addresses = reachableAt(places);
    const before = authority.addresses;
    if (addresses.length === before.length && addresses.every((address, i) => equalBytes(address, before[i] as Uint8Array))) return;
    authority = { ...authority, addresses };
    for (const zone of authority.zones.all) renewNow(zone);
  }

  function configureZones(spec: ResponderSpec): void {
    const before = authority;
    const next = createZones(spec.zones);
    // A zone that comes or goes changes the one around it.
    const isOther = JSON.stringify(next.all) !== JSON.stringify(before.zones.all);
    if (isOther) {
      before.branches.stop();
      authority = authorityOf(spec, next, before.addresses);
      const kept = new Set(next.all.map(({ name }) => name));
      for (const secondary of secondaries.values()) secondary.keepOnly(kept);
    } else authority = { ...before, ttl: spec.ttl };
    if (isOther || spec.ttl !== before.ttl) for (const zone of authority.zones.all) renewNow(zone);
  }

  function configureSecondaries(spec: ResponderSpec): void {
    secondaryAddresses = new Set(spec.secondaries.map(({ address }) => canonical(address)));
    const wanted = new Map(spec.secondaries.map((at) => [formatEndpoint(at), at]));
    for (const [key, secondary] of secondaries) {
      if (wanted.has(key)) continue;
      secondary.close();
      secondaries.delete(key);
    }
    for (const [key, at] of wanted) {
      if (secondaries.has(key)) continue;
      const secondary = createSecondary({ at, own: listening.open, soaOf, tell: log, ...(parts.waits && { waits: parts.waits }) });
      secondaries.set(key, secondary);
      for (const zone of authority.zones.all) secondary.notify(zone.name);
    }
  }

  function soaOf(name: string): ReturnType<typeof soaRecord> | undefined {
    const zone = authority.zones.all.find((one) => one.name === name);
    return zone && soaRecord(authority, zone);
  }

  async function configure(spec: ResponderSpec): Promise<void> {
    configureZones(spec);
    await listening.configure(spec.listen);
    if (closed) return;
    // A secondary that is told asks at once.
    configureSecondaries(spec);
  }

  return {
    ready: configure(parts.spec),
    configure,
    changed(changes) {
      authority.branches.changed(changes);
      transfers.changed(changes);
      for (const zone of zonesIn(changes, authority.zones)) renew(zone);
    },
    status: () => ({
      listening: listening.open().map(formatEndpoint),
      problems: listening.problems(),
      zones: authority.zones.all.map((zone) => ({ name: zone.name, serial: authority.serialOf(zone) })),
      secondaries: [...secondaries.values()].map((secondary) => secondary.status()),
      connections: tcp.connections,
      counters: structuredClone(counters),
    }),
    async close() {
      closed = true;
      authority.branches.stop();
      for (const timer of renewals.values()) clearTimeout(timer);
      for (const secondary of secondaries.values()) secondary.close();
      tcp.close();
      await listening.close();
    },
  };
}

/** An authority whose branches are its own. */
interface Owned extends Authority {
  readonly branches: Branches;
}

/** Zones that names or addresses are in. */
function zonesIn({ names, addresses }: NameChanges, zones: Zones): ReadonlySet<Zone> {
  const found = new Set<Zone>();
  for (const name of names) {
    const zone = zones.of(name);
    if (zone !== undefined && !zone.isReverse) found.add(zone);
  }
  for (const text of addresses) {
    const address = parseAddress(text);
    const zone = address && zones.of(reverseName(address));
    if (zone !== undefined) found.add(zone);
  }
  return found;
}

function canonical(address: string): string {
  const bytes = parseAddress(address);
  return bytes === undefined ? address : formatAddress(bytes);
}
