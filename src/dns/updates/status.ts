import { formatEndpoint } from "../../net/address.ts";
import type { NameReader } from "../claim.ts";
import type { Direction, Waiting } from "./direction.ts";
import type { UpdateResult } from "./result.ts";
import type { Lane } from "./routes.ts";

/*
 * What the updater shows of itself.
 */

/** A name, or an address, about which a DNS server is still to be told. */
export interface PendingUpdate {
  readonly kind: "forward" | "reverse";
  /** The name, if there is one: of an address that has none any more, the PTR record is removed. */
  readonly name?: string;
  readonly addresses: readonly string[];
  /**
   * `sending`; `queued`: its turn comes, or that of its server; `waiting`: it failed, and is tried
   * again; `conflict`: somebody else has its place in the DNS, and it is looked again in an hour.
   */
  readonly state: Waiting["state"];
  /** Which servers it is for, in the order in which they are tried. */
  readonly servers: readonly string[];
  /** Seconds until it is tried again. */
  readonly retryIn?: number;
  readonly problem?: string;
}

/** A DNS server, as one entry of the configuration has it. */
export interface ServerState {
  readonly kind: "forward" | "reverse";
  /** Undefined: any zone that it says itself. */
  readonly zone: string | undefined;
  readonly server: string;
  readonly isUp: boolean;
  /** What was wrong the last time; undefined: it worked, or was not asked yet. */
  readonly problem: string | undefined;
  /** Seconds until it is asked again. */
  readonly retryIn: number | undefined;
  /** Names or addresses that wait for it, or for another one of its zone. */
  readonly pending: number;
}

/** How the updater stands. */
export interface UpdaterStatus {
  /** Names and addresses that wait or are being told. */
  readonly pending: number;
  readonly sending: number;
  /** Names, and addresses, of which somebody else has the place in the DNS. */
  readonly conflicts: number;
  /** How pieces of work ended, each time that they were tried, since the start. */
  readonly results: Readonly<Record<UpdateResult, number>>;
  /** What there was no room for; it is found again when there is. */
  readonly dropped: number;
  readonly servers: readonly ServerState[];
}

/** So many of those that wait. */
export function pendingOf(forward: Direction, reverse: Direction, names: NameReader, limit: number): readonly PendingUpdate[] {
  const found: PendingUpdate[] = [];
  for (const [kind, direction] of [["forward", forward] as const, ["reverse", reverse] as const]) {
    for (const { key, state, route, wait, problem } of direction.list()) {
      if (found.length >= limit) return found;
      const name = kind === "forward" ? key : names.byAddress(key)?.name;
      const addresses = kind === "reverse" ? [key] : names.byName(key).map(({ addressText }) => addressText);
      const said = problem ?? (state === "queued" ? route?.lanes.find((lane) => lane.problem !== undefined)?.problem : undefined);
      found.push({
        kind,
        ...(name === undefined ? {} : { name }),
        addresses,
        state,
        servers: route?.lanes.map(({ server }) => formatEndpoint(server)) ?? [],
        ...(wait === undefined ? {} : { retryIn: Math.ceil(wait / 1000) }),
        ...(said === undefined ? {} : { problem: said }),
      });
    }
  }
  return found;
}

/** `now`: milliseconds that never go back. */
export function serverStates(forward: Direction, reverse: Direction, now: () => number): readonly ServerState[] {
  const states: ServerState[] = [];
  for (const [kind, direction] of [["forward", forward] as const, ["reverse", reverse] as const]) {
    for (const { zone, lanes, ready, retries, isRetired } of direction.table.routes) {
      const pending = ready.size + retries.size;
      if (isRetired && pending === 0) continue;
      for (const lane of lanes) {
        const isUp = !lane.endpoint.health.isDown() && !lane.health.isDown();
        states.push({
          kind,
          zone,
          server: formatEndpoint(lane.server),
          isUp,
          problem: lane.problem,
          retryIn: retryIn(lane, now()),
          pending,
        });
      }
    }
  }
  return states;
}

function retryIn({ endpoint, health }: Lane, time: number): number | undefined {
  const times = [endpoint.health.retryAt(), health.retryAt()].filter((one) => one !== undefined);
  return times.length === 0 ? undefined : Math.max(0, Math.ceil((Math.max(...times) - time) / 1000));
}
