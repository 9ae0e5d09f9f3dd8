import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, type TestContext, test } from "node:test";
import type { ToldEvent } from "../../../src/server/events/event-object.ts";
import { argumentsOf, createRunner, environmentOf } from "../../../src/server/events/sinks/run.ts";
import { until } from "../../store/support.ts";
import { newPath } from "./support.ts";

const event = (number: number, more: Partial<ToldEvent> = {}): ToldEvent => ({
  number,
  after: number - 1,
  kind: "bound",
  protocol: "dhcp4",
  address: `10.0.0.${number}`,
  hardware_address: "02:00:00:00:00:01",
  client_identifier: null,
  hostname: "printer",
  ...more,
});

function runner(t: TestContext, script: string, patience = 10_000) {
  const out = newPath("out");
  const failures: string[] = [];
  const controller = new AbortController();
  t.after(() => controller.abort());
  const command = ["/bin/sh", "-c", script.replaceAll("OUT", out), "hook"];
  const failed = ({ number }: ToldEvent, reason: string, said: string) => failures.push(`${number}: ${reason}: ${said}`);
  const read = () => (existsSync(out) ? readFileSync(out, "utf8") : "");
  return { run: createRunner({ command, signal: controller.signal, failed, patience }), read, failures, controller, out };
}

describe("a program that is run for events", () => {
  test("is given action, client, address and name, the event by its fields, and as a line of JSON", async (t) => {
    const { run, read, failures } = runner(
      t,
      'read line; echo "$@ | $LEASEHOLD_KIND $LEASEHOLD_NUMBER | $line | $(env | cut -d= -f1 | grep -c SECRET)" >> OUT',
    );
    process.env.SECRET_OF_THE_SERVER = "x";
    t.after(() => delete process.env.SECRET_OF_THE_SERVER);
    const one = event(7);
    assert.equal(await run.deliver([one]), 1);
    assert.equal(read(), `add 02:00:00:00:00:01 10.0.0.7 printer | bound 7 | ${JSON.stringify(one)} | 0\n`);
    assert.deepEqual(failures, []);
  });

  const ARGUMENTS: readonly [Partial<ToldEvent>, readonly string[]][] = [
    [{ kind: "renewed", hostname: null }, ["old", "02:00:00:00:00:01", "10.0.0.1"]],
    [{ kind: "released" }, ["del", "02:00:00:00:00:01", "10.0.0.1", "printer"]],
    [{ kind: "expired" }, ["del", "02:00:00:00:00:01", "10.0.0.1", "printer"]],
    [{ kind: "conflict", hardware_address: "", hostname: null }, ["conflict", "", "10.0.0.1"]],
    [{ protocol: "dhcp6", client_identifier: "0001ab", address: "2001:db8::5" }, ["add", "0001ab", "2001:db8::5", "printer"]],
    [{ kind: "lost", address: undefined, from: 1, to: 2 }, ["lost"]],
    [{ hostname: "; rm -rf /" }, ["add", "02:00:00:00:00:01", "10.0.0.1", "; rm -rf /"]],
  ];
  for (const [more, expected] of ARGUMENTS) {
    test(`arguments of ${JSON.stringify(more)}`, () => assert.deepEqual(argumentsOf(event(1, more)), expected));
  }

  test("one that prints without end is ended", async (t) => {
    const { run, failures } = runner(t, "exec yes");
    assert.equal(await run.deliver([event(1)]), 1);
    assert.match(failures.join(), /^1: it printed more than 1024 KiB: y\ny/);
  });

  test("what can't be in a variable is replaced there", () => {
    assert.equal(environmentOf(event(1, { hostname: "a\0b" })).LEASEHOLD_HOSTNAME, "a\ufffdb");
  });

  test("at most four run at one time, those of one address one after the other", async (t) => {
    const { run, read } = runner(t, 'echo "+ $3 $LEASEHOLD_NUMBER" >> OUT; sleep 0.05; echo "- $3 $LEASEHOLD_NUMBER" >> OUT');
    await run.deliver(Array.from({ length: 24 }, (_, i) => event(i + 1, { address: `10.0.0.${i % 6}` })));
    const lines = read().trim().split("\n");
    const running = new Map<string, string>();
    const last = new Map<string, number>();
    let most = 0;
    for (const line of lines) {
      const [sign, address = "", number = ""] = line.split(" ");
      if (sign === "+") {
        assert.equal(running.has(address), false, `two of ${address} at one time`);
        assert.ok(Number(number) > (last.get(address) ?? 0), "in order");
        running.set(address, number);
        last.set(address, Number(number));
      } else running.delete(address);
      most = Math.max(most, running.size);
    }
    assert.equal(lines.length, 48);
    assert.equal(most, 4);
  });

  test("one that hangs is ended with what it has started, one that fails is told of, and the others run", async (t) => {
    const { run, read, failures } = runner(
      t,
      "case $LEASEHOLD_NUMBER in 1) (sleep 60; echo late >> OUT) & echo waiting; sleep 60;; 2) yes | head -c 100000 >&2; exit 3;; *) echo $LEASEHOLD_NUMBER >> OUT;; esac",
      700,
    );
    const begun = Date.now();
    assert.equal(await run.deliver([event(1), event(2), event(3)]), 3);
    assert.ok(Date.now() - begun < 10_000);
    assert.equal(read(), "3\n");
    const [failed2, failed1] = failures.sort((a, b) => b.localeCompare(a));
    assert.match(failed1 ?? "", /^1: it had not ended after 0.7 s: waiting\n$/);
    assert.match(failed2 ?? "", /^2: it ended with status 3: (y\n)+$/);
    assert.ok((failed2?.length ?? 0) < 2100);
  });

  test("one that is ended because the server stops is run again after the next start", async (t) => {
    const { run, read, controller } = runner(t, "echo begun >> OUT; sleep 60");
    const told = run.deliver([event(1)]);
    await until(() => read() !== "");
    controller.abort();
    await assert.rejects(told, /the server is stopping/);
  });

  test("can it not be started, it is tried again", async (t) => {
    const signal = new AbortController().signal;
    const missing = createRunner({ command: [newPath("missing")], signal, failed: () => assert.fail() });
    await assert.rejects(missing.deliver([event(1)]), /can't be started.*ENOENT/);
    t.diagnostic("rejected");
  });
});
