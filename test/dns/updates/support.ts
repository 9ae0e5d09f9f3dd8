import { DatabaseSync } from "node:sqlite";
import type { DdnsServer, DdnsSpec, TsigKey } from "../../../src/config/model/names.ts";
import type { Claim, NameChanges, NameReader } from "../../../src/dns/claim.ts";
import { createPublished } from "../../../src/dns/updates/published.ts";
import { createUpdater, type Updater, type UpdaterParts } from "../../../src/dns/updates/updater.ts";
import { parseAddress } from "../../../src/net/address.ts";

export const KEY: TsigKey = { name: "dhcp", algorithm: "hmac-sha256", secret: Uint8Array.from({ length: 32 }, (_, i) => i) };

/** A claim of a host of which only this number is known. */
export function claimOf(name: string, addressText: string, host = 1, more: Partial<Claim> = {}): Claim {
  const address = parseAddress(addressText) as Uint8Array;
  return {
    address,
    addressText,
    name,
    identifier: Uint8Array.of(0, 2, 0, 3, 0, 1, 2, 0, 0, 0, host >> 8, host & 255),
    hosts: [`host ${host}`],
    reserved: false,
    forward: true,
    reverse: true,
    expiry: 2_000_000_000,
    lifetime: 3600,
    ...more,
  };
}

/** Names in memory: who claims what is the test's business. */
export interface TestNames extends NameReader {
  /** The address has this name, and no other any more; what has changed by it. */
  set(claim: Claim): NameChanges;
  remove(address: string): NameChanges;
  all(): readonly Claim[];
}

export function createTestNames(...claims: readonly Claim[]): TestNames {
  const byAddress = new Map<string, Claim>();
  const byName = new Map<string, Map<string, Claim>>();
  const remove = (address: string): string[] => {
    const old = byAddress.get(address);
    if (old === undefined) return [];
    byAddress.delete(address);
    const list = byName.get(old.name);
    list?.delete(address);
    if (list?.size === 0) byName.delete(old.name);
    return [old.name];
  };
  const names: TestNames = {
    get size() {
      return byName.size;
    },
    byName: (name) => [...(byName.get(name)?.values() ?? [])],
    byAddress: (address) => byAddress.get(address),
    names: () => byName.keys(),
    conflicts: () => [],
    set(claim) {
      const old = remove(claim.addressText);
      byAddress.set(claim.addressText, claim);
      const list = byName.get(claim.name) ?? new Map<string, Claim>();
      byName.set(claim.name, list.set(claim.addressText, claim));
      return { names: new Set([...old, claim.name]), addresses: new Set([claim.addressText]) };
    },
    remove: (address) => ({ names: new Set(remove(address)), addresses: new Set([address]) }),
    all: () => [...byAddress.values()],
  };
  for (const claim of claims) names.set(claim);
  return names;
}

export function serverOf(port: number, zone: string | undefined, key?: TsigKey, address = "127.0.0.1"): DdnsServer {
  return { zone, address, port, key };
}

export function specOf(forward: readonly DdnsServer[], reverse: readonly DdnsServer[] = [], more: Partial<DdnsSpec> = {}): DdnsSpec {
  return { forward, reverse, ttl: undefined, conflict: "check-dhcid", ...more };
}

/** An updater that is started, and what it logged. */
export interface TestUpdater {
  readonly updater: Updater;
  readonly logged: string[];
  readonly db: DatabaseSync;
}

export function newUpdater(parts: Omit<UpdaterParts, "published" | "log" | "isServed"> & { readonly path?: string }): TestUpdater {
  const db = new DatabaseSync(parts.path ?? ":memory:");
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
  const logged: string[] = [];
  const updater = createUpdater({
    patience: 1000,
    isServed: () => true,
    ...parts,
    published: createPublished(db),
    log: (level, text) => logged.push(`${level}: ${text}`),
  });
  return { updater, logged, db };
}
