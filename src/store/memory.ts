import type { LeaseStore } from "./store.ts";

/** A store that keeps nothing: for tests and for networks where a restart may forget all leases. */
export function openMemoryStore(): LeaseStore {
  return {
    description: "memory only: leases are lost when the server stops",
    load: () => Promise.resolve(undefined),
    commit: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}
