import type { DdnsServer, DnsEndpoint } from "../../config/model/names.ts";
import { isWithin } from "../../wire/dns/name.ts";
import type { Exchange } from "./exchange.ts";
import type { Health } from "./health.ts";
import type { Retries } from "./retries.ts";
import type { Zones } from "./zones.ts";

/*
 * Which servers a name's updates go to, and in what order they are tried.
 */

/** A server as a program that answers, or does not, whatever is asked of it. */
export interface Endpoint {
  readonly at: DnsEndpoint;
  readonly exchange: Exchange;
  readonly health: Health;
  /** Pieces of work that are under way there. */
  load: number;
}

/** An entry of the configuration: a server, for a zone, with a key. */
export interface Lane {
  readonly server: DdnsServer;
  readonly endpoint: Endpoint;
  /** Of the key there: apart from it the server may be well. */
  readonly health: Health;
  /** Which zones it has. */
  readonly zones: Zones;
  /** What was wrong the last time; undefined: it worked. */
  problem: string | undefined;
}

/** Where all names of a zone go to, and those that wait to. */
export interface Route {
  /** Undefined: of whatever zone the server says that the name is in. */
  readonly zone: string | undefined;
  /** In the order in which they are tried. */
  readonly lanes: readonly Lane[];
  /** The configuration has it no more: what is there is only removed. */
  readonly isRetired: boolean;
  readonly ready: Set<string>;
  readonly retries: Retries;
  /** How many in a row were refused. */
  refusals: number;
  /** When those that wait were tried all at once for the last time. */
  releasedAt: number;
}

/** A place on a lane: its message is to find out whether the server works again, or not. */
export interface Slot {
  readonly lane: Lane;
  readonly isProbe: boolean;
}

/** Pieces of work that are under way with one server at a time. */
export const WINDOW = 32;

/** Whether a lane may be asked now. */
export function mayAsk({ endpoint, health }: Lane): "yes" | "probe" | "no" {
  const both = [endpoint.health.mayAsk(), health.mayAsk()];
  if (both.includes("no")) return "no";
  return both.includes("probe") ? "probe" : "yes";
}

/** Takes a place on the first lane that may be asked; undefined: none, or it has enough to do. */
export function takeSlot({ lanes }: Pick<Route, "lanes">): Slot | undefined {
  for (const lane of lanes) {
    const may = mayAsk(lane);
    if (may === "no") continue;
    if (lane.endpoint.load >= WINDOW) return undefined;
    lane.endpoint.load++;
    if (may === "probe") probe(lane);
    return { lane, isProbe: may === "probe" };
  }
  return undefined;
}

/** Gives it back. */
export function leaveSlot({ lane, isProbe }: Slot): void {
  lane.endpoint.load--;
  if (!isProbe) return;
  lane.endpoint.health.undecided();
  lane.health.undecided();
}

/** From now on one message finds out for all. */
export function probe({ endpoint, health }: Lane): void {
  if (endpoint.health.isDown()) endpoint.health.probing();
  if (health.isDown()) health.probing();
}

/** When a lane of it may be asked again; undefined: one may be now, or a message is finding out. */
export function retryAt({ lanes }: Pick<Route, "lanes">): number | undefined {
  let next: number | undefined;
  for (const { endpoint, health } of lanes) {
    const times = [endpoint.health.retryAt(), health.retryAt()].filter((time) => time !== undefined);
    if (times.length > 0) next = Math.min(next ?? Number.POSITIVE_INFINITY, Math.max(...times));
  }
  return next;
}

/** Entries by their zones, each zone's in their order. */
export function byZone(entries: readonly DdnsServer[]): ReadonlyMap<string | undefined, readonly DdnsServer[]> {
  const zones = new Map<string | undefined, DdnsServer[]>();
  for (const entry of entries) {
    const known = zones.get(entry.zone);
    if (known === undefined) zones.set(entry.zone, [entry]);
    else known.push(entry);
  }
  return zones;
}

/** Of what there is for zones, what there is for the longest one that holds the name. */
export function choose<T>(name: string, zones: ReadonlyMap<string | undefined, T>): T | undefined {
  for (let at = 0; ; ) {
    const zone = name.slice(at);
    const found = zones.get(zone);
    if (found !== undefined && isWithin(name, zone)) return found;
    const dot = name.indexOf(".", at);
    if (dot < 0) return zones.get("") ?? zones.get(undefined);
    at = dot + 1;
  }
}
