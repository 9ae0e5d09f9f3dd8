import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Association, clientKeyOf } from "../../../src/leases/dhcp6/client-key.ts";
import { type Lease, type LeaseOwner, LeaseState } from "../../../src/leases/dhcp6/lease.ts";
import { formatIpv6 } from "../../../src/net/ipv6.ts";
import { formatIpv6Prefix, type Ipv6Prefix } from "../../../src/net/ipv6-prefix.ts";
import { keepRoutes } from "../../../src/server/dhcp6/routes.ts";
import type { HappeningKind } from "../../../src/server/happenings.ts";
import { address, prefix } from "../../support/dhcp6-config.ts";

const { bound, released, expired } = LeaseState;

/** A lease of a client on eth0. */
function lease(leased: string, state: LeaseState = bound, more: Partial<LeaseOwner> = {}): Lease {
  const association = leased.includes("/") ? Association.prefixes : Association.addresses;
  const owner: LeaseOwner = {
    clientKey: clientKeyOf(association, 1, Uint8Array.of(0, 3, 0, 1, 7)),
    preferredLifetime: 100,
    peerAddress: address("fe80::7"),
    relays: undefined,
    interfaceName: new TextEncoder().encode("eth0"),
    hardware: undefined,
    hostname: undefined,
    vendorClass: undefined,
    reconfigureKey: undefined,
    limitKeys: undefined,
    ...more,
  };
  return { address: prefix(leased), state, start: 0, expiry: 100, owner };
}

/** A kernel with these routes, and what a keeper does to them. */
function start(
  leases: readonly Lease[],
  installed: readonly string[] = [],
  interfaces: Record<string, number> = { eth0: 2, eth1: 3 },
  unlisted?: string,
) {
  const kernel = new Map(installed.map((text) => [text, "of another server"]));
  const warnings: string[] = [];
  const done: string[] = [];
  const refusal: { reason?: string } = {};
  let closed = false;
  const keeper = keepRoutes({
    routes: {
      add(to, nextHop, index) {
        if (refusal.reason !== undefined) return refusal.reason;
        done.push(`add ${formatIpv6Prefix(to)}`);
        kernel.set(formatIpv6Prefix(to), `${formatIpv6(nextHop)} ${index}`);
        return undefined;
      },
      remove(to) {
        done.push(`remove ${formatIpv6Prefix(to)}`);
        kernel.delete(formatIpv6Prefix(to));
        return undefined;
      },
      list: () => unlisted ?? [...kernel.keys()].map((text) => prefix(text)),
      close() {
        closed = true;
      },
    },
    leases,
    interfaceNamed: (name) => interfaces[name],
    warn: (text) => warnings.push(text),
  });
  const happen = (kind: HappeningKind, after: Lease | undefined, of: Ipv6Prefix = (after as Lease).address) =>
    keeper.follow({ kind, address: of, before: undefined, after });
  return { keeper, kernel, warnings, done, refusal, interfaces, happen, closed: () => closed };
}

const ONE = "2001:db8:1::/56";
const TWO = "2001:db8:2::/56";

describe("routes to delegated prefixes", () => {
  test("at the start they are brought to what the leases say", () => {
    const leases = [
      lease(ONE),
      lease("2001:db8::5"),
      lease("2001:db8:3::/56", expired),
      lease("2001:db8:4::/56", bound, { relays: Uint8Array.of(12) }),
      lease("2001:db8:5::/56", bound, { peerAddress: undefined }),
    ];
    const { kernel } = start(leases, [TWO, ONE, "2001:db8:3::/56"]);
    assert.deepEqual([...kernel], [[ONE, "fe80::7 2"]]);
  });

  test("where it can't be told what is there, the leases get their routes, and nothing is removed", () => {
    const { kernel, warnings } = start([lease(ONE)], [TWO], undefined, "EPROTO");
    assert.deepEqual([...kernel.keys()].sort(), [ONE, TWO]);
    assert.deepEqual(warnings, ["routes of before, to what is leased no longer, stay: EPROTO"]);
  });

  test("they come and go with the leases, and follow a client that moves", () => {
    const { kernel, happen } = start([]);
    happen("bound", lease(ONE));
    assert.deepEqual([...kernel], [[ONE, "fe80::7 2"]]);
    // Somebody has removed it.
    kernel.clear();
    happen("renewed", lease(ONE));
    assert.deepEqual([...kernel], [[ONE, "fe80::7 2"]]);
    happen("renewed", lease(ONE, bound, { interfaceName: new TextEncoder().encode("eth1"), peerAddress: address("fe80::8") }));
    assert.deepEqual([...kernel], [[ONE, "fe80::8 3"]]);
    happen("released", lease(ONE, released));
    happen("bound", lease(TWO));
    assert.deepEqual([...kernel.keys()], [TWO]);
    happen("expired", lease(TWO, expired));
    assert.deepEqual([...kernel], []);
    happen("bound", lease(ONE));
    happen("removed", undefined, prefix(ONE));
    assert.deepEqual([...kernel], []);
  });

  test("nothing is done for addresses, nor for who is behind a relay, and one that has gone there loses its route", () => {
    const { kernel, done, happen } = start([]);
    happen("bound", lease("2001:db8::5"));
    happen("bound", lease(TWO, bound, { relays: Uint8Array.of(12) }));
    happen("released", lease(TWO, released, { relays: Uint8Array.of(12) }));
    assert.deepEqual(done, []);
    happen("bound", lease(ONE));
    happen("renewed", lease(ONE, bound, { relays: Uint8Array.of(12) }));
    assert.deepEqual([...kernel], []);
  });

  test("an interface that goes away is one warning, however many routes go with it", () => {
    const { kernel, keeper, warnings, interfaces } = start([lease(ONE), lease(TWO)]);
    for (let time = 1; time <= 2; time++) {
      delete interfaces.eth0;
      keeper.look();
      assert.deepEqual(warnings.splice(0), [`no route to ${ONE} by fe80::7 on eth0: there is no interface eth0`]);
      kernel.clear();
      interfaces.eth0 = 9;
      keeper.look();
      assert.deepEqual([[...kernel.keys()], warnings], [[ONE, TWO], []]);
    }
  });

  test("an interface that comes back gets its routes back; what the kernel refuses is said once", () => {
    const { kernel, keeper, warnings, refusal, interfaces, happen } = start([lease(ONE)], [], {});
    assert.deepEqual(warnings, [`no route to ${ONE} by fe80::7 on eth0: there is no interface eth0`]);
    keeper.look();
    interfaces.eth0 = 9;
    keeper.look();
    assert.deepEqual([[...kernel], warnings.length], [[[ONE, "fe80::7 9"]], 1]);
    // It is down, and comes up again: the kernel has dropped its routes.
    delete interfaces.eth0;
    kernel.clear();
    keeper.look();
    interfaces.eth0 = 9;
    keeper.look();
    assert.deepEqual([...kernel], [[ONE, "fe80::7 9"]]);
    refusal.reason = "that needs CAP_NET_ADMIN";
    happen("bound", lease(TWO));
    happen("renewed", lease(TWO));
    assert.deepEqual(warnings.slice(2), [`no route to ${TWO} by fe80::7 on eth0: that needs CAP_NET_ADMIN`]);
  });

  test("they stay when the server stops", () => {
    const { kernel, keeper, closed } = start([lease(ONE)]);
    keeper.close();
    assert.ok(closed());
    assert.deepEqual([...kernel.keys()], [ONE]);
  });
});
