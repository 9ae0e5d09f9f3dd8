import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { reconfigureOf } from "../../../src/engine/dhcp6/reconfigure.ts";
import { LeaseState } from "../../../src/leases/dhcp6/lease.ts";
import { toHex } from "../../../src/net/bytes.ts";
import { parseIpv6 } from "../../../src/net/ipv6.ts";
import { ipv6Prefix, ipv6PrefixesOverlap } from "../../../src/net/ipv6-prefix.ts";
import { MessageType } from "../../../src/wire/dhcp6/message.ts";
import { OptionCode } from "../../../src/wire/dhcp6/option-code.ts";
import { SERVER_DUID } from "../../engine/support/dhcp6/messages.ts";
import { ETH0, ETH1, home, homeAndAway, START } from "../../engine/support/dhcp6/server.ts";
import { bindingOf, createHosts, type Host } from "./hosts.ts";

/*
 * The client beside the server's engine. Leases are for 4000 seconds, T1 is 1250, T2 2000; the
 * address is the first of the range.
 */

const ADDRESS = "2001:db8:1::100";
const PREFIX = "2001:db8:8000::/56";
const start = { kind: "start", delayed: false } as const;

const has = (host: Host): readonly string[] => [...host.has.keys()];
/** What it did since it was last asked. */
const did = (host: Host): string => host.did.splice(0).join(" ");

function bound(router: boolean): { world: ReturnType<typeof createHosts>; host: Host } {
  const world = createHosts(homeAndAway());
  const host = world.add(10, router);
  world.tell(host, start);
  world.pass(2);
  assert.equal(did(host), "SOLICIT REQUEST");
  return { world, host };
}

suite("a client and the server", () => {
  test("obtain an address and a prefix, and keep them for a day by RENEW alone", () => {
    const { world, host } = bound(true);
    assert.deepEqual(has(host), [ADDRESS, PREFIX]);
    world.pass(86_400, () => assert.deepEqual(has(host), [ADDRESS, PREFIX]));
    assert.equal(did(host), Array(69).fill("RENEW").join(" "));
  });

  test("rapid commit, where the server has it", () => {
    const world = createHosts(home({ rapidCommit: true }));
    const host = world.add(10, true, { rapidCommit: true });
    world.tell(host, start);
    world.pass(1);
    assert.deepEqual([did(host), has(host)], ["SOLICIT", [ADDRESS, PREFIX]]);
  });

  test("REBIND after the server was gone, nothing is lost", () => {
    const { world, host } = bound(true);
    world.serverUp = false;
    world.pass(2_500);
    assert.match(did(host), /^RENEW( RENEW)+( REBIND)+$/);
    world.serverUp = true;
    world.pass(600, () => assert.deepEqual(has(host), [ADDRESS, PREFIX]));
    assert.equal(did(host), "REBIND");
    world.pass(1_000);
    assert.equal(did(host), "RENEW");
  });

  test("what runs out is obtained again from a server that comes back late", () => {
    const { world, host } = bound(false);
    world.serverUp = false;
    world.pass(4_100);
    assert.deepEqual(has(host), []);
    assert.match(did(host), /^RENEW( RENEW)+( REBIND)+ expired( SOLICIT)+$/);
    world.serverUp = true;
    world.pass(3_600);
    assert.deepEqual(has(host), [ADDRESS]);
  });

  test("a server that lost its leases believes its client", () => {
    const { world, host } = bound(true);
    world.server = homeAndAway();
    world.pass(1_300);
    assert.deepEqual([did(host), has(host)], ["RENEW", [ADDRESS, PREFIX]]);
  });

  test("CONFIRM: the same link; another link, on which the addresses are taken away and others obtained", () => {
    const { world, host } = bound(false);
    world.tell(host, { kind: "link", up: false });
    world.tell(host, { kind: "link", up: true });
    world.pass(5);
    assert.deepEqual([did(host), has(host)], ["CONFIRM", [ADDRESS]]);
    host.way = { ...host.way, interface: ETH1 };
    world.tell(host, { kind: "link", up: true });
    world.pass(5);
    assert.deepEqual([did(host), has(host)], ["CONFIRM refused SOLICIT REQUEST", ["2001:db8:2::100"]]);
  });

  test("a router verifies by REBIND: what it has on the same link, what it gets instead on another one", () => {
    const { world, host } = bound(true);
    world.tell(host, { kind: "link", up: true });
    world.pass(5);
    assert.deepEqual([did(host), has(host)], ["REBIND", [ADDRESS, PREFIX]]);
    host.way = { ...host.way, interface: ETH1 };
    world.tell(host, { kind: "link", up: true });
    world.pass(30);
    assert.ok(!has(host).includes(ADDRESS), "an address of the other link");
    assert.ok(has(host).includes("2001:db8:2::100"), `${did(host)}: ${has(host).join()}`);
  });

  test("after a restart what is confirmed is used again", () => {
    const { world, host } = bound(false);
    const again = world.add(10, false);
    world.tell(again, { kind: "reboot", binding: bindingOf(host) });
    world.pass(5);
    assert.deepEqual([did(again), has(again)], ["CONFIRM", [ADDRESS]]);
  });

  test("RELEASE gives back what the client has", () => {
    const { world, host } = bound(true);
    world.tell(host, { kind: "release" });
    world.pass(30);
    assert.deepEqual([did(host), has(host)], ["released released RELEASE", []]);
    for (const at of [ADDRESS, PREFIX]) assert.match(world.server.leaseAt(at) ?? "", / released /);
  });

  test("DECLINE of an address that somebody uses: another one, and the prefix stays", () => {
    const { world, host } = bound(true);
    world.tell(host, { kind: "duplicate", addresses: [parseIpv6(ADDRESS) as Uint8Array] });
    world.pass(30);
    assert.deepEqual([did(host), has(host).toSorted()], ["conflict DECLINE RENEW", ["2001:db8:1::101", PREFIX]]);
    assert.match(world.server.leaseAt(ADDRESS) ?? "", / declined /);
  });

  test("a client that wants options alone gets them, and asks again after a day", () => {
    const dns = parseIpv6("2001:db8::53") as Uint8Array;
    const world = createHosts(home({}, { options: { [OptionCode.dnsServers]: dns } }));
    const host = world.add(10, false);
    world.tell(host, { kind: "inform" });
    world.pass(5);
    assert.deepEqual([did(host), host.options[OptionCode.dnsServers]], ["INFORMATION-REQUEST", toHex(dns)]);
    world.pass(86_390);
    assert.equal(did(host), "");
    world.pass(20);
    assert.equal(did(host), "INFORMATION-REQUEST");
  });

  test("RECONFIGURE of the server, signed with the key that it gave, is heeded", () => {
    const world = createHosts(home());
    const host = world.add(10, false, { acceptReconfigure: true });
    world.tell(host, start);
    world.pass(2);
    did(host);
    const { owner } = world.server.table.byAddress(ipv6Prefix(parseIpv6(ADDRESS) as Uint8Array)) ?? {};
    assert.ok(owner !== undefined);
    for (const [asked, answer] of [
      [MessageType.RENEW, "RENEW"],
      [MessageType.REBIND, "REBIND"],
      [MessageType["INFORMATION-REQUEST"], "INFORMATION-REQUEST"],
    ] as const) {
      const replayDetection = Uint8Array.of(0xff, 0, 0, 0, 0, 0, 0, asked);
      const message = reconfigureOf(owner, {
        asked,
        serverIdentifier: SERVER_DUID,
        replayDetection,
        interfaceIndex: 2,
        source: ETH0.address,
      })?.message;
      assert.ok(message !== undefined);
      world.send(host, message);
      world.send(host, message);
      world.pass(5);
      assert.equal(did(host), answer);
    }
    assert.deepEqual(has(host), [ADDRESS]);
  });
});

