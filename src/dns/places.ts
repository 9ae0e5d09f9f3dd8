import { compareBytes, joinBytes } from "../net/bytes.ts";

/** A network as the names of its clients see it, in a form that threads can hand on. */
export interface NamedNetwork {
  /** Its first and last address, in network order. */
  readonly first: Uint8Array;
  readonly last: Uint8Array;
  /** What stands behind a name of a client here that was leased its address before names were kept. */
  readonly suffix: string | undefined;
}

/** Finds the network of an address; undefined: none is configured for it. */
export type FindNetwork = (address: Uint8Array) => NamedNetwork | undefined;

/** Whose a lease is: what of its record tells hosts apart, and what it said of itself. */
export interface Identity {
  /** As `Claim.identifier`. */
  readonly identifier: Uint8Array;
  /** As `Claim.hosts`. */
  readonly hosts: readonly string[];
  /** The name that the client gives itself. */
  readonly hostname: Uint8Array | undefined;
}

/** The identifier of a host as DHCID is made of it. */
export function identifierOf(type: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return joinBytes(Uint8Array.of(0, type), ...parts);
}

/** Finds networks, which don't overlap, by binary search. */
export function findNetworkIn(networks: readonly NamedNetwork[]): FindNetwork {
  const sorted = [...networks].sort((a, b) => compareAddresses(a.first, b.first));
  return (address) => {
    let low = 0;
    let high = sorted.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const network = sorted[middle] as NamedNetwork;
      if (compareAddresses(network.first, address) > 0) high = middle - 1;
      else if (compareAddresses(network.last, address) < 0) low = middle + 1;
      else return network;
    }
    return undefined;
  };
}

/** Addresses of one kind stand together. */
function compareAddresses(a: Uint8Array, b: Uint8Array): number {
  return a.length - b.length || compareBytes(a, b, a.length);
}
