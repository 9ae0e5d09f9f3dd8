import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pino } from "pino";
import { noSendFailures } from "../../src/io/send-failures.ts";
import { createCounters, summarize } from "../../src/server/counters.ts";
import { KINDS } from "../../src/server/dhcp4/words.ts";
import { createLossWatch } from "../../src/server/loss-watch.ts";

function setUp() {
  const counters = createCounters(KINDS);
  const transport = { received: 0, sent: 0, notSent: noSendFailures(), receiveDropped: 0 };
  const log: string[] = [];
  const watch = createLossWatch({
    counters,
    transportCounters: () => transport,
    log: pino({ level: "warn" }, { write: (line: string) => log.push((JSON.parse(line) as { msg: string }).msg) }),
  });
  return { counters, transport, log, watch };
}

describe("the warnings of loss", () => {
  test("nothing is said while nothing is lost", () => {
    const { log, watch } = setUp();
    for (let now = 0; now < 200_000; now += 1000) watch(now);
    assert.deepEqual(log, []);
  });

  test("what the system drops is told at once, then once a minute, with the number since and what to do", () => {
    const { transport, log, watch } = setUp();
    for (let now = 0; now <= 130_000; now += 1000) {
      if (now >= 10_000 && now < 100_000) transport.receiveDropped += 5;
      watch(now);
    }
    assert.deepEqual(
      log.map((line) => line.replace(/:.*/, "")),
      [
        "5 datagrams were lost before this server could read them",
        "300 datagrams were lost before this server could read them",
        "145 datagrams were lost before this server could read them",
      ],
    );
    assert.match(log[0] as string, /`sysctl -w net\.core\.rmem_max=8388608`/);
  });

  test("what is shed is told on its own", () => {
    const { counters, log, watch } = setUp();
    counters.dropped.overload = 7;
    counters.dropped["waited-too-long"] = 2;
    watch(0);
    watch(1000);
    assert.equal(log.length, 1);
    assert.match(log[0] as string, /^9 messages had waited too long .* flood_protection_threshold/);
  });

  test("the summary has what the system dropped", () => {
    const { counters, transport } = setUp();
    assert.deepEqual(summarize(counters, transport), {});
    transport.receiveDropped = 3;
    assert.deepEqual(summarize(counters, transport), { "lost before receipt": 3 });
  });

  test("what could not be sent is told by reason", () => {
    const { transport, log, watch } = setUp();
    transport.notSent["no-route"] = 3;
    transport.notSent["too-large"] = 1;
    for (let now = 0; now < 50_000; now += 1000) watch(now);
    assert.deepEqual(log, [
      "3 replies could not be sent: there is no route to the relay or client (`ip route get ADDRESS` shows it)",
      "one reply could not be sent: larger than the link or the route carries",
    ]);
  });
});
