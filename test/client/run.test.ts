import assert from "node:assert/strict";
import { test } from "node:test";
import { type ClientMachine, runClient } from "../../src/client/run.ts";

/** A machine that counts: each event is done `times` over, and after each it sleeps for ten milliseconds. */
interface Counting {
  readonly done: string;
  readonly wakeAt: number;
}
const counting: ClientMachine<Counting, string, string> = {
  stopped: { done: "", wakeAt: Infinity },
  tick: "tick",
  step: ({ done }, event, now) => ({ state: { done: `${done} ${event}`, wakeAt: now + 10 }, actions: [event] }),
};

function world() {
  const alarms: { at: number; ring: () => void; cancelled: boolean }[] = [];
  const acts: string[] = [];
  const it = {
    time: 0,
    alarms,
    acts,
    now: () => it.time,
    random: () => 0,
    alarm(at: number, ring: () => void) {
      const alarm = { at, ring, cancelled: false };
      alarms.push(alarm);
      return () => {
        alarm.cancelled = true;
      };
    },
    act(actions: readonly string[], before: Counting, after: Counting, event: string): void {
      acts.push(`${event}: ${actions.join()} from "${before.done}" to "${after.done}"`);
    },
  };
  return it;
}

test("actions are carried out with the states around them, and one alarm is set, of the last state", () => {
  const it = world();
  const client = runClient(counting, it);
  client.happens("a");
  it.time = 4;
  client.happens("b");
  assert.deepEqual(it.acts, ['a: a from "" to " a"', 'b: b from " a" to " a b"']);
  assert.deepEqual(
    it.alarms.map(({ at, cancelled }) => [at, cancelled]),
    [
      [10, true],
      [14, false],
    ],
  );
});

test("an alarm that rings early is set again; in time it is the tick", () => {
  const it = world();
  const client = runClient(counting, it);
  client.happens("a");
  it.time = 9;
  it.alarms[0]?.ring();
  assert.equal(client.state.done, " a");
  assert.deepEqual([it.alarms.length, it.alarms[1]?.at], [2, 10]);
  it.time = 10;
  it.alarms[1]?.ring();
  assert.equal(client.state.done, " a tick");
});

test("what happens while the client acts waits until it has acted", () => {
  const it = world();
  const client = runClient(counting, {
    ...it,
    act(actions, before, after, event) {
      if (event === "a") {
        client.happens("b");
        client.happens("c");
      }
      it.act(actions, before, after, event);
    },
  });
  client.happens("a");
  assert.deepEqual(
    it.acts.map((act) => act[0]),
    ["a", "b", "c"],
  );
  assert.equal(client.state.done, " a b c");
});

test("stopped, no alarm rings any more", () => {
  const it = world();
  const client = runClient(counting, it);
  client.happens("a");
  client.stop();
  assert.equal(it.alarms[0]?.cancelled, true);
});
