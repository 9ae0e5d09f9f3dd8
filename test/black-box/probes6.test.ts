/**
 * An address of IPv6 that another host on the link has taken is found out before it is advertised.
 */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { createDhcp6Client } from "../support/dhcp6-client.ts";
import { type LeaseholdProcess, startLeasehold } from "../support/leasehold-process.ts";
import { createLab } from "../support/namespaces.ts";
import { requireNamespaces, requirePrograms } from "../support/requirement.ts";
import { createBridge, createClientPlace, createDhcp6Pair, untilAddressesAreTested } from "./labs.ts";

const CLIENT = "02:00:5e:60:00:01";
const SQUATTER = "02:00:5e:60:00:02";
const CONFIG = `
  v6:
    networks:
      "2001:db8:77::/64":
        ping_check: true
        ping_timeout_ms: 300
        probation_period: 15m
        allocation: sequential
        ranges: [{ start: "2001:db8:77::1000", end: "2001:db8:77::1fff" }]
`;

/** Server, client and a host that has taken this address, at one switch. */
async function createSquat(t: TestContext, taken: string) {
  const lab = createLab(t);
  const [server, middle] = [lab.namespace("server"), lab.namespace("switch")];
  lab.cable(server, "eth0", middle, "port0");
  const place = createClientPlace(lab, "client", middle, "port1", CLIENT);
  const squatter = createClientPlace(lab, "squatter", middle, "port2", SQUATTER);
  createBridge(lab, middle, "bridge", ["port0", "port1", "port2"]);
  lab.exec(server, "ip", "address", "add", "2001:db8:77::1/64", "dev", "eth0", "nodad");
  lab.exec(squatter, "ip", "address", "add", `${taken}/64`, "dev", "eth0", "nodad");
  await untilAddressesAreTested(lab, [server, place, squatter]);
  return { lab, server, place };
}

/** What the server says of conflicts. */
function warnings(leasehold: LeaseholdProcess): unknown[] {
  const entries = leasehold
    .output()
    .split("\n")
    .filter((text) => text.includes(" is in use"));
  return entries.map((text) => {
    const { level, address, hardware_address, msg } = JSON.parse(text);
    return [level, address, hardware_address, msg];
  });
}

test("an address that another host on the link uses is put on probation, and another one is given", async (t) => {
  if (!requireNamespaces(t) || !requirePrograms(t, "dhclient")) return;
  const { lab, server, place } = await createSquat(t, "2001:db8:77::1000");
  const leasehold = await startLeasehold(t, lab, server, CONFIG);
  const client = createDhcp6Client(t, lab, place, "dhclient", "address");
  client.start();
  assert.deepEqual(await client.addressesWhen((found) => found.length > 0), ["2001:db8:77::1001"]);
  const leases = await leasehold.leasesWhen((all) => all.length === 2);
  assert.deepEqual(leases.map(({ address, state }) => [address, state]).sort(), [
    ["2001:db8:77::1000", "declined"],
    ["2001:db8:77::1001", "bound"],
  ]);
  assert.deepEqual(warnings(leasehold), [
    [
      "warn",
      "2001:db8:77::1000",
      SQUATTER,
      `2001:db8:77::1000 is in use by ${SQUATTER}, though nobody has a lease of it: it is not given out for 15m`,
    ],
  ]);
  const { probes, conflicts, declined, bound } = await leasehold.stop();
  assert.deepEqual({ probes, conflicts, declined, bound }, { probes: 2, conflicts: 1, declined: 1, bound: 1 });
});

test("without the privilege for raw sockets the server says so at start, and advertises addresses without probing them", async (t) => {
  if (!requireNamespaces(t) || !requirePrograms(t, "dhclient", "setpriv")) return;
  const { lab, server, client: place } = await createDhcp6Pair(t, CLIENT);
  const through = ["setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw"];
  const leasehold = await startLeasehold(t, lab, server, CONFIG, { through });
  const client = createDhcp6Client(t, lab, place, "dhclient", "address");
  client.start();
  assert.deepEqual(await client.addressesWhen((found) => found.length > 0), ["2001:db8:77::1000"]);
  assert.match(
    leasehold.output(),
    /"level":"warn",.*"ping_check is on, but addresses are offered without being probed: that needs root or CAP_NET_RAW."/,
  );
  const { probes, probesSkipped } = await leasehold.stop();
  assert.deepEqual({ probes, probesSkipped }, { probes: undefined, probesSkipped: 1 });
});
