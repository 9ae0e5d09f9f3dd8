/**
 * What dora's integration tests cover (each title names the counterpart), with what they leave out: clients that are not relayed, port 67,
 * every field of the answers, and what is stored in the end.
 */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { bootpRequest, decline, discover, requestExtension, requestInitReboot, requestSelecting } from "../../src/client/dhcp4/index.ts";
import { type Ipv4, parseIpv4 } from "../../src/net/ipv4.ts";
import { BROADCAST_FLAG, optionU32 } from "../../src/wire/dhcp4/index.ts";
import { startLeasehold } from "../support/leasehold-process.ts";
import { createLab } from "../support/namespaces.ts";
import { requireNamespaces } from "../support/requirement.ts";
import {
  ACK,
  clientOf,
  createWire,
  type Expected,
  leaseOptions,
  nakOptions,
  OFFER,
  obtain,
  row,
  rows,
  textOption,
  transaction,
  u32,
  vendorClass,
  type Wire,
} from "./wire.ts";

/** One network on a wire of its own for each matter; all are served at once. */
const CONFIG = `
  rapid_commit: true
  bootp_enable: true
  config: { lease_time: { default: 1h, min: 20m, max: 80m } }
  client_classes:
    v4:
      - name: android
        assert: "substring(option[60].hex, 0, 7) == 'android'"
        options: { vendor_extensions: { type: u32, value: [1, 2, 3, 0xdeadbeef] } }
      - { name: modem, assert: "member('VENDOR_CLASS_docsis3.0')", options: { time_servers: 10.70.12.7 } }
      - { name: DROP, assert: "option[60].hex == 'unwelcome'" }
  networks:
    10.70.1.0/24: { ranges: [{ range: 10.70.1.100-10.70.1.109 }], options: { routers: 10.70.1.254 }, allocation: sequential }
    10.70.2.0/24: { ranges: [{ range: 10.70.2.100-10.70.2.109 }], allocation: sequential }
    10.70.3.0/24:
      ranges: [{ range: 10.70.3.170-10.70.3.179 }]
      allocation: sequential
      reservations:
        - { ip: 10.70.3.170, match: { chaddr: "02:00:5e:71:00:03" }, hostname: press, options: { routers: 10.70.3.254 } }
        - { ip: 10.70.3.20, match: { options: { 61: { type: hex, value: 00646f6f72 } } }, config: { lease_time: 30m } }
    10.70.4.0/24:
      ranges: [{ range: 10.70.4.100-10.70.4.109 }]
      allocation: sequential
      next_server: 10.70.4.9
      file_name: kernel
      options: { routers: 10.70.4.254, domain_name: bootp.example, time_servers: 10.70.4.7 }
      reservations: [{ ip: 10.70.4.165, match: { chaddr: "02:00:5e:71:00:04" }, hostname: terminal }]
    10.70.5.0/24: { ranges: [{ range: 10.70.5.100-10.70.5.149 }], allocation: sequential }
    10.70.6.0/24: { ranges: [{ range: 10.70.6.100-10.70.6.109 }], allocation: sequential }
    10.70.7.0/24: { ranges: [{ range: 10.70.7.100-10.70.7.109 }], options: { nis_domain: yp.example, domain_name: lab.example } }
    10.70.8.0/24: { ranges: [{ range: 10.70.8.100-10.70.8.105, except: [10.70.8.100, 10.70.8.102-10.70.8.104] }], allocation: sequential }
    10.70.9.0/24: { ranges: [{ range: 10.70.9.100-10.70.9.109 }], allocation: sequential, probation_period: 15m }
    10.70.10.0/24:
      ranges: [{ range: 10.70.10.100-10.70.10.109, class: android }, { range: 10.70.10.200-10.70.10.209, class: modem }]
      allocation: sequential
`;

