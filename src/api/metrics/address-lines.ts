import { ADDRESS_STATES } from "../../leases/address-counts.ts";
import type { DescribedProtocol } from "../../server/metrics/layout.ts";
import { STATES } from "../../server/metrics/layout.ts";
import type { Snapshot } from "./snapshot.ts";

/*
 * Addresses by network, range and state. Of some thousand networks these are ten thousands of
 * lines, so what does not change of them is put together once for each configuration.
 */

export const ADDRESS_FAMILIES = [
  {
    name: "leasehold_range_addresses",
    type: "gauge",
    help: "Addresses, or prefixes to delegate, of a range by state: bound, held (offered, or being probed), declined, remembered (for their last client; others may have them), unused",
    labels: ["protocol", "network", "range", "state"],
  },
  {
    name: "leasehold_range_capacity",
    type: "gauge",
    help: "Addresses, or prefixes, that a range can give, in use or not",
    labels: ["protocol", "network", "range"],
  },
  {
    name: "leasehold_network_addresses",
    type: "gauge",
    help: "Addresses of a network by state: those of its ranges, and those outside of them, such as reserved ones; unused are those of ranges alone. Pools of prefixes are ranges, and not counted here",
    labels: ["protocol", "network", "state"],
  },
  {
    name: "leasehold_network_capacity",
    type: "gauge",
    help: "Addresses that the ranges of a network can give, in use or not; pools of prefixes are not counted here",
    labels: ["protocol", "network"],
  },
] as const;

const ALL_STATES = [...ADDRESS_STATES, "unused"];

/** Lines without their values. */
interface Prepared {
  /** By pool, and within one by state: `unused` last. */
  readonly pools: readonly string[];
  readonly poolCapacities: readonly string[];
  readonly networks: readonly string[];
  readonly networkCapacities: readonly string[];
}

const prepared = new WeakMap<DescribedProtocol, Prepared>();

/** The lines of all four families. */
export function addressLines({ protocols }: Snapshot): string {
  const ranges: string[] = [];
  const capacities: string[] = [];
  const networks: string[] = [];
  const networkCapacities: string[] = [];
  for (const { described, addresses } of protocols) {
    const lines = linesOf(described);
    const { pools } = described;
    const inNetworks = new Float64Array(described.networks.length * ALL_STATES.length);
    const capacityOf = new Float64Array(described.networks.length);
    described.networks.forEach((_, network) => {
      for (let state = 0; state < STATES; state++) {
        inNetworks[network * ALL_STATES.length + state] = addresses[(pools.length + network) * STATES + state] as number;
      }
    });
    pools.forEach(({ network, capacity, prefixes }, pool) => {
      let unused = capacity;
      for (let state = 0; state <= STATES; state++) {
        const value = state === STATES ? unused : (addresses[pool * STATES + state] as number);
        unused -= value;
        ranges.push(`${lines.pools[pool * ALL_STATES.length + state]}${value}`);
        if (prefixes) continue;
        const at = network * ALL_STATES.length + state;
        inNetworks[at] = (inNetworks[at] as number) + value;
      }
      capacities.push(`${lines.poolCapacities[pool]}${capacity}`);
      if (!prefixes) capacityOf[network] = (capacityOf[network] as number) + capacity;
    });
    for (const [i, value] of inNetworks.entries()) networks.push(`${lines.networks[i]}${value}`);
    for (const [i, value] of capacityOf.entries()) networkCapacities.push(`${lines.networkCapacities[i]}${value}`);
  }
  return [ranges, capacities, networks, networkCapacities]
    .map((lines, i) => {
      const { name, type, help } = ADDRESS_FAMILIES[i] as (typeof ADDRESS_FAMILIES)[number];
      return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines, ""].join("\n");
    })
    .join("\n");
}

function linesOf(described: DescribedProtocol): Prepared {
  const known = prepared.get(described);
  if (known !== undefined) return known;
  const { protocol, networks, pools } = described;
  const ofNetwork = (network: number) => `{protocol="${protocol}",network="${escaped(networks[network] ?? "")}"`;
  const ofPool = (pool: (typeof pools)[number]) => `${ofNetwork(pool.network)},range="${escaped(pool.name)}"`;
  const states = (name: string, labels: string) => ALL_STATES.map((state) => `${name}${labels},state="${state}"} `);
  const [range, rangeCapacity, network, networkCapacity] = ADDRESS_FAMILIES.map(({ name }) => name);
  const made: Prepared = {
    pools: pools.flatMap((pool) => states(range as string, ofPool(pool))),
    poolCapacities: pools.map((pool) => `${rangeCapacity}${ofPool(pool)}} `),
    networks: networks.flatMap((_, i) => states(network as string, ofNetwork(i))),
    networkCapacities: networks.map((_, i) => `${networkCapacity}${ofNetwork(i)}} `),
  };
  prepared.set(described, made);
  return made;
}

function escaped(text: string): string {
  return text.replace(/[\\"\n]/g, (character) => (character === "\n" ? "\\n" : `\\${character}`));
}
