import type { LeaseTime, OptionSet } from "../../src/config/model/common.ts";
import type { Config } from "../../src/config/model/config.ts";
import type { Network, Range } from "../../src/config/model/dhcp4.ts";
import { hardwareKey } from "../../src/leases/dhcp4/client-key.ts";
import { type Hold, type Lease, type LeaseOwner, LeaseState, type LeaseWrite } from "../../src/leases/dhcp4/lease.ts";
import { OWNER_RECORD, recordOf } from "../../src/leases/dhcp4/record.ts";
import type { StoredLease } from "../../src/leases/lease.ts";
import { NO_BYTES } from "../../src/net/bytes.ts";
import { formatIpv4, type Ipv4, readIpv4, writeIpv4 } from "../../src/net/ipv4.ts";
import { formatIpv4Prefix, prefixOf } from "../../src/net/prefix.ts";
import type { AddressRange } from "../../src/net/range.ts";
import type { StoreWrite } from "../../src/store/store.ts";

const NO_OPTIONS: OptionSet = { byCode: new Map(), always: [] };
const LEASE_TIME: LeaseTime = { default: 3600, min: 60, max: 86400, renew: undefined, rebind: undefined };

/**
 * A configuration of one /24 network for each list of ranges given; each network is a link of its
 * own.
 */
export function configOf(
  networks: readonly (readonly (AddressRange & { excluded?: readonly AddressRange[] })[])[],
  affinity = 86400,
): Config {
  const ranges: Range[] = [];
  const built = networks.map((list, index): Network => {
    const own = list.map((range): Range => {
      const built = { excluded: [], ...range, index: ranges.length, network: index, leaseTime: LEASE_TIME, options: NO_OPTIONS };
      ranges.push(built);
      return built;
    });
    const prefix = prefixOf((list[0] as AddressRange).start, 24);
    return {
      index,
      name: formatIpv4Prefix(prefix),
      prefix,
      link: index,
      ranges: own,
      reservations: [],
      serverId: undefined,
      authoritative: true,
      probationPeriod: 600,
      pingTimeout: undefined,
      allocation: "hashed",
      reservationsOnly: false,
      adaptiveThreshold: undefined,
      limits: [],
      boot: { nextServer: 0, serverName: NO_BYTES, fileName: NO_BYTES },
      leaseTime: LEASE_TIME,
      options: NO_OPTIONS,
    };
  });
  return {
    interfaces: [],
    networks: built,
    links: built.map((network, index) => ({ index, name: network.name, networks: [network], interfaces: [], relays: [] })),
    ranges,
    options: NO_OPTIONS,
    chaddrOnly: false,
    limits: [],
    cacheThreshold: 0,
    bootp: true,
    dynamicBootp: true,
    rapidCommit: false,
    subnetSelection: true,
    offerHold: 30,
    affinity,
    store: { kind: "memory" },
    log: { level: "error", format: "json" },
  };
}

/** A client without an identifier, told apart by the last bytes of its hardware address. */
export function ownerOf(client: number, extra: Partial<LeaseOwner> = {}): LeaseOwner {
  const chaddr = Uint8Array.of(2, 0, 0, 0, client >>> 8, client & 255);
  return {
    clientKey: hardwareKey(1, chaddr),
    clientIdentifier: undefined,
    htype: 1,
    chaddr,
    hostname: undefined,
    vendorClass: undefined,
    relayAgentInformation: undefined,
    limitKeys: undefined,
    ...extra,
  };
}

export function leaseOf(address: Ipv4, client: number, state: LeaseState, start: number, expiry: number): Lease {
  return { address, state, start, expiry, owner: ownerOf(client) };
}

/** The write that makes a lease durable in this row. */
export function putOf(row: number, { address, state, start, expiry, owner }: Lease, network = "10.0.0.0/24"): LeaseWrite {
  return { kind: "put", space: 0, row, address: bytesOf(address), state, start, expiry, record: recordOf(owner), network };
}

/** The write that a lease's renewal takes. */
export function timesOf(row: number, { address, state, start, expiry }: Lease): LeaseWrite {
  return { kind: "times", space: 0, row, address: bytesOf(address), state, start, expiry };
}

/** The write that forgets an address. */
export function removeOf(row: number, address: Ipv4): LeaseWrite {
  return { kind: "remove", space: 0, row, address: bytesOf(address) };
}

/** What a store gives back of a lease. */
export function storedOf(row: number, { address, state, start, expiry, owner }: Lease): StoredLease {
  return { space: 0, row, address: bytesOf(address), state, start, expiry, record: recordOf(owner) };
}

/** The lease that a store gave back. */
export function leaseIn({ address, state, start, expiry, record }: Omit<StoredLease, "space" | "row">): Lease {
  return { address: addressIn(address), state, start, expiry, owner: OWNER_RECORD.copy(OWNER_RECORD.read(record, 0)) };
}

export function addressIn(bytes: Uint8Array): Ipv4 {
  return readIpv4(bytes, 0);
}

function bytesOf(address: Ipv4): Uint8Array {
  const bytes = new Uint8Array(4);
  writeIpv4(bytes, 0, address);
  return bytes;
}

/** What a store does with a write: `disk` holds the leases by row. */
export function isOfLease(write: StoreWrite): write is LeaseWrite {
  return write.kind === "put" || write.kind === "times" || write.kind === "remove";
}

export function storeIn(disk: Map<number, Lease>, write: LeaseWrite): void {
  if (write.kind === "remove") {
    disk.delete(write.row);
    return;
  }
  const { row, address, state, start, expiry } = write;
  const owner = write.kind === "put" ? leaseIn(write).owner : disk.get(row)?.owner;
  if (owner === undefined) throw new Error(`times of row ${row}, which is not on disk`);
  disk.set(row, { address: addressIn(address), state, start, expiry, owner });
}

export function holdOf(address: Ipv4, client: number, until: number, extra: Partial<LeaseOwner> = {}): Hold {
  return { address, until, owner: ownerOf(client, extra) };
}

/** A hold as one line. */
export function lineOfHold(hold: Hold | undefined): string {
  if (hold === undefined) return "none";
  return `${formatIpv4(hold.address)} held for client ${clientOf(hold.owner)} until ${hold.until}`;
}

function clientOf({ chaddr }: LeaseOwner): number {
  return ((chaddr[4] as number) << 8) | (chaddr[5] as number);
}

/** A lease as one line, to compare and to read in failures. */
export function lineOf(lease: Lease | undefined): string {
  if (lease === undefined) return "none";
  const state = Object.entries(LeaseState).find(([, number]) => number === lease.state)?.[0];
  return `${formatIpv4(lease.address)} ${state} client ${clientOf(lease.owner)} ${lease.start}..${lease.expiry}`;
}
