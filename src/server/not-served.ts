import { noSendFailures } from "../io/send-failures.ts";
import { LeaseTable } from "../leases/table.ts";
import { viewOf } from "../leases/view.ts";
import type { Assembly } from "./assembly.ts";
import { createCounters } from "./counters.ts";
import { RefusedError } from "./requests.ts";
import type { Served } from "./service.ts";

/** A protocol that is not served: it has no port, nobody's leases, and nothing was counted. */
export function notServed<C, M, A, O, I extends { readonly index: number }>(
  { leases, createSpace }: Assembly<C, M, A, O, I>,
  config: C,
): Served<A, O, I, C> {
  return {
    port: 0,
    config,
    table: viewOf(new LeaseTable(leases, createSpace(config)), leases),
    interfaces: [],
    counters: createCounters(new Map()),
    addresses: { networks: [], pools: [], counts: [] },
    decisions: { of: () => Promise.resolve([]) },
    others: () => [],
    transportCounters: () => ({ received: 0, sent: 0, notSent: noSendFailures(), receiveDropped: 0 }),
    operate: () => Promise.resolve(0),
    addLease: ({ name }) => Promise.reject(new RefusedError("unavailable", `${name}: its protocol is not served`)),
  };
}
