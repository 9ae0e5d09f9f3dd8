import { IPV4_SPACE } from "../../leases/dhcp4/space.ts";
import { DHCP4_LEASES } from "../../leases/dhcp4/table.ts";
import { IPV6_SPACE } from "../../leases/dhcp6/space.ts";
import { DHCP6_LEASES } from "../../leases/dhcp6/table.ts";
import type { LeaseState, SpaceId } from "../../leases/lease.ts";
import type { Space } from "../../leases/space.ts";
import { type LeaseFamily, LeaseTable } from "../../leases/table.ts";
import type { Ipv4 } from "../../net/ipv4.ts";
import { ADDRESS_LENGTH, type Ipv6Prefix, prefixLength } from "../../net/ipv6-prefix.ts";
import { parseIpv4Prefix, rangeOfPrefix } from "../../net/prefix.ts";
import * as dhcp4 from "../../server/dhcp4/operations.ts";
import * as dhcp6 from "../../server/dhcp6/operations.ts";
import { type Addresses, type LeaseOperation, type LeaseOperationKind, operate } from "../../server/operations.ts";
import { type AddressText, type ControlRequest, requestOf } from "../../server/requests.ts";
import type { RestoredTable } from "../../server/restore.ts";
import type { LeaseStore } from "../../store/store.ts";

/*
 * Operations on leases of either address family, as a command line and the control socket have
 * them: the text of an address says which family is meant.
 */

/** An address of a lease of either family. */
export type Leased = Ipv4 | Ipv6Prefix;

/** What operates on leases of one family, such as a server. */
export interface Operator<A> {
  operate(operation: LeaseOperation<A>): Promise<number>;
}

/** As the control socket has them: IPv4 where both ends are, else IPv6. */
export const ADDRESS_TEXT: AddressText<Leased> = {
  parse: (text) => dhcp4.ADDRESS_TEXT.parse(text) ?? dhcp6.ADDRESS_TEXT.parse(text),
  format: (addresses) =>
    isIpv4(addresses) ? dhcp4.ADDRESS_TEXT.format(addresses) : dhcp6.ADDRESS_TEXT.format(addresses as Addresses<Ipv6Prefix>),
};

/**
 * Has the one operate that serves the family of the addresses; where nobody does, it is nothing.
 */
export async function operateOn(
  v4: Operator<Ipv4> | undefined,
  v6: Operator<Ipv6Prefix> | undefined,
  { addresses, ...rest }: LeaseOperation<Leased>,
): Promise<number> {
  if (isIpv4(addresses)) return (await v4?.operate({ addresses, ...rest })) ?? 0;
  return (await v6?.operate({ addresses: addresses as Addresses<Ipv6Prefix>, ...rest })) ?? 0;
}

function isIpv4(addresses: Addresses<Leased>): addresses is Addresses<Ipv4> {
  return typeof addresses.start === "number";
}

/** An operation on leases of one family. */
export interface FamilyOperation {
  /** It means one address, or one prefix, and nothing else. */
  readonly single: boolean;
  /** As a server is asked for it. */
  readonly request: Exclude<ControlRequest, { kind: "status" }>;
  /** The leases of a database that no server uses, to be restored before the operation is run. */
  readonly restored: RestoredTable;
  /** `clock`: lease time. */
  run(store: LeaseStore, clock: () => number): Promise<number>;
}

interface Family<A, O> {
  readonly leases: LeaseFamily<A, O>;
  readonly space: SpaceId;
  readonly text: AddressText<A>;
  readonly compare: (a: A, b: A) => number;
  readonly all: Addresses<A>;
}

const IPV4 = {
  leases: DHCP4_LEASES,
  space: IPV4_SPACE,
  text: dhcp4.ADDRESS_TEXT,
  compare: dhcp4.compareAddresses,
  all: dhcp4.ALL_ADDRESSES,
};
const IPV6 = {
  leases: DHCP6_LEASES,
  space: IPV6_SPACE,
  text: dhcp6.ADDRESS_TEXT,
  compare: dhcp6.compareLeased,
  all: dhcp6.ALL_ADDRESSES,
};

/** Which families `all` means. */
export interface Families {
  readonly ipv4?: true;
  readonly ipv6?: true;
}

/**
 * The operation on these addresses: `all`, an address, or a prefix; "too many": a prefix of no
 * bits.
 */
export function operationsOn(
  kind: LeaseOperationKind,
  target: string,
  state: LeaseState | undefined,
  { ipv4, ipv6 }: Families,
): readonly FamilyOperation[] | "unknown" | "too many" {
  if (target === "all") {
    const operations = [];
    if (!ipv6) operations.push(operationOf(IPV4, { kind, addresses: IPV4.all, state }, false));
    if (!ipv4) operations.push(operationOf(IPV6, { kind, addresses: IPV6.all, state }, false));
    return operations;
  }
  const prefix = parseIpv4Prefix(target.includes("/") ? target : `${target}/32`);
  if (prefix !== undefined) {
    if (prefix.length === 0) return "too many";
    return [operationOf(IPV4, { kind, addresses: rangeOfPrefix(prefix), state }, !target.includes("/"))];
  }
  const leased = dhcp6.parseLeased(target);
  if (leased === undefined) return "unknown";
  if (prefixLength(leased) === 0) return "too many";
  return [operationOf(IPV6, { kind, addresses: dhcp6.addressesWithin(leased), state }, prefixLength(leased) === ADDRESS_LENGTH)];
}

function operationOf<A, O>(family: Family<A, O>, operation: LeaseOperation<A>, single: boolean): FamilyOperation {
  const table = new LeaseTable(family.leases, noPools<A>(family.space));
  return {
    single,
    request: requestOf(operation, family.text),
    restored: { table, knownBy: (record) => record },
    run: (store, clock) =>
      operate(
        {
          byAddress: (address) => table.byAddress(address),
          compare: family.compare,
          leases: () => table.leases(),
          change: (changes) => store.commit(changes.flatMap((change) => table.apply(change)?.write ?? [])),
        },
        operation,
        clock,
      ),
  };
}

/** Leases of any network, for who looks at what there is, and gives no address. */
export function noPools<A>(id: SpaceId): Space<A> {
  return {
    id,
    affinity: 0,
    pools: [],
    poolOf: () => -1,
    linkOf: () => -1,
    networks: 0,
    networkOf: () => -1,
    networkName: () => "",
    traits: [],
  };
}
