import type { Config } from "../../config/model/config.ts";
import type { Lease as Dhcp4Lease } from "../../leases/dhcp4/lease.ts";
import { createSpace as createSpace4, IPV4_SPACE } from "../../leases/dhcp4/space.ts";
import { DHCP4_LEASES } from "../../leases/dhcp4/table.ts";
import type { Lease as Dhcp6Lease } from "../../leases/dhcp6/lease.ts";
import { createSpace as createSpace6, IPV6_SPACE } from "../../leases/dhcp6/space.ts";
import { DHCP6_LEASES } from "../../leases/dhcp6/table.ts";
import type { Lease, Seconds, SpaceId } from "../../leases/lease.ts";
import type { Space } from "../../leases/space.ts";
import { type LeaseFamily, LeaseTable } from "../../leases/table.ts";
import { formatIpv4 } from "../../net/ipv4.ts";
import { formatIpv6Prefix, type Ipv6Prefix } from "../../net/ipv6-prefix.ts";
import { type Imported, importLeases } from "../../server/import-leases.ts";
import type { RestoredTable } from "../../server/restore.ts";
import type { LeaseStore } from "../../store/store.ts";
import { noPools } from "../leases/families.ts";

/** The leases of one protocol that are imported. */
export interface FamilyImport<L> {
  /** Takes a lease from a file; a later one of the same address replaces it. */
  take(lease: L): void;
  /** The leases of the database, to be restored before `write`. */
  readonly restored: RestoredTable;
  /** `offset`: wall clock minus lease time; `now` is lease time. Rejects with StoreError. */
  write(store: LeaseStore, offset: number, now: Seconds): Promise<Imported<string>>;
}

/** Undefined: the networks are not known. */
export function importsOf(config: Config | undefined): {
  readonly dhcp4: FamilyImport<Dhcp4Lease>;
  readonly dhcp6: FamilyImport<Dhcp6Lease>;
} {
  return {
    dhcp4: importOf(DHCP4_LEASES, IPV4_SPACE, config && createSpace4(config), formatIpv4, config !== undefined),
    dhcp6: importOf(DHCP6_LEASES, IPV6_SPACE, config?.dhcp6 && createSpace6(config.dhcp6), formatLeased, config !== undefined),
  };
}

function formatLeased(prefix: Ipv6Prefix): string {
  return formatIpv6Prefix(prefix).replace(/\/128$/, "");
}

function importOf<A, O>(
  family: LeaseFamily<A, O>,
  id: SpaceId,
  configured: Space<A> | undefined,
  format: (address: A) => string,
  knowsNetworks: boolean,
): FamilyImport<Lease<A, O>> {
  const space = noPools<A>(id);
  const brought = new LeaseTable(family, space);
  const table = new LeaseTable(
    family,
    configured === undefined ? space : { ...space, networkName: (address) => configured.networkName(address) },
  );
  return {
    take: (lease) => void brought.apply({ kind: "put", lease }),
    restored: { table, knownBy: (record) => record },
    async write(store, offset, now) {
      const imported = await importLeases({ family, brought, table, store, offset, now, knowsNetworks });
      const { count, first } = imported.outside;
      return { ...imported, outside: { count, first: first.map(format) } };
    },
  };
}
