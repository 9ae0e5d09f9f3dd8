import assert from "node:assert/strict";
import { test } from "node:test";
import { snapshotOf } from "../../../src/api/metrics/snapshot.ts";
import type { Block } from "../../../src/server/metrics/block.ts";
import { type AddressPlaces, publishMetrics } from "../../../src/server/metrics/publish.ts";
import { measured } from "../../support/metrics.ts";

test("numbers are written every second, and after a reload another block takes the place of the first", (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const protocol = measured(new Map([[1, "DISCOVER"]]));
  let addresses: AddressPlaces = protocol.addresses;
  let hash = "one";
  const metrics = publishMetrics({
    version: "1",
    protocols: [
      [
        "dhcp4",
        {
          ...protocol,
          get addresses() {
            return addresses;
          },
        },
      ],
    ],
    healthy: () => true,
    health: () => "degraded",
    configuration: () => ({ loaded: "2026-01-01T00:00:00Z", hash, failed: 0 }),
    events: () => ({ sinks: [] }),
    names: () => undefined,
  });
  const told: Block[] = [];
  metrics.onBlock((block) => told.push(block));
  const first = metrics.block;
  const received = (block: Block) => snapshotOf(block)?.protocols[0]?.received.get("DISCOVER");

  protocol.counters.received[1] = 5;
  assert.equal(received(first), 0);
  t.mock.timers.tick(1000);
  assert.equal(received(first), 5);
  assert.deepEqual([metrics.block === first, told.length], [true, 0]);

  addresses = { networks: ["10.0.1.0/24", "10.0.2.0/24"], pools: [], counts: new Uint32Array(12).fill(2) };
  hash = "two";
  t.mock.timers.tick(1000);
  assert.notEqual(metrics.block, first);
  assert.deepEqual(told, [metrics.block]);
  assert.deepEqual(told[0]?.description.protocols[0]?.networks, ["10.0.1.0/24", "10.0.2.0/24"]);
  assert.equal(told[0]?.description.configuration, "two");
  assert.deepEqual(snapshotOf(metrics.block)?.protocols[0]?.addresses, new Float64Array(12).fill(2));
  metrics.close();
});
