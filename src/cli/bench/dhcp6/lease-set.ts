import { hashBytes } from "../../../net/bytes.ts";

/**
 * Which clients have the same: their numbers by the hash of `size` bytes that stand at `offset` of
 * the `stride` bytes of each client in `leases`. Those bytes are filled before `add`, and stay
 * until `remove`.
 */
export interface LeaseSet {
  /** False when another client has the same. */
  add(client: number): boolean;
  remove(client: number): void;
}

/** What stands in the table besides the number of a client plus 1. */
const EMPTY = 0;
const REMOVED = -1;

export function createLeaseSet(leases: Uint8Array, stride: number, offset: number, size: number, clients: number): LeaseSet {
  let capacity = 16;
  while (capacity < 2 * clients) capacity *= 2;
  const slots = new Int32Array(capacity);
  const startOf = (client: number): number => client * stride + offset;
  const firstSlot = (client: number): number => hashBytes(leases.subarray(startOf(client), startOf(client) + size)) & (capacity - 1);
  const isSame = (a: number, b: number): boolean => {
    for (let i = 0; i < size; i++) if (leases[startOf(a) + i] !== leases[startOf(b) + i]) return false;
    return true;
  };
  return {
    add(client) {
      let free = -1;
      let slot = firstSlot(client);
      for (; slots[slot] !== EMPTY; slot = (slot + 1) & (capacity - 1)) {
        const other = slots[slot] as number;
        if (other === REMOVED) free = free < 0 ? slot : free;
        else if (isSame(other - 1, client)) return other - 1 === client;
      }
      slots[free < 0 ? slot : free] = client + 1;
      return true;
    },
    remove(client) {
      for (let slot = firstSlot(client); slots[slot] !== EMPTY; slot = (slot + 1) & (capacity - 1)) {
        if (slots[slot] === client + 1) slots[slot] = REMOVED;
      }
    },
  };
}
