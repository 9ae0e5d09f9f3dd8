import type { Dhcp6Config, Lifetimes, Link, Network, PrefixPool, Range, Reservation } from "../../src/config/model/dhcp6.ts";
import { parseIpv6 } from "../../src/net/ipv6.ts";
import { ipv6Prefix, parseIpv6Prefix } from "../../src/net/ipv6-prefix.ts";

/* Models of configurations for tests of what knows the model, and no files. */

export const address = (text: string): Uint8Array => parseIpv6(text) as Uint8Array;
export const prefix = (text: string): Uint8Array =>
  text.includes("/") ? (parseIpv6Prefix(text) as Uint8Array) : ipv6Prefix(address(text));

const LEASE_TIME: Lifetimes = { default: 4000, min: 4000, max: 4000, renew: undefined, rebind: undefined, preferred: undefined };
const NO_OPTIONS = { byCode: new Map(), always: [] };

/**
 * A network as a test writes it; each is a link of its own. Ranges: "first last"; `excluded` of
 * them the same.
 */
export interface NetworkSketch {
  readonly prefix: string;
  readonly ranges?: readonly { readonly range: string; readonly excluded?: readonly string[] }[];
  readonly prefixPools?: readonly { readonly prefix: string; readonly delegatedLength: number; readonly excluded?: readonly string[] }[];
  readonly reservations?: readonly Reservation[];
}

function rangeOf(text: string): { start: Uint8Array; end: Uint8Array } {
  const [start = "", end = start] = text.split(" ");
  return { start: address(start), end: address(end) };
}

/** The configuration of these networks, with what a file without a word about it means. */
export function dhcp6Config(sketches: readonly NetworkSketch[], more: Partial<Dhcp6Config> = {}): Dhcp6Config {
  const pools: (Range | PrefixPool)[] = [];
  const networks = sketches.map((sketch, index): Network => {
    const common = (): { index: number; network: number; leaseTime: Lifetimes; options: typeof NO_OPTIONS } => ({
      index: pools.length,
      network: index,
      leaseTime: LEASE_TIME,
      options: NO_OPTIONS,
    });
    const ranges = (sketch.ranges ?? []).map(({ range, excluded = [] }): Range => {
      const one: Range = { kind: "addresses", ...common(), ...rangeOf(range), excluded: excluded.map(rangeOf) };
      pools.push(one);
      return one;
    });
    const prefixPools = (sketch.prefixPools ?? []).map((pool): PrefixPool => {
      const excluded = (pool.excluded ?? []).map(prefix);
      const one: PrefixPool = {
        kind: "prefixes",
        ...common(),
        prefix: prefix(pool.prefix),
        delegatedLength: pool.delegatedLength,
        excludedPrefix: undefined,
        excluded,
      };
      pools.push(one);
      return one;
    });
    return {
      index,
      name: sketch.prefix,
      prefix: prefix(sketch.prefix),
      link: index,
      ranges,
      prefixPools,
      reservations: sketch.reservations === undefined ? [] : [sketch.reservations],
      authoritative: true,
      probationPeriod: 900,
      pingTimeout: undefined,
      allocation: "random",
      reservationsOnly: false,
      adaptiveThreshold: undefined,
      limits: [],
      leaseTime: LEASE_TIME,
      rapidCommit: false,
      options: NO_OPTIONS,
    };
  });
  const links = networks.map(
    (network): Link => ({ index: network.index, name: network.name, networks: [network], interfaces: [], relays: [], interfaceIds: [] }),
  );
  return {
    interfaces: [],
    serverId: {
      type: "LLT",
      identifier: undefined,
      time: undefined,
      hardwareType: undefined,
      enterpriseId: undefined,
      persist: true,
      path: undefined,
    },
    networks,
    links,
    pools,
    options: NO_OPTIONS,
    limits: [],
    offerHold: 30,
    affinity: 86_400,
    cacheThreshold: 0,
    addressRegistration: false,
    kernelRoutes: false,
    ...more,
  };
}

/** A host's reservation as a test writes it. */
export function reservation(
  duid: Uint8Array,
  reserved: { readonly addresses?: readonly string[]; readonly prefixes?: readonly string[] },
): Reservation {
  return {
    name: "host",
    match: [{ kind: "duid", value: duid }],
    addresses: (reserved.addresses ?? []).map(address),
    prefixes: (reserved.prefixes ?? []).map(prefix),
    hostname: undefined,
    leaseTime: undefined,
    options: NO_OPTIONS,
    ownOptions: NO_OPTIONS,
  };
}
