import type { LeaseStore } from "../store/store.ts";

/** Stores of servers that run, whoever implements them. */
const taken = new WeakSet<LeaseStore>();

/**
 * Takes a store for one server until the result is called. Throws TypeError where another has it:
 * both would give the same addresses, each to clients of its own.
 */
export function takeStore(store: LeaseStore): () => void {
  // What is no store is told by whoever looks at its type.
  if (typeof store !== "object" || store === null) return () => {};
  if (taken.has(store)) throw new TypeError("store: a server that runs has this one, and two would lease the same addresses: open another");
  taken.add(store);
  return () => void taken.delete(store);
}