test("whatever is lost, late or doubled: nobody has what another one has or the server does not know, and at last everybody has all", () => {
  const fates = fc.infiniteStream(fc.constantFrom<readonly number[]>([0], [0], [0], [], [], [50], [0, 3_000], [900, 12_000]));
  const happenings = fc.array(
    fc.record({
      seconds: fc.constantFrom(1, 7, 300, 1_300, 2_200, 4_200),
      host: fc.nat(3),
      what: fc.constantFrom("nothing", "nothing", "release", "start", "link", "duplicate", "server"),
    }),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(happenings, fates, fc.infiniteStream(fc.nat(0xffff)), (list, fate, draws) => {
      let lossy = true;
      const world = createHosts(
        home({ ranges: ["2001:db8:1::100 2001:db8:1::10f"] }),
        () => (draws.next().value as number) / 0x10000,
        () => (lossy ? (fate.next().value as readonly number[]) : [0]),
      );
      const all = [0, 1, 2, 3].map((i) => world.add(10 + i, i % 2 === 0, { rapidCommit: i === 3 }));
      const check = (): void => {
        for (const [i, host] of all.entries()) {
          for (const { prefix, validUntil } of host.has.values()) {
            const lease = world.server.table.byAddress(prefix);
            assert.ok(lease !== undefined && lease.state === LeaseState.bound, "the server does not know it");
            // The server counts in whole seconds, from when it decided.
            assert.ok((lease.expiry - START) * 1000 + 1_000 + 12_000 >= validUntil, "the client has it for longer than the server");
            for (const other of all.slice(i + 1)) for (const its of other.has.values()) assert.ok(!ipv6PrefixesOverlap(prefix, its.prefix));
          }
        }
      };
      for (const host of all) world.tell(host, { kind: "start", delayed: true });
      for (const { seconds, host: number, what } of list) {
        const host = all[number] as Host;
        if (what === "server") world.serverUp = !world.serverUp;
        else if (what === "start") world.tell(host, { kind: "start", delayed: false });
        else if (what === "release") world.tell(host, { kind: "release" });
        else if (what === "link") world.tell(host, { kind: "link", up: host.state.linkUp ? number < 2 : true });
        else if (what === "duplicate")
          world.tell(host, { kind: "duplicate", addresses: [...host.has.values()].map(({ prefix }) => prefix.slice(0, 16)) });
        world.pass(seconds, check);
      }
      lossy = false;
      world.serverUp = true;
      for (const host of all) {
        world.tell(host, { kind: "link", up: true });
        world.tell(host, start);
      }
      world.pass(8_000, check);
      for (const host of all) {
        const wanted = host.settings.associations.length;
        assert.ok(host.has.size >= wanted, `${host.has.size} of ${wanted}: ${host.state.exchange?.kind}`);
      }
    }),
    { numRuns: 100 },
  );
});