test("one server, many matters", async (t) => {
  if (!requireNamespaces(t)) return;
  const lab = createLab(t);
  const [server, clients] = [lab.namespace("server"), lab.namespace("clients")];
  const wires: Wire[] = [];
  for (let number = 1; number <= 10; number++) wires.push(await createWire(t, lab, server, clients, number));
  const leasehold = await startLeasehold(t, lab, server, CONFIG);
  /** What is to be stored in the end. */
  const stored: string[] = [];
  const matter = (name: string, number: number, run: (wire: Wire) => Promise<void>) => t.test(name, () => run(wires[number - 1] as Wire));

  await matter("a client obtains an address, repeats itself, and renews (dora: test_basic_dhcpv4_unicast)", 1, async (wire) => {
    const client = clientOf(1);
    const yiaddr = wire.at(100);
    const settings = [`3 ${u32(wire.at(254))}`];
    await obtain(wire, client, 100, { settings });
    const again = requestSelecting(client, transaction(), { address: yiaddr, serverIdentifier: wire.server });
    const options = leaseOptions(wire, client, ACK, { settings });
    await wire.expectReply(again, { yiaddr, options });
    const renewal = requestExtension(client, transaction(), yiaddr);
    await wire.expectReply(renewal, { ciaddr: yiaddr, yiaddr, options }, wire.unicast(client, 100));
    // Another client that can't take unicast yet.
    const other = clientOf(101, { broadcast: true });
    await wire.expectReply(discover(other, transaction()), {
      ...{ flags: BROADCAST_FLAG, yiaddr: wire.at(101) },
      options: leaseOptions(wire, other, OFFER, { settings }),
    });
    stored.push(row(wire, 100, "bound", client));
  });

  await matter("a rapid commit binds at once and says so in option 80 (dora: test_rapid_commit)", 2, async (wire) => {
    const client = clientOf(2, { rapidCommit: true });
    const options = leaseOptions(wire, client, ACK, { more: ["80 "] });
    await wire.expectReply(discover(client, transaction()), { yiaddr: wire.at(100), options });
    // The next client is only offered an address, and a different one.
    const other = clientOf(102);
    await wire.expectReply(discover(other, transaction()), { yiaddr: wire.at(101), options: leaseOptions(wire, other, OFFER) });
    stored.push(row(wire, 100, "bound", client));
  });

  await matter("a hardware address has its reservation, inside a range too (dora: static_chaddr_dora)", 3, async (wire) => {
    const other = clientOf(103);
    await wire.expectReply(discover(other, transaction(), { requestedAddress: wire.at(170) }), {
      ...{ yiaddr: wire.at(171), options: leaseOptions(wire, other, OFFER) },
    });
    const client = clientOf(3);
    await obtain(wire, client, 170, { settings: [`3 ${u32(wire.at(254))}`, textOption(12, "press")] });
    stored.push(row(wire, 170, "bound", client));
  });

  await matter("a client identifier has its reservation, whatever the hardware address (dora: static_opt_dora)", 3, async (wire) => {
    const client = clientOf(104, { clientIdentifier: Uint8Array.of(0, ...Buffer.from("door")) });
    await obtain(wire, client, 20, { time: 1800 });
    stored.push(row(wire, 20, "bound", client, 1800));
  });

  /** Of the options only the mask, and those that every BOOTP client gets that asks for nothing; no lease, no option 61. */
  const bootp = (wire: Wire, host: number, more: string[] = []): Expected => ({
    ...{ yiaddr: wire.at(host), siaddr: wire.at(9), file: "kernel" },
    options: ["1 ffffff00", `3 ${u32(wire.at(254))}`, textOption(15, "bootp.example"), ...more],
  });

  await matter("a BOOTP client has its reservation for ever, in 300 bytes (dora: static_bootp)", 4, async (wire) => {
    const client = clientOf(4);
    await wire.expectReply(bootpRequest(client, transaction()), bootp(wire, 165, [textOption(12, "terminal")]));
    stored.push(row(wire, 165, "bound", client, "for ever"));
  });

  await matter("a BOOTP client without a reservation has an address from the range for ever (dora: dynamic_bootp)", 4, async (wire) => {
    const client = clientOf(105, { broadcast: true });
    for (const _ of [1, 2]) {
      await wire.expectReply(bootpRequest(client, transaction()), { ...bootp(wire, 100), flags: BROADCAST_FLAG });
    }
    stored.push(row(wire, 100, "bound", client, "for ever"));
  });

  await matter("a client is offered the address that it asks for (dora: discover_req_addr)", 5, async (wire) => {
    const client = clientOf(5);
    const yiaddr = wire.at(140);
    const wish = discover(client, transaction(), { requestedAddress: yiaddr });
    await wire.expectReply(wish, { yiaddr, options: leaseOptions(wire, client, OFFER) });
    const request = requestSelecting(client, transaction(), { address: yiaddr, serverIdentifier: wire.server });
    await wire.expectReply(request, { yiaddr, options: leaseOptions(wire, client, ACK) });
    // Outside the range there is nothing to wish for.
    const other = clientOf(106);
    const outside = discover(other, transaction(), { requestedAddress: wire.at(150) });
    await wire.expectReply(outside, { yiaddr: wire.at(100), options: leaseOptions(wire, other, OFFER) });
    stored.push(row(wire, 140, "bound", client));
  });

  await matter("a wrong address is refused, and no address is no request (dora: request_nak)", 5, async (wire) => {
    const client = clientOf(107);
    const refused = (why: string): Expected => ({ options: nakOptions(wire, client, why) });
    const select = (address: Ipv4) => requestSelecting(client, transaction(), { address, serverIdentifier: wire.server });
    await wire.expectReply(select(wire.at(140)), refused("the address is in use by another client"));
    await wire.expectReply(select(wire.at(150)), refused("the address is not available to this client"));
    await wire.expectReply(select(parseIpv4("192.0.2.5") as Ipv4), refused("the address is not on this network"));
    await wire.expectReply(
      requestInitReboot(client, transaction(), parseIpv4("192.0.2.5") as Ipv4),
      refused("the address is not on this network"),
    );
    // dora's test has the address in yiaddr, where no client puts one: such a message asks for nothing (RFC 2131 table 5).
    const nothing = requestExtension(client, transaction(), 0);
    await wire.expectSilence({ ...nothing, yiaddr: wire.at(140) }, discover(client, transaction()));
  });

  await matter("a client gets the lease time that it asks for, within bounds (dora: requested_lease_time)", 6, async (wire) => {
    const client = clientOf(6);
    const yiaddr = wire.at(100);
    for (const [leaseTime, time] of [
      [4500, 4500],
      [60, 1200],
      [0xffffffff, 4800],
    ] as const) {
      const { xid, secs } = transaction();
      await wire.expectReply(discover(client, { xid, secs }, { leaseTime }), {
        yiaddr,
        options: leaseOptions(wire, client, OFFER, { time }),
      });
      const asking = { ...client, options: [{ code: 51, data: Buffer.from(u32(leaseTime), "hex") }] };
      const options = leaseOptions(wire, client, ACK, { time });
      await wire.expectReply(requestSelecting(asking, { xid, secs }, { address: yiaddr, serverIdentifier: wire.server }), {
        yiaddr,
        options,
      });
      await wire.expectReply(requestInitReboot(asking, transaction(), yiaddr), { yiaddr, options });
    }
    stored.push(row(wire, 100, "bound", client, 4800));
  });

  await matter("a client gets the options that it asks for, in its order, and no others (dora: test_requested_opts)", 7, async (wire) => {
    const client = clientOf(7, { parameterRequestList: [40, 15, 6, 1] });
    const wish = discover(client, transaction(), { requestedAddress: wire.at(103) });
    const settings = [textOption(40, "yp.example"), textOption(15, "lab.example")];
    await wire.expectReply(wish, { yiaddr: wire.at(103), options: leaseOptions(wire, client, OFFER, { settings }) });
    const modest = { ...client, parameterRequestList: [1] };
    const request = requestSelecting(modest, transaction(), { address: wire.at(103), serverIdentifier: wire.server });
    await wire.expectReply(request, { yiaddr: wire.at(103), options: leaseOptions(wire, client, ACK) });
    stored.push(row(wire, 103, "bound", client));
  });

  await matter("an excluded address is given to nobody who asks for it (dora: test_exclusions)", 8, async (wire) => {
    const excluded = [100, 102, 103, 104];
    const client = clientOf(8);
    for (const host of excluded) {
      const wish = discover(client, transaction(), { requestedAddress: wire.at(host) });
      await wire.expectReply(wish, { yiaddr: wire.at(101), options: leaseOptions(wire, client, OFFER) });
      const request = requestSelecting(client, transaction(), { address: wire.at(host), serverIdentifier: wire.server });
      await wire.expectReply(request, { options: nakOptions(wire, client, "the address is not available to this client") });
    }
    await obtain(wire, client, 101);
    const other = clientOf(108);
    await obtain(wire, other, 105);
    // Only excluded addresses are left.
    const late = clientOf(109);
    await wire.expectSilence(discover(late, transaction()), discover(client, transaction()));
    stored.push(row(wire, 101, "bound", client), row(wire, 105, "bound", other));
  });

  await matter("a declined address is given to nobody, and its client gets another one (dora: test_decline)", 9, async (wire) => {
    const [client, other] = [clientOf(9), clientOf(110)];
    await obtain(wire, client, 100);
    const wish = { requestedAddress: wire.at(100) };
    const declined = decline(client, transaction().xid, { address: wire.at(100), serverIdentifier: wire.server });
    await wire.expectSilence(declined, discover(other, transaction(), wish));
    await obtain(wire, other, 101);
    await wire.expectReply(discover(client, transaction(), wish), { yiaddr: wire.at(102), options: leaseOptions(wire, client, OFFER) });
    await obtain(wire, client, 102);
    stored.push(row(wire, 100, "declined", client, 900), row(wire, 101, "bound", other), row(wire, 102, "bound", client));
  });

  await matter("a class by the beginning of option 60 has range and options (dora: test_vendor_class)", 10, async (wire) => {
    const client = clientOf(10, { parameterRequestList: [1, 43, 4], options: [vendorClass("android-dhcp-13")] });
    await obtain(wire, client, 100, { settings: ["43 000000010000000200000003deadbeef"] });
    stored.push(row(wire, 100, "bound", client));
  });

  await matter("a class by the whole of option 60 has range and options (dora: test_vendor_class_builtin)", 10, async (wire) => {
    const client = clientOf(11, { parameterRequestList: [1, 43, 4], options: [vendorClass("docsis3.0")] });
    await obtain(wire, client, 200, { settings: ["4 0a460c07"] });
    stored.push(row(wire, 200, "bound", client));
  });

  const known = discover.bind(undefined, clientOf(10, { options: [vendorClass("android-dhcp-13")] }));

  await matter("a client in the class DROP is not answered (dora: test_vendor_class_drop)", 10, async (wire) => {
    await wire.expectSilence(discover(clientOf(12, { options: [vendorClass("unwelcome")] }), transaction()), known(transaction()));
  });

  await matter(
    "a client in no class gets nothing where all ranges are for classes (dora: test_vendor_class_not_match)",
    10,
    async (wire) => {
      for (const text of ["androi", "docsis3.0 ", "docsis3"]) {
        await wire.expectSilence(discover(clientOf(13, { options: [vendorClass(text)] }), transaction()), known(transaction()));
      }
      await wire.expectSilence(discover(clientOf(13), transaction()), known(transaction()));
    },
  );

  await t.test("what was said is what is stored and counted", async () => {
    assert.deepEqual((await rows(leasehold)).toSorted(), stored.toSorted());
    const { commits, ...counters } = await leasehold.stop();
    assert.deepEqual(counters, {
      ...{ "received BOOTP": 3, "received DISCOVER": 39, "received REQUEST": 29, "received DECLINE": 1 },
      ...{ "sent BOOTP": 3, "sent OFFER": 32, "sent ACK": 21, "sent NAK": 8 },
      ...{ "silent: malformed-request": 1, "silent: no-address-free": 1, "silent: dropped-by-class": 1, "silent: no-range-for-class": 4 },
      ...{ bound: 16, renewed: 7, noted: 1, declined: 1 },
    });
    assert.ok((commits as number) > 0);
  });
});

