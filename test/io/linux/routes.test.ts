import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { openRoutes } from "../../../src/io/open.ts";
import { type Ipv6, parseIpv6 } from "../../../src/net/ipv6.ts";
import { formatIpv6Prefix, type Ipv6Prefix, parseIpv6Prefix } from "../../../src/net/ipv6-prefix.ts";
import { inNamespace } from "../../support/enter-namespace.ts";
import { createLab } from "../../support/namespaces.ts";
import { requireNamespaces } from "../../support/requirement.ts";

const prefix = (text: string): Ipv6Prefix => parseIpv6Prefix(text) as Ipv6Prefix;
const address = (text: string): Ipv6 => parseIpv6(text) as Ipv6;

test("routes of this program come, change and go, and are told apart from those of others", async (t) => {
  if (!requireNamespaces(t)) return;
  const lab = createLab(t);
  const [here, there] = [lab.namespace("here"), lab.namespace("there")];
  lab.cable(here, "eth0", there, "eth0");
  lab.exec(here, "ip", "-6", "route", "add", "2001:db8:9::/56", "via", "fe80::9", "dev", "eth0");
  const [{ ifindex }] = JSON.parse(lab.exec(here, "ip", "-j", "link", "show", "eth0")) as [{ ifindex: number }];
  /** What the kernel has beside the routes that it makes itself. */
  const kernel = () =>
    (JSON.parse(lab.exec(here, "ip", "-j", "-6", "route", "show")) as { dst: string; gateway?: string; dev: string }[])
      .filter(({ gateway }) => gateway !== undefined)
      .map(({ dst, gateway, dev }) => `${dst} via ${gateway} dev ${dev}`)
      .sort();
  const others = "2001:db8:9::/56 via fe80::9 dev eth0";

  const routes = await inNamespace(here, openRoutes);
  t.after(() => routes.close());
  const list = () => inNamespace(here, () => (routes.list() as readonly Ipv6Prefix[]).map(formatIpv6Prefix).sort());
  assert.deepEqual(await list(), []);
  assert.equal(routes.add(prefix("2001:db8:1::/56"), address("fe80::1"), ifindex), undefined);
  assert.equal(routes.add(prefix("2001:db8:2::/64"), address("fe80::2"), ifindex), undefined);
  assert.deepEqual(kernel(), ["2001:db8:1::/56 via fe80::1 dev eth0", "2001:db8:2::/64 via fe80::2 dev eth0", others]);

  // Again, and by another neighbour.
  assert.equal(routes.add(prefix("2001:db8:1::/56"), address("fe80::1"), ifindex), undefined);
  assert.equal(routes.add(prefix("2001:db8:2::/64"), address("fe80::3"), ifindex), undefined);
  assert.deepEqual(kernel(), ["2001:db8:1::/56 via fe80::1 dev eth0", "2001:db8:2::/64 via fe80::3 dev eth0", others]);

  // What is set already is left alone: there is no moment without it.
  const monitor = lab.start(here, "ip", "-6", "monitor", "route");
  for (const end = Date.now() + 3000; !monitor.output().includes("2001:db8:8::/56") && Date.now() < end; await delay(20)) {
    lab.exec(here, "ip", "-6", "route", "replace", "2001:db8:8::/56", "via", "fe80::9", "dev", "eth0");
  }
  assert.equal(routes.add(prefix("2001:db8:1::/56"), address("fe80::1"), ifindex), undefined);
  lab.exec(here, "ip", "-6", "route", "delete", "2001:db8:8::/56");
  await monitor.line(/^Deleted 2001:db8:8::/);
  assert.ok(!monitor.output().includes("2001:db8:1::"));

  // Another run finds them, and none of others.
  const later = await inNamespace(here, openRoutes);
  t.after(() => later.close());
  assert.deepEqual(await list(), ["2001:db8:1::/56", "2001:db8:2::/64"]);
  assert.equal(later.remove(prefix("2001:db8:1::/56")), undefined);
  assert.equal(later.remove(prefix("2001:db8:1::/56")), undefined);
  assert.equal(later.remove(prefix("2001:db8:9::/56")), undefined);
  assert.deepEqual(kernel(), ["2001:db8:2::/64 via fe80::3 dev eth0", others]);

  // Where another program has a route it stays.
  assert.equal(routes.add(prefix("2001:db8:9::/56"), address("fe80::1"), ifindex), "another program has set a route to it");
  assert.equal(routes.remove(prefix("2001:db8:9::/56")), undefined);
  assert.deepEqual(kernel(), ["2001:db8:2::/64 via fe80::3 dev eth0", others]);

  // What can't be done is told.
  assert.equal(routes.add(prefix("2001:db8:3::/56"), address("fe80::1"), 4000), "the interface is gone");
  lab.exec(here, "ip", "link", "set", "eth0", "down");
  assert.equal(routes.add(prefix("2001:db8:3::/56"), address("fe80::1"), ifindex), "the interface is down");
});
