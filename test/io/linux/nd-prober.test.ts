import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { openIpv6Prober } from "../../../src/io/open.ts";
import { formatIpv6, type Ipv6, parseIpv6 } from "../../../src/net/ipv6.ts";
import { formatMac } from "../../../src/net/mac.ts";
import { inNamespace } from "../../support/enter-namespace.ts";
import { createLab } from "../../support/namespaces.ts";
import { requireNamespaces } from "../../support/requirement.ts";

const address = (text: string): Ipv6 => parseIpv6(text) as Ipv6;

test("who has an address on the link answers, with its hardware address; nobody else does", async (t) => {
  if (!requireNamespaces(t)) return;
  const lab = createLab(t);
  const [here, there] = [lab.namespace("here"), lab.namespace("there")];
  lab.cable(here, "eth0", there, "eth0");
  lab.exec(there, "ip", "link", "set", "eth0", "address", "02:00:5e:63:00:01");
  lab.exec(there, "ip", "address", "add", "2001:db8::5/64", "dev", "eth0", "nodad");
  while (lab.exec(here, "ip", "-6", "address", "show", "tentative").includes("inet6")) await delay(100);
  const [{ ifindex }] = JSON.parse(lab.exec(here, "ip", "-j", "link", "show", "eth0")) as [{ ifindex: number }];

  const prober = await inNamespace(here, openIpv6Prober);
  t.after(() => prober.close());
  assert.deepEqual(prober.limitations, []);
  const answers: string[] = [];
  prober.start((from, hardwareAddress) => answers.push(`${formatIpv6(from)} ${hardwareAddress && formatMac(hardwareAddress)}`));
  const ask = (text: string, index = ifindex) => inNamespace(here, () => prober.ask(address(text), index));
  assert.equal(await ask("2001:db8::5"), true);
  // Nobody has this one, and the server's machine itself does not answer itself.
  assert.equal(await ask("2001:db8::6"), true);
  for (const end = Date.now() + 5000; answers.length === 0 && Date.now() < end; ) await delay(20);
  await delay(300);
  assert.deepEqual(answers, ["2001:db8::5 02:00:5e:63:00:01"]);

  // Behind a router, on a link without Ethernet's addresses, and on none at all nobody can be asked.
  assert.equal(await ask("2001:db8::5", 0), false);
  assert.equal(await ask("2001:db8::5", 1), false);
  assert.equal(await ask("2001:db8::5", 4000), false);
});