suite("one matter each", { concurrency: true }, () => {
  test("only the named interface is served, from the named address (dora: test_interface_match, test_interface_no_match)", async (t) => {
    if (!requireNamespaces(t)) return;
    const lab = createLab(t);
    const [server, clients] = [lab.namespace("server"), lab.namespace("clients")];
    const wire = await createWire(t, lab, server, clients, 1, [1, 9]);
    const other = await createWire(t, lab, server, clients, 2);
    const leasehold = await startLeasehold(
      t,
      lab,
      server,
      `
    interfaces: [eth1@10.70.1.9]
    config: { lease_time: 1h }
    networks:
      10.70.1.0/24: { ranges: [{ range: 10.70.1.100-10.70.1.109 }], allocation: sequential }
      10.70.2.0/24: { ranges: [{ range: 10.70.2.100-10.70.2.109 }], allocation: sequential }
    `,
    );
    const [client, unheard] = [clientOf(1), clientOf(2)];
    other.raw.send(discover(unheard, transaction()));
    // To an address that the server's machine does not have.
    wire.raw.send(discover(unheard, transaction()), { ...wire.unicast(unheard, 100), destination: wire.at(2) });
    await obtain(wire, client, 100);
    const renewal = requestExtension(client, transaction(), wire.at(100));
    const extended = { ciaddr: wire.at(100), yiaddr: wire.at(100), options: leaseOptions(wire, client, ACK) };
    await wire.expectReply(renewal, extended, wire.unicast(client, 100));
    assert.deepEqual(await rows(leasehold), [row(wire, 100, "bound", client)]);
    assert.deepEqual(await leasehold.stop(), {
      ...{ "received DISCOVER": 1, "received REQUEST": 2, "sent OFFER": 1, "sent ACK": 2 },
      ...{ "silent: interface-not-served": 1, bound: 1, renewed: 1, commits: 2 },
    });
  });

  test("a client that sends more than it may is not answered, another is (dora: test_flood_threshold)", async (t) => {
    if (!requireNamespaces(t)) return;
    const lab = createLab(t);
    const [server, clients] = [lab.namespace("server"), lab.namespace("clients")];
    const wire = await createWire(t, lab, server, clients, 1);
    const leasehold = await startLeasehold(
      t,
      lab,
      server,
      `
    flood_protection_threshold: { packets: 2, secs: 60 }
    config: { lease_time: 1h }
    networks: { 10.70.1.0/24: { ranges: [{ range: 10.70.1.100-10.70.1.109 }], allocation: sequential } }
    `,
    );
    const client = clientOf(1);
    await obtain(wire, client, 100);
    await wire.expectSilence(discover(client, transaction()), discover(clientOf(2), transaction()));
    assert.deepEqual(await rows(leasehold), [row(wire, 100, "bound", client)]);
    assert.deepEqual(await leasehold.stop(), {
      "received DISCOVER": 3,
      "received REQUEST": 1,
      "sent OFFER": 2,
      "sent ACK": 1,
      "silent: flood": 1,
      bound: 1,
      commits: 1,
    });
  });

  test("a client that comes back early gets the time that remains, and nothing is written (dora: test_cache_threshold)", async (t) => {
    if (!requireNamespaces(t)) return;
    const lab = createLab(t);
    const [server, clients] = [lab.namespace("server"), lab.namespace("clients")];
    const wire = await createWire(t, lab, server, clients, 1);
    const leasehold = await startLeasehold(
      t,
      lab,
      server,
      `
    cache_threshold: 25
    config: { lease_time: 16 }
    networks: { 10.70.1.0/24: { ranges: [{ range: 10.70.1.100-10.70.1.109 }], allocation: sequential } }
    `,
    );
    const client = clientOf(1);
    const yiaddr = wire.at(100);
    const begun = performance.now();
    await obtain(wire, client, 100, { time: 16 });
    const listed = leasehold.leases();
    // A quarter of the time is 4 seconds.
    await delay(begun + 2000 - performance.now());
    const early = requestInitReboot(client, transaction(), yiaddr);
    const answer = await wire.ask(early);
    const time = optionU32(answer.message, 51) ?? 0;
    // The server counts whole seconds.
    const passed = Math.ceil((performance.now() - begun) / 1000);
    assert.ok(time >= 16 - passed && time <= 16 - 1, `${time} s remain after ${passed} s`);
    wire.assertReply(early, answer, { yiaddr, options: leaseOptions(wire, client, ACK, { time }) });
    assert.deepEqual(await leasehold.leases(), await listed);
    await delay(begun + 6000 - performance.now());
    const late = requestInitReboot(client, transaction(), yiaddr);
    await wire.expectReply(late, { yiaddr, options: leaseOptions(wire, client, ACK, { time: 16 }) });
    assert.deepEqual(await rows(leasehold), [row(wire, 100, "bound", client, 16)]);
    assert.deepEqual(await leasehold.stop(), {
      "received DISCOVER": 1,
      "received REQUEST": 3,
      "sent OFFER": 1,
      "sent ACK": 3,
      bound: 1,
      renewed: 1,
      commits: 2,
    });
  });
});
