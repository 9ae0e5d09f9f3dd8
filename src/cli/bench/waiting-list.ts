/**
 * The clients that wait for an answer, the one that waits longest first: a linked list in two typed
 * arrays.
 */
export interface WaitingList {
  readonly size: number;
  /** The client that waits longest; -1 when none does. */
  readonly oldest: number;
  /** Puts a client that is not in the list at its end. */
  add(client: number): void;
  /** Takes out a client that is in the list. */
  remove(client: number): void;
}

export function createWaitingList(clients: number): WaitingList {
  // The element behind the last client is both ends of the list.
  const end = clients;
  const next = new Int32Array(clients + 1);
  const previous = new Int32Array(clients + 1);
  next[end] = end;
  previous[end] = end;
  let size = 0;
  return {
    get size() {
      return size;
    },
    get oldest() {
      return size === 0 ? -1 : (next[end] as number);
    },
    add(client) {
      const last = previous[end] as number;
      next[last] = client;
      previous[client] = last;
      next[client] = end;
      previous[end] = client;
      size++;
    },
    remove(client) {
      const before = previous[client] as number;
      const after = next[client] as number;
      next[before] = after;
      previous[after] = before;
      size--;
    },
  };
}
