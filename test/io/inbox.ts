import { setTimeout as delay } from "node:timers/promises";
import type { Datagram, Transport } from "../../src/io/transport.ts";

/** What a datagram says, whenever it was received. */
export type Delivered<A> = Omit<Datagram<A>, "waited">;

/** What a transport delivered: copies, for its datagrams are used again. */
export interface Inbox<A> {
  readonly datagrams: Delivered<A>[];
  /** How long each had waited, in milliseconds. */
  readonly waits: number[];
  readonly batches: number[];
  /** Waits until there are `count` datagrams, and 100 ms more for those too many; at most 5 seconds. */
  settle(count: number): Promise<readonly Delivered<A>[]>;
}

export function startInbox<A>(transport: Transport<A>): Inbox<A> {
  const datagrams: Delivered<A>[] = [];
  const waits: number[] = [];
  const batches: number[] = [];
  transport.start((batch, count) => {
    batches.push(count);
    for (const { waited, ...datagram } of batch.slice(0, count)) {
      waits.push(waited);
      datagrams.push({ ...datagram, bytes: Uint8Array.from(datagram.bytes.subarray(0, datagram.length)) });
    }
  });
  return {
    datagrams,
    waits,
    batches,
    async settle(count) {
      for (const end = Date.now() + 5000; datagrams.length < count && Date.now() < end; ) await delay(5);
      await delay(100);
      return datagrams;
    },
  };
}
