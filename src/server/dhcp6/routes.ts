import type { Routes } from "../../io/routes.ts";
import { Association, associationOf } from "../../leases/dhcp6/client-key.ts";
import { type Lease, type LeaseOwner, LeaseState } from "../../leases/dhcp6/lease.ts";
import { BytesMap } from "../../net/bytes.ts";
import { formatIpv6, type Ipv6 } from "../../net/ipv6.ts";
import { formatIpv6Prefix, type Ipv6Prefix } from "../../net/ipv6-prefix.ts";
import type { Follower } from "../assembly.ts";

/*
 * Routes to delegated prefixes, on the machine of this server, for clients on its own links: as long
 * as a prefix is leased its packets go to the client that has it (RFC 8415 section 6.3). Behind a
 * relay that is the relay's affair. What holds here:
 *
 * - The routes in the kernel are those of the leases, and are told apart from those of others. What
 *   a server before this one left, and is leased no longer, goes at the start.
 * - The leases are what counts: a route that the kernel refuses, or that somebody has removed, costs
 *   no lease. An interface that comes back gets its routes back at once, and with each renewal the
 *   route is set again.
 * - When the server stops its routes stay: so do the leases.
 */

export interface RouteKeeperParts {
  readonly routes: Routes;
  /** The leases as they were read. */
  readonly leases: Iterable<Lease>;
  /** The index of the interface of this name; undefined: it is not there. */
  readonly interfaceNamed: (name: string) => number | undefined;
  readonly warn: (text: string) => void;
}

interface Route {
  readonly prefix: Ipv6Prefix;
  readonly nextHop: Ipv6;
  readonly interfaceName: string;
}

/** Brings the kernel's routes to what the leases say, and keeps them so. */
export function keepRoutes({ routes, leases, interfaceNamed, warn }: RouteKeeperParts): Follower<Ipv6Prefix, LeaseOwner> {
  const kept = new Map<string, Route>();
  /** Why a route could not be set, by its prefix: said once. */
  const refused = new Map<string, string>();
  /** Interfaces that are not there: said once of each. */
  const missing = new Set<string>();
  /** The index that each interface had when its routes were set last; undefined: it was not there. */
  const indexes = new Map<string, number | undefined>();

  function add(name: string, { prefix, nextHop, interfaceName }: Route): void {
    const index = interfaceNamed(interfaceName);
    if (!indexes.has(interfaceName)) indexes.set(interfaceName, index);
    const reason = index === undefined ? `there is no interface ${interfaceName}` : routes.add(prefix, nextHop, index);
    // A missing interface is one trouble, however many prefixes are routed by it.
    const isTold = index === undefined ? missing.has(interfaceName) : refused.get(name) === reason;
    if (index === undefined) missing.add(interfaceName);
    else missing.delete(interfaceName);
    if (reason !== undefined && !isTold) {
      warn(`no route to ${name} by ${formatIpv6(nextHop)} on ${interfaceName}: ${reason}`);
    }
    if (reason === undefined) refused.delete(name);
    else refused.set(name, reason);
  }

  function remove(name: string, prefix: Ipv6Prefix): void {
    kept.delete(name);
    refused.delete(name);
    const reason = routes.remove(prefix);
    if (reason !== undefined) warn(`the route to ${name} can't be removed: ${reason}`);
  }

  const wanted = new BytesMap<true>();
  for (const lease of leases) {
    const route = routeOf(lease);
    if (route === undefined) continue;
    kept.set(formatIpv6Prefix(route.prefix), route);
    wanted.set(route.prefix, true);
  }
  const found = routes.list();
  if (typeof found === "string") warn(`routes of before, to what is leased no longer, stay: ${found}`);
  else for (const prefix of found) if (wanted.get(prefix) === undefined) remove(formatIpv6Prefix(prefix), prefix);
  for (const [name, route] of kept) add(name, route);

  return {
    follow({ address, after }) {
      const route = after && routeOf(after);
      const name = formatIpv6Prefix(address);
      if (route !== undefined) {
        kept.set(name, route);
        add(name, route);
      } else if (kept.has(name)) remove(name, address);
    },
    look() {
      const moved = [...indexes].filter(([name, index]) => interfaceNamed(name) !== index).map(([name]) => name);
      for (const name of moved) indexes.set(name, interfaceNamed(name));
      if (moved.length === 0) return;
      for (const [name, route] of kept) if (moved.includes(route.interfaceName)) add(name, route);
    },
    close: () => routes.close(),
  };
}

/** Undefined: the lease is none of a prefix, is not bound, or its client is behind a relay. */
function routeOf({ address, state, owner }: Lease): Route | undefined {
  if (state !== LeaseState.bound || associationOf(owner.clientKey) !== Association.prefixes) return undefined;
  const { peerAddress, relays, interfaceName } = owner;
  if (peerAddress === undefined || relays !== undefined || interfaceName === undefined) return undefined;
  return { prefix: address.slice(), nextHop: peerAddress.slice(), interfaceName: new TextDecoder().decode(interfaceName) };
}
