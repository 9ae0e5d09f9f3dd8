import type { DdnsServer } from "../../config/model/names.ts";
import { formatEndpoint } from "../../net/address.ts";
import { createExchange } from "./exchange.ts";
import { createHealth } from "./health.ts";
import { createRetries } from "./retries.ts";
import { byZone, choose, type Endpoint, type Lane, type Route } from "./routes.ts";
import { createZones } from "./zones.ts";

/*
 * The routes that follow from a configuration, and from those before it: servers of which it says
 * nothing any more are known for as long as something of ours may be there.
 */

/** Waits of what a server refused, in milliseconds. */
const WAITS = [1000, 2000, 4000, 8000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000];

export interface RouteTable {
  /** By the name of the records. Undefined: no server is known for it. */
  choose(name: string): Route | undefined;
  readonly routes: readonly Route[];
}

export const NO_ROUTES: RouteTable = { choose: () => undefined, routes: [] };

export interface RouteMaker {
  /** `before`: those that these take the place of. */
  make(entries: readonly DdnsServer[], before: RouteTable): RouteTable;
  /** Settles everything that is under way. */
  close(): void;
}

export interface RouteMakerParts {
  /** Milliseconds that never go back. */
  uptime(): number;
  /** Seconds since 1970. */
  now(): number;
  /** How long a server may take, in milliseconds; undefined: as long as usual. */
  readonly patience: number | undefined;
}

export function createRouteMaker({ uptime, now, patience }: RouteMakerParts): RouteMaker {
  /** A server stays the same through reloads. */
  const endpoints = new Map<string, Endpoint>();

  function endpointOf(at: DdnsServer): Endpoint {
    const key = formatEndpoint(at);
    let endpoint = endpoints.get(key);
    if (endpoint === undefined) {
      const exchange = createExchange(at, { now, ...(patience === undefined ? {} : { patience }) });
      endpoint = { at: { address: at.address, port: at.port }, exchange, health: createHealth(uptime, Math.random), load: 0 };
      endpoints.set(key, endpoint);
    }
    return endpoint;
  }

  function routeTo(zone: string | undefined, servers: readonly DdnsServer[], isRetired: boolean): Route {
    const laneTo = (server: DdnsServer): Lane => ({
      server,
      endpoint: endpointOf(server),
      health: createHealth(uptime, Math.random),
      zones: createZones(uptime),
      problem: undefined,
    });
    const lanes = servers.map(laneTo);
    const retries = createRetries(WAITS, uptime);
    return { zone, lanes, isRetired, ready: new Set(), retries, refusals: 0, releasedAt: Number.NEGATIVE_INFINITY };
  }

  return {
    make(entries, before) {
      const active = new Map<string | undefined, Route>();
      for (const [zone, servers] of byZone(entries)) active.set(zone, routeTo(zone, servers, false));
      const retired = new Map<string | undefined, Route>();
      for (const { zone, lanes } of before.routes) {
        if (!active.has(zone) && !retired.has(zone))
          retired.set(
            zone,
            routeTo(
              zone,
              lanes.map(({ server }) => server),
              true,
            ),
          );
      }
      return {
        choose: (name) => choose(name, active) ?? choose(name, retired),
        routes: [...active.values(), ...retired.values()],
      };
    },
    close() {
      for (const { exchange } of endpoints.values()) exchange.close();
    },
  };
}

/** Whether what one route led to is not known to be where the other one leads to. */
export function leadsElsewhere(route: Route | undefined, before: Route | undefined): boolean {
  if (route === undefined || before === undefined) return false;
  const servers = new Set(before.lanes.map(({ endpoint }) => endpoint));
  return !route.lanes.some(({ endpoint }) => servers.has(endpoint));
}
