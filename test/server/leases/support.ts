import type { Lease } from "../../../src/leases/dhcp4/lease.ts";
import { DHCP4_LEASES } from "../../../src/leases/dhcp4/table.ts";
import { Association, clientKeyOf } from "../../../src/leases/dhcp6/client-key.ts";
import type { LeaseOwner as Owner6 } from "../../../src/leases/dhcp6/lease.ts";
import { OWNER_RECORD } from "../../../src/leases/dhcp6/record.ts";
import { relayRecord } from "../../../src/leases/dhcp6/relays.ts";
import { IPV6_SPACE } from "../../../src/leases/dhcp6/space.ts";
import { DHCP6_LEASES } from "../../../src/leases/dhcp6/table.ts";
import { LeaseState, type LeaseWrite, NEVER, type NetworkedLease } from "../../../src/leases/lease.ts";
import { writeLeaseName } from "../../../src/leases/lease-name.ts";
import type { Space } from "../../../src/leases/space.ts";
import { LeaseTable } from "../../../src/leases/table.ts";
import { type StoredView, viewOf } from "../../../src/leases/view.ts";
import { fromHex } from "../../../src/net/bytes.ts";
import { parseIpv6 } from "../../../src/net/ipv6.ts";
import { parseLeased } from "../../../src/server/dhcp6/operations.ts";
import { OptionCode } from "../../../src/wire/dhcp6/option-code.ts";
import { leaseOf, ownerOf, putOf } from "../../support/leases.ts";

export const START = 1_700_000_000;
/** Far enough away. */
export const LATER = 4_000_000_000;
const text = (value: string) => new TextEncoder().encode(value);
const bytes = (value: string) => fromHex(value) as Uint8Array;

const RELAY = {
  hopCount: 0,
  linkAddress: parseIpv6("2001:db8::1") as Uint8Array,
  peerAddress: parseIpv6("fe80::7") as Uint8Array,
  options: [{ code: OptionCode.interfaceId, data: text("eth7") }],
};

/** A lease of an address or prefix in a row. */
export function lease6(
  row: number,
  leased: string,
  association: Association,
  iaid: number,
  duid: string,
  more: Partial<Owner6> = {},
): NetworkedLease {
  const owner: Owner6 = {
    clientKey: clientKeyOf(association, iaid, bytes(duid)),
    preferredLifetime: 100,
    peerAddress: undefined,
    relays: undefined,
    interfaceName: undefined,
    hardware: undefined,
    hostname: undefined,
    vendorClass: undefined,
    reconfigureKey: undefined,
    limitKeys: undefined,
    ...more,
  };
  const record = new Uint8Array(OWNER_RECORD.size(owner));
  OWNER_RECORD.write(owner, record, 0);
  const address = parseLeased(leased) as Uint8Array;
  return { space: IPV6_SPACE, row, address, state: LeaseState.bound, start: START, expiry: LATER, record, network: "2001:db8::/64" };
}

/** An IPv4 lease in a row. */
export function storedOf(lease: Lease, row: number, network = ""): NetworkedLease {
  return putOf(row, lease, network) as Extract<LeaseWrite, { kind: "put" }>;
}

/** Leases of both protocols and in all states, each unlike the others. */
export const ROWS: readonly NetworkedLease[] = [
  storedOf(
    {
      ...leaseOf(0x0a000001, 1, LeaseState.bound, START, LATER),
      owner: ownerOf(1, {
        clientIdentifier: bytes("01020000000001"),
        hostname: text("Printer-1"),
        vendorClass: text("MSFT 5.0"),
        relayAgentInformation: bytes("0104deadbeef0202cafe"),
        name: writeLeaseName({ name: "printer-1.home.lan", flags: 3 }),
      }),
    },
    0,
    "10.0.0.0/24",
  ),
  // It was decided that it has no name.
  storedOf({ ...leaseOf(0x0a000002, 2, LeaseState.bound, START, NEVER), owner: ownerOf(2, { name: Uint8Array.of(16) }) }, 1, "10.0.0.0/24"),
  // Its time is over, though nobody has written so.
  storedOf(leaseOf(0x0a000003, 3, LeaseState.bound, START, START + 60), 2, "10.0.0.0/24"),
  storedOf(leaseOf(0x0a000104, 4, LeaseState.released, START, START + 60), 4, "10.0.1.0/24"),
  storedOf(leaseOf(0x0a000105, 5, LeaseState.expired, START, START + 60), 5, "10.0.1.0/24"),
  storedOf(leaseOf(0x0a000106, 2, LeaseState.declined, START, LATER), 6, "10.0.1.0/24"),
  storedOf(
    {
      ...leaseOf(0x0a000107, 7, LeaseState.bound, START, LATER),
      owner: ownerOf(7, { clientKey: bytes("ff00000001000300010200000000aa"), clientIdentifier: bytes("ff00000001000300010200000000aa") }),
    },
    7,
    "10.0.1.0/24",
  ),
  lease6(0, "2001:db8::5", Association.addresses, 7, "000300010200000000aa", {
    hardware: bytes("00010200000000aa"),
    hostname: text("PRINTER-6"),
    name: writeLeaseName({ name: "printer-6.home.lan", flags: 3 }),
    relays: relayRecord([RELAY]),
  }),
  lease6(1, "2001:db8::6", Association.addresses, 8, "000300010200000000bb"),
  lease6(2, "2001:db8:1:100::/56", Association.prefixes, 7, "000300010200000000aa"),
];

/** The leases as a server has them in memory. */
export function tableOf(protocol: string): StoredView | undefined {
  if (protocol === "dhcp4") return restored(new LeaseTable(DHCP4_LEASES, spaceOf<number>(0)), DHCP4_LEASES);
  return protocol === "dhcp6" ? restored(new LeaseTable(DHCP6_LEASES, spaceOf<Uint8Array>(1)), DHCP6_LEASES) : undefined;
}

function restored<A, O>(table: LeaseTable<A, O>, family: ConstructorParameters<typeof LeaseTable<A, O>>[0]): StoredView {
  for (const row of ROWS) if (row.space === table.space.id) table.restore(row);
  table.restored(START);
  return viewOf(table, family);
}

function spaceOf<A>(id: number): Space<A> {
  const named = (address: A): string =>
    ROWS.find((row) => row.space === id && String(row.address) === String(id === 0 ? bytesOf(address as number) : address))?.network ?? "";
  return {
    id,
    affinity: NEVER,
    pools: [],
    networks: 0,
    poolOf: () => -1,
    linkOf: () => -1,
    networkOf: () => -1,
    networkName: named,
    traits: [],
  };
}

function bytesOf(address: number): Uint8Array {
  return Uint8Array.of(address >>> 24, (address >>> 16) & 255, (address >>> 8) & 255, address & 255);
}
