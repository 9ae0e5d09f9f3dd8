import { formatAddress, formatEndpoint } from "../../net/address.ts";
import { addressOfReverseName, isWithin } from "../../wire/dns/name.ts";
import { encodeQuery } from "../../wire/dns/query.ts";
import { Rcode, RecordType } from "../../wire/dns/type-code.ts";
import type { NameReader } from "../claim.ts";
import type { Asking } from "./asking.ts";
import type { Direction } from "./direction.ts";
import { addFound, compareName, comparePointer, type Difference, type Found, matters, nothingFound } from "./found.ts";
import { doubtForward, doubtReverse, type Published } from "./published.ts";
import { judgeOutcome } from "./result.ts";
import type { Lane, Route } from "./routes.ts";
import type { Settling } from "./settle.ts";
import { inSlices, pause } from "./slices.ts";
import { transferZone } from "./transfer.ts";

/*
 * Compares what stands in the DNS with the names that clients have, and, if that is wanted, has put
 * right what differs. What is about to be told to a server anyway is left out.
 */

/** What a comparison of one zone found. */
export interface ZoneReport {
  readonly kind: "forward" | "reverse";
  /** As the configuration has it; `*`: whatever zones the server says. */
  readonly zone: string;
  /** Which server was asked; undefined: none of them could be. */
  readonly server: string | undefined;
  /** The whole zone was fetched, or each name asked for: then nothing is known of others. */
  readonly how: "axfr" | "queries" | undefined;
  /** Why the zone could not be fetched, or asked for. */
  readonly problem: string | undefined;
  /** Names, or addresses, that are as they should be. */
  readonly right: number;
  /** That are not there. */
  readonly missing: number;
  /** That are this server's and have other records than they should. */
  readonly wrong: number;
  /** That bear the mark of a DHCP server (a DHCID) and belong to nobody who has a lease. */
  readonly orphaned: number;
  /** That somebody else has the place of: they stay as they are. */
  readonly foreign: number;
  /** That are being put right. */
  readonly repaired: number;
  /** Some of those that are not right, with what is the matter. */
  readonly examples: readonly string[];
}

export interface SyncReport {
  readonly zones: readonly ZoneReport[];
}

export interface SyncParts {
  readonly names: NameReader;
  readonly published: Published;
  readonly asking: Asking;
  readonly settling: Settling;
  readonly forward: Direction;
  readonly reverse: Direction;
  /** Whether an address is one that this server gives out. */
  isServed(address: Uint8Array): boolean;
  /** Seconds since 1970. */
  now(): number;
  readonly signal: AbortSignal;
}

export interface SyncOptions {
  readonly repair: boolean;
  /** Whether something was settled since the comparison began: what was seen of it is old. */
  isNews(key: string): boolean;
}

const MOST_EXAMPLES = 20;
/** Names that are asked for at the same time. */
const AT_ONCE = 16;

type Counts = { -readonly [K in "right" | "missing" | "wrong" | "orphaned" | "foreign" | "repaired"]: number };

/** Compares the zones of all entries, one after the other. Rejects where what is published can't be read. */
export async function compareZones(parts: SyncParts, options: SyncOptions): Promise<SyncReport> {
  const zones: ZoneReport[] = [];
  for (const kind of ["forward", "reverse"] as const) {
    for (const route of parts[kind].table.routes) {
      if (!route.isRetired && !parts.signal.aborted) zones.push(await compareZone(parts, options, kind, route));
    }
  }
  return { zones };
}

async function compareZone(parts: SyncParts, options: SyncOptions, kind: "forward" | "reverse", route: Route): Promise<ZoneReport> {
  const { signal, now } = parts;
  const counts: Counts = { right: 0, missing: 0, wrong: 0, orphaned: 0, foreign: 0, repaired: 0 };
  const examples: string[] = [];
  const judge = createJudge(parts, options, kind, route, (what, key) => {
    counts[what]++;
    if (what !== "right" && what !== "repaired" && examples.length < MOST_EXAMPLES) examples.push(`${key}: ${what}`);
  });
  const report = (server: string | undefined, how: ZoneReport["how"], problem: string | undefined): ZoneReport => ({
    kind,
    zone: route.zone ?? "*",
    server,
    how,
    problem,
    ...counts,
    examples,
  });
  let problem: string | undefined;
  for (const { server } of route.zone === undefined ? [] : route.lanes) {
    const zone = route.zone as string;
    const found = new Map<string, Found>();
    const wrong = await transferZone({
      server,
      zone,
      now,
      signal,
      record(one) {
        if (!matters(one.type) || !isWithin(one.name, zone)) return;
        const known = found.get(one.name) ?? nothingFound();
        if (known.addresses.length + known.pointers.length + known.dhcids.length === 0) found.set(one.name, known);
        addFound(known, one);
      },
    });
    if (wrong === undefined) {
      await judge.all(found);
      return report(formatEndpoint(server), "axfr", undefined);
    }
    problem = `${formatEndpoint(server)} gives no transfer of the zone: ${wrong}`;
  }
  for (const lane of route.lanes) {
    const failure = await judge.each((dnsName) => queried(parts.asking, lane, kind, dnsName));
    if (failure === undefined) return report(formatEndpoint(lane.server), "queries", problem);
    problem = `${formatEndpoint(lane.server)}: ${failure}`;
  }
  return report(undefined, undefined, problem);
}

