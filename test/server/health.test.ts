import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { noSendFailures } from "../../src/io/send-failures.ts";
import type { TransportCounters } from "../../src/io/transport.ts";
import { createHealthWatch, type Finding, type HealthCheck, httpStatusOf, SETTLES_AFTER } from "../../src/server/health.ts";
import { type CheckedService, checksOf, standstillCheck, storeInPlaceCheck } from "../../src/server/health-checks.ts";
import { createHeartbeat, healthSeen, STUCK_AFTER, stillFor } from "../../src/server/heartbeat.ts";
import { StoreError } from "../../src/store/store.ts";

const SECOND = 1000;

/** A protocol whose numbers the test sets, and what is found of it second by second. */
function createService() {
  const state = {
    commits: 0,
    commitsFailed: 0,
    underWay: 0,
    received: 0,
    sent: 0,
    receiveDropped: 0,
    notSent: noSendFailures() as Record<keyof TransportCounters["notSent"], number>,
    problem: undefined as string | undefined,
    failure: undefined as StoreError | undefined,
    served: [{}] as object[],
    missing: [] as { name: string; problem: string }[],
    linkless: new Set<string>(),
    unheard: [] as string[],
    exhausted: [] as { network: string; reason: string }[],
  };
  const service: CheckedService = {
    name: "DHCPv4",
    counters: state,
    transportCounters: () => ({ ...state, notSent: { ...state.notSent } }),
    socketProblem: () => state.problem,
    storeFailure: () => state.failure,
    underWay: () => state.underWay,
    interfaces: () => state,
    unheard: () => state.unheard,
    exhausted: () => state.exhausted,
  };
  const checks = checksOf(service);
  let now = 0;
  const look = (): Finding[] => checks.flatMap((check) => check(now));
  look();
  /** What is found after so many seconds, which are looked at one by one. */
  const after = (seconds: number, between: () => void = () => {}): string[] => {
    let found: Finding[] = [];
    for (let i = 0; i < seconds; i++) {
      now += SECOND;
      between();
      found = look();
    }
    return found.map(({ state: how, reason }) => `${how}: ${reason}`);
  };
  return { state, after };
}

describe("what is wrong with a protocol", () => {
  test("nothing, as long as all goes on", () => {
    const { state, after } = createService();
    const busy = () => {
      state.underWay = 3;
      state.commits++;
      state.received += 100;
      state.receiveDropped += 5;
      state.sent += 100;
      state.notSent["no-route"] += 5;
    };
    assert.deepEqual(after(60, busy), []);
    // And then nothing comes any more.
    state.underWay = 0;
    assert.deepEqual(after(60), []);
  });

  const CASES: readonly [name: string, set: (state: ReturnType<typeof createService>["state"]) => void, found: readonly string[]][] = [
    [
      "the store fails",
      (state) => {
        state.failure = new StoreError("full", "the disk is full");
      },
      ["failed: DHCPv4: no lease can be given: the disk is full"],
    ],
    [
      "a socket is gone",
      (state) => {
        state.problem = "a socket is gone (EBADF)";
      },
      ["failed: DHCPv4: a socket is gone (EBADF)"],
    ],
    [
      "one interface of two is gone",
      (state) => {
        state.missing = [{ name: "eth1", problem: "interface eth1 does not exist" }];
      },
      ["degraded: DHCPv4: interface eth1 does not exist"],
    ],
    [
      "no interface is served",
      (state) => {
        state.served = [];
        state.missing = [{ name: "eth0", problem: "interface eth0 is down" }];
      },
      ["failed: DHCPv4: no interface is served", "degraded: DHCPv4: interface eth0 is down"],
    ],
    [
      "a cable is pulled",
      (state) => {
        state.linkless = new Set(["eth0 (10.0.0.1)"]);
      },
      ["degraded: DHCPv4: eth0 (10.0.0.1) has no link: no cable is plugged in, or what is at its other end is off"],
    ],
    [
      "messages to a group are not heard",
      (state) => {
        state.unheard = ["Messages to ff02::1:2 are not heard on eth0 (ENODEV)."];
      },
      ["degraded: DHCPv4: Messages to ff02::1:2 are not heard on eth0 (ENODEV)."],
    ],
    [
      "a pool is exhausted",
      (state) => {
        state.exhausted = [{ network: "10.0.0.0/24 address", reason: "no address is free on 10.0.0.0/24" }];
      },
      ["degraded: DHCPv4: no address is free on 10.0.0.0/24"],
    ],
  ];
  for (const [name, set, found] of CASES) {
    test(name, () => {
      const { state, after } = createService();
      set(state);
      assert.deepEqual(after(1), found);
    });
  }

  test("the pump is stuck: commits are under way and none ends", () => {
    const { state, after } = createService();
    state.underWay = 64;
    assert.deepEqual(after(4), []);
    const [reason, ...more] = after(1);
    assert.match(reason ?? "", /^failed: DHCPv4: leases have been waiting to be written for 5 s/);
    assert.deepEqual(more, []);
    // One that fails is an end as well.
    state.commitsFailed++;
    assert.deepEqual(after(1), []);
  });

  test("what comes in is lost and nothing is read", () => {
    const { state, after } = createService();
    state.received = 10;
    assert.deepEqual(after(2), []);
    const lose = () => {
      state.receiveDropped += 50;
    };
    assert.deepEqual(after(3, lose), []);
    assert.deepEqual(after(1, lose), ["degraded: DHCPv4: nothing has been read for 5 s, and 200 datagrams were lost meanwhile"]);
    state.received++;
    assert.deepEqual(after(1, lose), []);
  });

  test("most of what should leave does not", () => {
    const { state, after } = createService();
    const half = () => {
      state.sent++;
      state.notSent["not-permitted"] += 2;
    };
    assert.deepEqual(after(20, half), [
      "degraded: DHCPv4: 20 replies could not be sent within 10 s: this process may not send there: a firewall, or missing privileges",
    ]);
    const well = () => {
      state.sent += 3;
    };
    assert.deepEqual(after(20, well), []);
    // Few are no sign of anything: a client that has gone, say.
    for (let i = 0; i < 3; i++) {
      state.notSent["would-block"] += 4;
      assert.deepEqual(after(10), []);
    }
  });
});

