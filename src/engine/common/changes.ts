import { type Lease, type LeaseChange, LeaseState, type Seconds } from "../../leases/lease.ts";

/** The address is free from now on, and remembered for the client. */
export function release<A, O>({ address, start, expiry, owner }: Lease<A, O>, now: Seconds): LeaseChange<A, O> {
  return { kind: "put", lease: { address, state: LeaseState.released, start, expiry: Math.min(now, expiry), owner } };
}

/** The address is held for nobody from now on. */
export function withdraw<A>(address: A): LeaseChange<A, never> {
  return { kind: "withdraw", address };
}
