import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { discover, ethernetClient, requestExtension, requestSelecting } from "../../src/client/dhcp4/messages.ts";
import { createHistogram, type Histogram, observe } from "../../src/server/measures.ts";
import { MessageType } from "../../src/wire/dhcp4/message.ts";
import { createBench } from "../support/pump.ts";

describe("a histogram", () => {
  for (const [value, bucket] of [
    [0, 0],
    [1, 0],
    [1.001, 1],
    [5, 1],
    [6, 2],
    [Number.POSITIVE_INFINITY, 2],
  ] as const) {
    test(`counts ${value} in bucket ${bucket}`, () => {
      const histogram = createHistogram([1, 5]);
      observe(histogram, value);
      assert.deepEqual(
        [...histogram.counts],
        [0, 1, 2].map((one) => Number(one === bucket)),
      );
      assert.equal(histogram.sum, value);
    });
  }
});

describe("what is measured on the way of a packet", () => {
  const CONFIG = `
cache_threshold: 50
networks:
  10.0.0.0/24:
    allocation: sequential
    options: { routers: 10.0.0.1 }
    config: { lease_time: 60 }
    ranges: [{ range: 10.0.0.10-10.0.0.12 }]
`;
  const client = ethernetClient(Uint8Array.of(2, 0, 0, 0, 0, 1));
  const transaction = { xid: 7, secs: 0 };
  const select = requestSelecting(client, transaction, { address: 0x0a00000a, serverIdentifier: 0x0a000001 });

  /** How many values a histogram has, and their sum. */
  function taken({ counts, sum }: Histogram): readonly [count: number, sum: number] {
    return [counts.reduce((all, one) => all + one, 0), sum];
  }

  test("an OFFER is answered at once, an ACK when its commit is over, and both are decided", async () => {
    const bench = createBench(CONFIG);
    const { measures } = bench.counters;
    bench.receive(discover(client, transaction));
    bench.receive(select);
    assert.deepEqual([taken(measures.response), measures.repliesWaiting, measures.commitsUnderWay], [[1, 0], 1, 1]);
    bench.setTime(1002);
    await bench.store.succeed();
    assert.deepEqual(
      {
        response: taken(measures.response),
        commit: taken(measures.commit),
        batch: taken(measures.batch),
        decided: taken(measures.decision)[0],
        waiting: [measures.repliesWaiting, measures.commitsUnderWay],
      },
      { response: [2, 2000], commit: [1, 2000], batch: [1, 1], decided: 2, waiting: [0, 0] },
    );
    assert.ok(measures.bytesReceived > 400 && measures.bytesSent > 400);
  });

  test("what fails is no answer, and waits no longer", async () => {
    const bench = createBench(CONFIG);
    bench.receive(select);
    await bench.store.fail();
    const { response, commit, repliesWaiting, commitsUnderWay } = bench.counters.measures;
    assert.deepEqual([taken(response), taken(commit), repliesWaiting, commitsUnderWay], [[0, 0], [0, 0], 0, 0]);
  });

  test("a renewal that is not written, and a lease that runs out, are counted", async () => {
    const bench = createBench(CONFIG);
    const { measures } = bench.counters;
    bench.receive(select);
    await bench.store.succeed();
    bench.setTime(1010);
    bench.receive(requestExtension(client, transaction, 0x0a00000a));
    assert.deepEqual([bench.store.waiting.length, measures.unwritten[MessageType.ACK]], [0, 1]);
    bench.setTime(1060);
    bench.pump.expire();
    assert.equal(measures.expired, 0);
    bench.setTime(1061);
    bench.pump.expire();
    assert.equal(measures.expired, 1);
  });
});
