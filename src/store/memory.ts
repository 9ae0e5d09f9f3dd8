import { type LeaseStore, StoreError } from "./store.ts";

/**
 * A store that keeps nothing: for tests and for networks where a restart may forget all leases. So
 * it has none to load, and every commit succeeds until it is closed.
 */
export function openMemoryStore(): LeaseStore {
  let closed = false;
  const settled = (): Promise<undefined> =>
    closed ? Promise.reject(new StoreError("io", "the store has been closed")) : Promise.resolve(undefined);
  return {
    usable: true,
    description: "memory only: leases are lost when the server stops",
    load: () => settled(),
    commit: () => settled(),
    close() {
      closed = true;
      return Promise.resolve();
    },
  };
}