/** What a server has of a name; text: what was wrong. */
async function queried(asking: Asking, lane: Lane, kind: "forward" | "reverse", name: string): Promise<Found | string> {
  const found = nothingFound();
  const types = kind === "forward" ? [RecordType.DHCID, RecordType.A, RecordType.AAAA] : [RecordType.PTR, RecordType.DHCID];
  for (const type of types) {
    const outcome = await asking.ask(lane, (id) => encodeQuery({ id, name, type }));
    const judged = judgeOutcome(outcome, 0);
    if (typeof judged === "object") return judged.text;
    if (outcome.kind !== "answered") continue;
    // There is no such name.
    if (outcome.message.header.rcode === Rcode.NXDOMAIN) return nothingFound();
    for (const one of outcome.message.answers) if (one.name === name && one.type === type) addFound(found, one);
  }
  return found;
}

interface Judge {
  /** Of a whole zone, which is used up. */
  all(found: Map<string, Found>): Promise<void>;
  /** Of one name after the other; text: what was wrong. */
  each(ask: (dnsName: string) => Promise<Found | string>): Promise<string | undefined>;
}

function createJudge(
  { names, published, settling, forward, reverse, isServed, signal }: SyncParts,
  { repair, isNews }: SyncOptions,
  kind: "forward" | "reverse",
  route: Route,
  count: (what: keyof Counts, key: string) => void,
): Judge {
  const direction = kind === "forward" ? forward : reverse;
  const goesOn = (): boolean => !signal.aborted;
  const isUnderWay = (key: string): boolean => direction.isPending(key) || isNews(key);

  /** Undefined: nothing is wanted, so there is nothing to be compared. */
  function differenceOf(key: string, found: Found): Difference | "right" | undefined {
    if (kind === "forward") {
      const { wanted, rows } = settling.nameState(key, false);
      return wanted === undefined ? undefined : (compareName(wanted, rows, found) ?? "right");
    }
    const { wanted, rows } = settling.addressState(key, false);
    return wanted === undefined ? undefined : (comparePointer(wanted, rows, found) ?? "right");
  }

  /** What is published is not to be relied on any more. */
  function repairOne(key: string): void {
    if (kind === "forward") doubtForward(published, key);
    else doubtReverse(published, key);
    direction.add(key);
    count("repaired", key);
  }

  function compare(key: string, found: Found): void {
    if (isUnderWay(key)) return;
    const difference = differenceOf(key, found);
    if (difference === undefined) return;
    count(difference, key);
    if (repair && (difference === "missing" || difference === "wrong")) repairOne(key);
  }

  /** Undefined: it is not of this server, or somebody has it. */
  function orphanOf(dnsName: string, { addresses, pointers, dhcids }: Found): { readonly key: string; adopt(): void } | undefined {
    const [dhcid] = dhcids;
    if (dhcid === undefined || dhcids.length > 1) return undefined;
    if (kind === "forward") {
      const isOurs = (address: Uint8Array): boolean => isServed(address) && names.byAddress(formatAddress(address))?.name !== dnsName;
      if (addresses.length === 0 || !addresses.every(isOurs)) return undefined;
      const rows = addresses.map((address) => ({ address, dhcid, confirmed: false }));
      return { key: dnsName, adopt: () => published.setForward(dnsName, rows) };
    }
    const address = addressOfReverseName(dnsName);
    if (address === undefined || pointers.length === 0 || !isServed(address)) return undefined;
    const key = formatAddress(address);
    if (names.byAddress(key) !== undefined) return undefined;
    const rows = pointers.map((name) => ({ name, address, dhcid, confirmed: false }));
    return { key, adopt: () => published.setReverse(key, rows) };
  }

  function lookAtRest(dnsName: string, found: Found): void {
    const orphan = orphanOf(dnsName, found);
    if (orphan === undefined || isUnderWay(orphan.key)) return;
    count("orphaned", orphan.key);
    if (!repair) return;
    // Removed like what this server knows to have put there.
    orphan.adopt();
    direction.add(orphan.key);
    count("repaired", orphan.key);
  }

  /** Names, or addresses, that somebody has. */
  function* keys(): Iterable<string> {
    for (const name of names.names()) {
      if (kind === "forward") yield name;
      else for (const { addressText } of names.byName(name)) yield addressText;
    }
  }
  function* keysOfRoute(): Iterable<string> {
    for (const key of keys()) if (direction.routeOf(key) === route) yield key;
  }

  return {
    async all(found) {
      await inSlices(
        keysOfRoute(),
        (key) => {
          const dnsName = direction.dnsNameOf(key);
          compare(key, found.get(dnsName) ?? nothingFound());
          found.delete(dnsName);
        },
        goesOn,
      );
      await inSlices(found, ([dnsName, one]) => lookAtRest(dnsName, one), goesOn);
    },
    async each(ask) {
      const waiting = keysOfRoute()[Symbol.iterator]();
      let problem: string | undefined;
      const work = async (): Promise<void> => {
        for (let next = waiting.next(); next.done !== true && problem === undefined && goesOn(); next = waiting.next()) {
          const found = await ask(direction.dnsNameOf(next.value));
          if (typeof found === "string") problem = found;
          else compare(next.value, found);
          await pause();
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      return problem;
    },
  };
}
