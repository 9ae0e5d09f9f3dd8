import { LeaseState } from "../../src/leases/lease.ts";
import type { LeaseTable } from "../../src/leases/table.ts";

/** Addresses of a table by place and state as `LeaseTable.counts` has them, counted one by one. */
export function countedOneByOne<A, O>(table: LeaseTable<A, O>): number[] {
  const { pools, networks, poolOf, networkOf } = table.space;
  const numbers = new Array<number>((pools.length + networks + 1) * 4).fill(0);
  const count = (address: A, state: number): void => {
    const network = networkOf(address);
    const place = poolOf(address) >= 0 ? poolOf(address) : pools.length + (network >= 0 ? network : networks);
    numbers[place * 4 + state] = (numbers[place * 4 + state] as number) + 1;
  };
  for (const { address, state } of table.leases()) {
    if (state === LeaseState.bound) count(address, 0);
    else if (state === LeaseState.declined) count(address, 2);
    else count(address, table.holdOn(address) === undefined ? 3 : 1);
  }
  for (const { address } of table.holds()) if (table.byAddress(address) === undefined) count(address, 1);
  return numbers;
}
