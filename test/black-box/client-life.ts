/** What every DHCP client that others wrote goes through with this server. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { type ClientEvent, type ClientProgram, createDhcpClient } from "../support/dhcp-client.ts";
import { type ListedLease, startLeasehold } from "../support/leasehold-process.ts";
import { requireNamespaces, requirePrograms } from "../support/requirement.ts";
import { assertAllAnswered } from "./counters.ts";
import { createPair } from "./labs.ts";

export interface ClientTraits {
  readonly program: ClientProgram;
  /** Whether it keeps its lease on disk and asks for it after a restart (INIT-REBOOT). */
  readonly reboots: boolean;
  /** Whether it renews when T1 says. */
  readonly obeysT1: boolean;
  /** Options 61 and 60 as it sends them by itself. */
  readonly clientIdentifier: (mac: string) => string | null;
  readonly vendorClass: RegExp | null;
}

const LEASE_TIME = 60;
/** T1 in seconds: short, so that the client renews while we watch, and long enough to look at the first lease before. */
const RENEW_TIME = 5;
const MAC = "02:00:5e:10:00:01";

/**
 * Obtains, renews, comes back after power cuts with and without its memory, releases, returns, and returns once more to a server
 * that has lost its memory too: always with the same address.
 */
export async function liveThrough(t: TestContext, traits: ClientTraits): Promise<void> {
  const { program } = traits;
  if (!requireNamespaces(t) || !requirePrograms(t, program)) return;
  const { lab, server, client: place } = createPair(t, MAC);
  const config = `
    config: { lease_time: ${LEASE_TIME}, renew_time: ${RENEW_TIME} }
    networks:
      10.77.0.0/24:
        options: { routers: 10.77.0.1, domain_name_servers: [10.77.0.53, 10.77.0.54], domain_name: lab.example }
        ranges: [{ range: 10.77.0.100-10.77.0.199 }]
  `;
  const leasehold = await startLeasehold(t, lab, server, config);
  const client = createDhcpClient(t, lab, place, { program, hostname: "tester" });

  client.start();
  const first = await client.next("BOUND");
  const { address } = first;
  assert.match(address, /^10\.77\.0\.1\d\d$/);
  const given: ClientEvent = {
    event: "BOUND",
    address,
    mask: "255.255.255.0",
    routers: "10.77.0.1",
    dns: "10.77.0.53 10.77.0.54",
    domain: "lab.example",
    server: "10.77.0.1",
    leaseTime: String(LEASE_TIME),
    hostname: "",
  };
  const configured = { address: `${address}/24`, router: "10.77.0.1" };
  const assertLease = ([lease, ...others]: readonly ListedLease[], state: string): ListedLease => {
    assert.ok(lease !== undefined);
    const { start, expiry, vendor_class, ...rest } = lease;
    assert.deepEqual(others, []);
    assert.deepEqual(rest, {
      address,
      state,
      hardware_address: MAC,
      client_identifier: traits.clientIdentifier(MAC),
      hostname: "tester",
      circuit_id: null,
      remote_id: null,
      network: "10.77.0.0/24",
    });
    if (traits.vendorClass === null) assert.equal(vendor_class, null);
    else assert.match(vendor_class ?? "", traits.vendorClass);
    return lease;
  };
  const assertBound = (leases: readonly ListedLease[]): ListedLease => {
    const lease = assertLease(leases, "bound");
    assert.equal(Date.parse(lease.expiry) - Date.parse(lease.start), LEASE_TIME * 1000);
    return lease;
  };

  // Obtain.
  assert.deepEqual(first, given);
  assert.deepEqual(client.configured(), configured);
  const obtained = assertBound(await leasehold.leases());

  // Renew.
  if (!traits.obeysT1) client.renew();
  assert.deepEqual(await client.next("RENEW"), { ...given, event: "RENEW" });
  assert.deepEqual(client.configured(), configured);
  const renewed = assertBound(await leasehold.leases());
  const passed = Date.parse(renewed.start) - Date.parse(obtained.start);
  assert.ok(passed >= (traits.obeysT1 ? RENEW_TIME - 1 : 0) * 1000, `renewed ${passed} ms after it was obtained`);

  // Reboot with what it remembers.
  await client.cut();
  assert.deepEqual(client.configured(), { address: undefined, router: undefined });
  client.start();
  assert.deepEqual(await client.next("BOUND", "REBOOT"), { ...given, event: traits.reboots ? "REBOOT" : "BOUND" });
  assert.deepEqual(client.configured(), configured);
  assertBound(await leasehold.leases());

  // And with nothing that it remembers.
  await client.cut();
  client.forget();
  client.start();
  assert.deepEqual(await client.next("BOUND", "REBOOT"), given);
  assert.deepEqual(client.configured(), configured);
  assertBound(await leasehold.leases());

  // Release.
  await client.release();
  assert.deepEqual(client.configured(), { address: undefined, router: undefined });
  assertLease(await leasehold.leasesWhen((leases) => leases[0]?.state === "released"), "released");

  // Return to the address that it released.
  client.forget();
  client.start();
  assert.deepEqual(await client.next("BOUND", "REBOOT"), given);
  assertBound(await leasehold.leases());
  await client.cut();
  assertAllAnswered(await leasehold.stop(), { discovers: traits.reboots ? 3 : 4, requests: 5, bound: 2, released: 1 });

  // Return although neither side remembers anything.
  const successor = await startLeasehold(t, lab, server, config);
  client.forget();
  client.start();
  assert.deepEqual(await client.next("BOUND", "REBOOT"), given);
  assert.deepEqual(client.configured(), configured);
  assertBound(await successor.leases());
  await client.cut();
  assertAllAnswered(await successor.stop(), { discovers: 1, requests: 1, bound: 1 });
}
