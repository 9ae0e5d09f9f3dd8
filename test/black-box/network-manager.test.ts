import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseIpv4 } from "../../src/net/ipv4.ts";
import { decode } from "../../src/wire/dhcp4/decode.ts";
import { optionValue } from "../../src/wire/dhcp4/options.ts";
import { parseIpv4Udp } from "../../src/wire/frames/ipv4-udp.ts";
import { startLeasehold } from "../support/leasehold-process.ts";
import { requireNamespaces, requirePrograms } from "../support/requirement.ts";
import { openTap } from "../support/tap.ts";
import { createPair } from "./labs.ts";

const SCRIPT = fileURLToPath(new URL("../support/network-manager.sh", import.meta.url));
const MAC = "02:00:5e:50:00:09";
const ADDRESS = "10.77.0.100";
const LEASE_TIME = 20;
const CONFIG = `
  config: { lease_time: ${LEASE_TIME} }
  networks:
    10.77.0.0/24:
      options: { routers: 10.77.0.1 }
      ranges: [{ range: 10.77.0.100-10.77.0.199 }]
      allocation: sequential
`;

test("NetworkManager was offered nothing it could hear after its lease had run out: it puts the lost address in ciaddr", async (t) => {
  if (!requireNamespaces(t) || !requirePrograms(t, "NetworkManager", "dbus-daemon", "unshare")) return;
  const { lab, server, client } = createPair(t, MAC);
  const first = await startLeasehold(t, lab, server, CONFIG);
  lab.start(client, "unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", SCRIPT);
  await first.line(new RegExp(`${ADDRESS.replaceAll(".", "\\.")} leased to `));
  await first.stop();

  const hasAddress = (): boolean => lab.exec(client, "ip", "-4", "-brief", "address", "show", "dev", "eth0").includes(`${ADDRESS}/24`);
  const until = async (condition: () => boolean, seconds: number): Promise<boolean> => {
    for (const end = Date.now() + 1000 * seconds; !condition() && Date.now() < end; ) await delay(100);
    return condition();
  };
  assert.ok(await until(hasAddress, 10), "NetworkManager does not take its first lease");
  assert.ok(await until(() => !hasAddress(), 3 * LEASE_TIME), "the address stays though its lease has run out");

  const tap = await openTap(lab, server, "eth0");
  t.after(() => tap.close());
  const second = await startLeasehold(t, lab, server, CONFIG, { database: first.database });
  await second.line(/ (leased to|renewed by) /);
  assert.ok(await until(hasAddress, 10), "NetworkManager hears no answer");
  const discovers = (await tap.frames(1, () => true)).map(ciaddrOfDiscover).filter((ciaddr) => ciaddr !== undefined);
  assert.ok(discovers.includes(parseIpv4(ADDRESS) as number), "this version does not fill ciaddr: the test shows nothing");
  const [lease, ...more] = await second.leases();
  assert.deepEqual([lease?.address, lease?.state, lease?.hardware_address, more], [ADDRESS, "bound", MAC, []]);
  const counters = await second.stop();
  assert.equal(counters["sent ACK"], counters["received REQUEST"]);
});

/** Undefined: the frame is no DISCOVER. */
function ciaddrOfDiscover(frame: Uint8Array): number | undefined {
  const packet = parseIpv4Udp(frame.subarray(14), frame.length - 14, { verifyUdpChecksum: false });
  if (!packet.ok || packet.destinationPort !== 67) return undefined;
  const start = 14 + packet.payloadOffset;
  const decoded = decode(frame.subarray(start, start + packet.payloadLength));
  return decoded.ok && optionValue(decoded.message, 53)?.[0] === 1 ? decoded.message.ciaddr : undefined;
}
