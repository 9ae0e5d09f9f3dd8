import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { pollInterfaces, watchInterfaces } from "../../src/io/watch-interfaces.ts";
import { inNamespace } from "../support/enter-namespace.ts";
import { createLab, type Lab, type Namespace } from "../support/namespaces.ts";
import { requireNamespaces } from "../support/requirement.ts";

/** A machine whose interfaces are watched. */
async function createMachine(t: TestContext): Promise<{ lab: Lab; machine: Namespace; calls: () => number; close: () => void }> {
  const lab = createLab(t);
  const machine = lab.namespace("machine");
  let calls = 0;
  const watch = await inNamespace(machine, () => watchInterfaces(() => calls++));
  t.after(() => watch.close());
  // What the loopback interface has to tell of coming up.
  await delay(200);
  calls = 0;
  return { lab, machine, calls: () => calls, close: () => watch.close() };
}

const CHANGES: readonly (readonly [what: string, ...command: string[]])[] = [
  ["an interface that comes", "link", "add", "eth0", "type", "veth", "peer", "name", "eth1"],
  ["one that is brought up", "link", "set", "eth0", "up"],
  ["an IPv4 address", "address", "add", "10.1.2.3/24", "dev", "eth0"],
  ["an IPv6 address", "address", "add", "2001:db8::1/64", "dev", "eth0"],
  ["an address that goes", "address", "delete", "10.1.2.3/24", "dev", "eth0"],
  ["an interface that goes", "link", "delete", "eth0"],
];

test("what changes of interfaces and addresses is told within a second, and nothing else", async (t) => {
  if (!requireNamespaces(t)) return;
  const { lab, machine, calls } = await createMachine(t);
  for (const [what, ...command] of CHANGES) {
    const before = calls();
    lab.exec(machine, "ip", ...command);
    const start = Date.now();
    while (calls() === before && Date.now() - start < 1000) await delay(5);
    assert.ok(calls() > before, what);
    // Until what follows of it, such as addresses that the kernel looks for duplicates of, is over.
    await delay(100);
  }
  await delay(1500);
  const quiet = calls();
  await delay(300);
  assert.equal(calls(), quiet);
});

test("a burst of changes is told once", async (t) => {
  if (!requireNamespaces(t)) return;
  const { lab, machine, calls } = await createMachine(t);
  const commands = Array.from({ length: 200 }, (_, i) => `address add 10.0.${i}.1/24 dev lo`).join("\\n");
  lab.exec(machine, "sh", "-c", `printf '${commands}\\n' | ip -batch -`);
  await delay(300);
  assert.ok(calls() >= 1 && calls() <= 3, `${calls()} calls`);
});

test("nothing is told after it was closed", async (t) => {
  if (!requireNamespaces(t)) return;
  const { lab, machine, calls, close } = await createMachine(t);
  lab.exec(machine, "ip", "address", "add", "10.1.2.3/24", "dev", "lo");
  close();
  close();
  lab.exec(machine, "ip", "address", "add", "10.1.2.4/24", "dev", "lo");
  await delay(200);
  assert.equal(calls(), 0);
});

test("without the kernel's help changes are looked for", async (t) => {
  if (!requireNamespaces(t)) return;
  const lab = createLab(t);
  const machine = lab.namespace("machine");
  let calls = 0;
  // Looks where this thread is: in the machine as long as it waits there.
  await inNamespace(machine, async () => {
    const watch = pollInterfaces(() => calls++, 20);
    await delay(100);
    assert.equal(calls, 0);
    lab.exec(machine, "ip", "address", "add", "10.1.2.3/24", "dev", "lo");
    for (const end = Date.now() + 1000; calls === 0 && Date.now() < end; ) await delay(5);
    watch.close();
  });
  assert.equal(calls, 1);
});
