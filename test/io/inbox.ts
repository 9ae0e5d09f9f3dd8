import { setTimeout as delay } from "node:timers/promises";
import type { Datagram, Transport } from "../../src/io/transport.ts";

/** What a transport delivered: copies, for its datagrams are used again. */
export interface Inbox {
  readonly datagrams: Datagram[];
  readonly batches: number[];
  /** Waits until there are `count` datagrams, and 100 ms more for those too many; at most 5 seconds. */
  settle(count: number): Promise<readonly Datagram[]>;
}

export function startInbox(transport: Transport): Inbox {
  const datagrams: Datagram[] = [];
  const batches: number[] = [];
  transport.start((batch, count) => {
    batches.push(count);
    for (const datagram of batch.slice(0, count))
      datagrams.push({ ...datagram, bytes: Uint8Array.from(datagram.bytes.subarray(0, datagram.length)) });
  });
  return {
    datagrams,
    batches,
    async settle(count) {
      for (const end = Date.now() + 5000; datagrams.length < count && Date.now() < end; ) await delay(5);
      await delay(100);
      return datagrams;
    },
  };
}