test("the lease database is not in its place", () => {
  const store = { usable: true, description: "SQLite database /a/leases.db" };
  const check = storeInPlaceCheck(store);
  assert.deepEqual(check(0), []);
  store.usable = false;
  assert.deepEqual(
    check(1).map(({ state }) => state),
    ["failed"],
  );
});

test("a server that stood still says so for a minute", () => {
  const check = standstillCheck();
  const found = [0, 1000, 5000, 14_000, 15_000, 73_000, 74_001].map((now) => check(now).map(({ state, reason }) => `${state}: ${reason}`));
  const stood = (seconds: number) => [
    `degraded: the server stood still for ${seconds} s: it was stopped, or the machine has too much to do`,
  ];
  assert.deepEqual(found.slice(0, 5), [[], [], [], stood(9), stood(9)]);
  assert.deepEqual(found.slice(5), [stood(58), stood(58)]);
});

describe("health", () => {
  const failed: Finding = { state: "failed", about: "a", reason: "a fails" };
  const degraded: Finding = { state: "degraded", about: "b", reason: "b is not as it should be" };

  /** The state and what the log says, by what is found at each time. */
  function watch(found: () => readonly Finding[]) {
    const log: string[] = [];
    const add = (text: string) => void log.push(text);
    const checks: HealthCheck[] = [() => found()];
    const health = createHealthWatch(checks, { info: add, warn: add });
    const look = (now: number) => {
      health.look(now);
      return health.health;
    };
    return { log, look };
  }

  test("is as bad as the worst that is found, which comes first", () => {
    let found: readonly Finding[] = [];
    const { look, log } = watch(() => found);
    assert.deepEqual(look(0), { state: "ok", reasons: [] });
    found = [degraded];
    assert.deepEqual(look(1), { state: "degraded", reasons: [degraded.reason], seconds: [0] });
    found = [degraded, failed];
    assert.deepEqual(look(2001), { state: "failed", reasons: [failed.reason, degraded.reason], seconds: [0, 2] });
    assert.deepEqual(log, ["health: degraded: b is not as it should be", "health: failed: a fails; b is not as it should be"]);
  });

  test("settles only when nothing was found for a while, and says of what comes and goes what it was last", () => {
    let found: readonly Finding[] = [failed];
    const { look, log } = watch(() => found);
    for (let i = 0; i < 100; i++) {
      found = i % 7 === 0 ? [{ ...failed, reason: `a fails, ${i}` }] : [];
      assert.equal(look(i * SECOND).state, "failed", String(i));
    }
    const over = "over, and counts until it has been well for 10 s: a fails, 98";
    assert.deepEqual(look(99 * SECOND), { state: "failed", reasons: [over], seconds: [98] });
    assert.equal(look(98 * SECOND + SETTLES_AFTER - 1).state, "failed");
    assert.equal(look(98 * SECOND + SETTLES_AFTER).state, "ok");
    assert.deepEqual(log, ["health: failed: a fails, 0", "health: ok again"]);
  });

  test("does not list reasons without end", () => {
    const many = Array.from({ length: 5000 }, (_, i) => ({ ...degraded, about: String(i), reason: `network ${i}` }));
    const { reasons, seconds } = watch(() => many).look(0);
    assert.deepEqual([reasons.length, seconds], [21, Array(20).fill(0)]);
    assert.equal(reasons.at(-1), "4980 more things are wrong");
  });

  test("is 503 in HTTP when anything is wrong", () => {
    const statuses = (["ok", "degraded", "failed"] as const).map((state) => httpStatusOf({ state, reasons: [] }));
    assert.deepEqual(statuses, [200, 503, 503]);
  });
});

describe("from another thread", () => {
  test("a server is as it says, as long as it moves", () => {
    const { memory } = createHeartbeat();
    const told = { state: "degraded", reasons: ["no address is free"] } as const;
    assert.ok(stillFor(memory) < STUCK_AFTER);
    assert.equal(healthSeen(memory, told), told);
    assert.deepEqual(healthSeen(memory, undefined), {
      state: "failed",
      reasons: ["the thread that serves packets does not say how it is"],
    });
  });

  test("one that does not move has failed, whatever it said last", () => {
    const { memory, beat } = createHeartbeat();
    const slot = new BigInt64Array(memory);
    slot[0] = (slot[0] as bigint) - BigInt(STUCK_AFTER + 1000);
    assert.deepEqual(healthSeen(memory, { state: "ok", reasons: [] }), {
      state: "failed",
      reasons: ["the thread that serves packets has not moved for 6 s"],
    });
    beat();
    assert.equal(healthSeen(memory, { state: "ok", reasons: [] }).state, "ok");
  });
});
