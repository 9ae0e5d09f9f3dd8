import type { Fact, LeaseStore } from "../store/store.ts";

/** What a server knows of itself, by name, over restarts. */
export interface Facts {
  /** Undefined: it is not known. */
  get(name: string): Uint8Array | undefined;
  /** It is on its way to the store, before every lease that is given later. */
  set(name: string, value: Uint8Array): void;
}

/** `read`: what the store had. */
export function createFacts(store: Pick<LeaseStore, "commit">, read: Iterable<Fact>): Facts {
  const known = new Map<string, Uint8Array>();
  for (const { name, value } of read) known.set(name, value);
  return {
    get: (name) => known.get(name),
    set(name, value) {
      known.set(name, value);
      // A store that can't write now says so of the first lease.
      store.commit([{ kind: "fact", name, value }]).catch(() => {});
    },
  };
}
