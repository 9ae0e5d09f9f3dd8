import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ReservationMatch } from "../../../src/config/model/dhcp4.ts";
import { addresses, text } from "../support/config.ts";
import { HOME, home, homeAndAway } from "../support/home.ts";
import { ALICE, BOB, CAROL, decline, discover, inform, mac, relayInfo, release, request } from "../support/messages.ts";
import { briefly } from "../support/outcome.ts";
import { ETH0, ETH1, type Server, unicastFrom } from "../support/server.ts";

const OURS = "10.0.0.1";
const byMac = (value: string): ReservationMatch => ({ kind: "chaddr", chaddr: mac(value) });
const byId = (value: string): ReservationMatch => ({ kind: "clientIdentifier", value: text(value) });

/** A client goes the whole way from DISCOVER to ACK; the address that it gets. */
function obtain(server: Server, spec: Parameters<typeof discover>[0] = {}): string | undefined {
  const offered = briefly(server.receive(discover(spec))).split(" ")[1];
  if (offered === undefined) return undefined;
  return briefly(server.receive(request({ ...spec, server: OURS, requested: offered }))).split(" ")[1];
}

// What went wrong in other servers. Each of these would have failed there.

describe("allocation and lease state", () => {
  test("a lease on the last address makes the pool look exhausted", () => {
    const server = home();
    assert.equal(obtain(server, { requested: "10.0.0.199" }), "10.0.0.199");
    assert.equal(obtain(server, { mac: BOB }), "10.0.0.100");
  });

  test("an address in the middle that was released is never given out again", () => {
    const server = home({ ranges: [{ range: "10.0.0.100-10.0.0.102" }] });
    for (const client of [ALICE, BOB, CAROL]) obtain(server, { mac: client });
    server.receive(release({ mac: BOB, server: OURS, ciaddr: "10.0.0.101" }));
    assert.equal(obtain(server, { mac: "02:00:00:00:00:0d" }), "10.0.0.101");
  });

  test("anybody can release anybody's lease", () => {
    const server = home();
    obtain(server);
    assert.deepEqual(server.receive(release({ mac: BOB, server: OURS, ciaddr: "10.0.0.100" })), { silence: "not-the-owner" });
    assert.equal(server.leaseAt("10.0.0.100"), "bound 10.0.0.100 1000..4600 of alice");
  });

  test("a client on two networks loses the lease it has on the other", () => {
    const server = homeAndAway();
    obtain(server);
    server.receive(discover(), { interface: ETH1 });
    const away = server.receive(request({ server: "10.0.1.1", requested: "10.0.1.100" }), { interface: ETH1 });
    assert.deepEqual(away.changes, ["bound 10.0.1.100 1000..4600 of alice"]);
    assert.equal(server.leaseAt("10.0.0.100"), "bound 10.0.0.100 1000..4600 of alice");
    assert.equal(briefly(server.receive(request({ ciaddr: "10.0.0.100" }), unicastFrom("10.0.0.100"))), "ACK 10.0.0.100");
  });

  test("a DISCOVER shortens the lease of a bound client, whoever sends it", () => {
    const server = home();
    obtain(server);
    server.receive(discover());
    server.now += 60;
    server.table.expire(server.now, 100);
    assert.equal(server.leaseAt("10.0.0.100"), "bound 10.0.0.100 1000..4600 of alice");
    assert.notEqual(obtain(server, { mac: BOB, requested: "10.0.0.100" }), "10.0.0.100");
  });

  test("an INFORM takes an address from the pool", () => {
    const server = home();
    for (const ciaddr of ["10.0.0.50", "10.0.0.150"]) {
      const outcome = server.receive(inform({ ciaddr }), { source: ciaddr });
      assert.equal(outcome.header, `op 2 htype 1 02:00:00:00:00:0a ciaddr ${ciaddr}`);
      assert.deepEqual(outcome.options?.[0], "53 ACK");
      assert.deepEqual(outcome.changes, []);
    }
    assert.equal(server.table.size, 0);
  });

  test("a reserved address inside a range is given to others", () => {
    const server = home({ ranges: [{ range: "10.0.0.100-10.0.0.101" }], reservations: [{ address: "10.0.0.100", match: [byMac(ALICE)] }] });
    assert.equal(obtain(server, { mac: BOB, requested: "10.0.0.100" }), "10.0.0.101");
    assert.equal(obtain(server, { mac: CAROL }), undefined);
  });

  test("the ACK of a reserved address inside a range carries the range's options", () => {
    const options = { 15: text("reserved") };
    const server = home({
      ranges: [{ range: "10.0.0.100-10.0.0.199", options: { 15: text("range") } }],
      reservations: [{ address: "10.0.0.150", match: [byMac(ALICE)], options }],
    });
    const offer = server.receive(discover({ prl: [3, 15] }));
    const ack = server.receive(request({ server: OURS, requested: "10.0.0.150", prl: [3, 15] }));
    assert.equal(offer.options?.at(-1), "15 reserved");
    assert.deepEqual(ack.options?.slice(1), offer.options?.slice(1));
  });

  test("a reserved client is refused for ever once its lease has expired", () => {
    const server = home({ reservations: [{ address: "10.0.0.150", match: [byMac(ALICE)] }] });
    obtain(server);
    server.now += 4000;
    server.table.expire(server.now, 100);
    assert.equal(briefly(server.receive(request({ requested: "10.0.0.150" }))), "ACK 10.0.0.150");
  });

  test("a REQUEST for an address of a foreign subnet is acknowledged with 0.0.0.0", () => {
    const server = home();
    const relay = relayInfo({ 1: text("port") });
    const nak = ["53 NAK", "54 10.0.0.1", "56 the address is not on this network", "61 alice"];
    assert.deepEqual(server.receive(request({ requested: "192.168.1.5", id: "alice" })), {
      to: "255.255.255.255:68 on 2 from 10.0.0.1",
      header: "op 2 htype 1 02:00:00:00:00:0a",
      options: nak,
      limit: 548,
      changes: [],
    });
    const relayed = request({ requested: "192.168.1.5", id: "alice", giaddr: "10.0.0.2", hops: 1, relay });
    assert.deepEqual(server.receive(relayed, unicastFrom("10.0.0.2")), {
      to: "10.0.0.2:67 on 0 from 10.0.0.1",
      header: "op 2 htype 1 02:00:00:00:00:0a flags 8000 giaddr 10.0.0.2",
      options: [...nak, "82 0104706f7274"],
      limit: 548,
      changes: [],
    });
  });

  test("a client that moved and rebinds is served as if it were on its old link", () => {
    const server = homeAndAway();
    obtain(server);
    const outcome = server.receive(request({ ciaddr: "10.0.0.100" }), { interface: ETH1, source: "10.0.0.100" });
    assert.equal(briefly(outcome), "NAK the address is not on this network");
    assert.equal(outcome.to, "255.255.255.255:68 on 3 from 10.0.1.1");
  });

  test("a client's own lease is refused when it has expired, though nobody else has the address", () => {
    for (const noticed of [true, false]) {
      const server = home();
      obtain(server);
      server.now += 3600;
      if (noticed) server.table.expire(server.now, 100);
      assert.equal(briefly(server.receive(request({ requested: "10.0.0.100" }))), "ACK 10.0.0.100");
      assert.equal(server.leaseAt("10.0.0.100"), "bound 10.0.0.100 4600..8200 of alice");
    }
  });

  test("an offer that is taken late is refused, though the address is free", () => {
    const server = home();
    server.receive(discover());
    server.now += 120;
    server.table.expire(server.now, 100);
    assert.equal(briefly(server.receive(request({ server: OURS, requested: "10.0.0.100" }))), "ACK 10.0.0.100");
  });

  test("a lower expired address is preferred over the client's own", () => {
    const server = home();
    server.lease("10.0.0.100", { mac: BOB, state: "expired", expiry: 900 });
    server.lease("10.0.0.150", { mac: ALICE });
    assert.equal(obtain(server), "10.0.0.150");
  });

  test("nothing is allocated when the first address of a range is excepted", () => {
    const server = home({ ranges: [{ range: "10.0.0.100-10.0.0.101", except: ["10.0.0.100"] }] });
    assert.equal(obtain(server), "10.0.0.101");
  });

  test("only one reservation by client identifier works in a network", () => {
    const reservations = [
      { address: "10.0.0.11", match: [byId("first")] },
      { address: "10.0.0.12", match: [byId("second")] },
    ];
    const server = home({ reservations });
    assert.equal(obtain(server, { id: "first" }), "10.0.0.11");
    assert.equal(obtain(server, { id: "second", mac: BOB }), "10.0.0.12");
  });

  test("an exhausted pool is silence without a reason", () => {
    const server = home({ ranges: [{ range: "10.0.0.100-10.0.0.100" }] });
    obtain(server);
    assert.deepEqual(server.receive(discover({ mac: BOB })), { silence: "no-address-free" });
  });

  test("one client takes the whole pool by asking for one address after another", () => {
    const server = home({ ranges: [{ range: "10.0.0.100-10.0.0.103" }] });
    const asked = ["10.0.0.100", "10.0.0.101", "10.0.0.102", "10.0.0.103"];
    for (const requested of asked) server.receive(discover({ requested }));
    assert.equal([...server.table.holds()].length, 1);
    for (const requested of asked) server.receive(request({ server: OURS, requested }));
    assert.equal(asked.filter((address) => server.leaseAt(address)?.startsWith("bound")).length, 1);
    for (const client of [BOB, CAROL, "02:00:00:00:00:0d"]) assert.ok(obtain(server, { mac: client }) !== undefined);
  });

  test("a declined address is given out again at once", () => {
    const server = home({ ranges: [{ range: "10.0.0.100-10.0.0.101" }] });
    obtain(server);
    server.receive(decline({ server: OURS, requested: "10.0.0.100" }));
    assert.equal(obtain(server, { mac: BOB }), "10.0.0.101");
    assert.equal(obtain(server, { mac: CAROL, requested: "10.0.0.100" }), undefined);
    server.now += 901;
    server.table.expire(server.now, 100);
    assert.equal(obtain(server, { mac: CAROL }), "10.0.0.100");
  });

  test("RELEASE and DECLINE of reserved clients leave no trace", () => {
    const server = home({ reservations: [{ address: "10.0.0.150", match: [byMac(ALICE)] }] });
    obtain(server);
    assert.deepEqual(server.receive(release({ server: OURS, ciaddr: "10.0.0.150" })).changes, ["released 10.0.0.150 1000..1000 of alice"]);
    obtain(server);
    assert.deepEqual(server.receive(decline({ server: OURS, requested: "10.0.0.150" })).changes, [
      "declined 10.0.0.150 1000..1900 of alice",
    ]);
  });

  test("two clients are offered the same address", () => {
    for (const clients of [
      [{ mac: ALICE }, { mac: BOB }],
      [{ id: "opaque 1" }, { id: "opaque 2" }],
    ]) {
      const server = home({ allocation: "hashed" });
      const offers = clients.map((spec) => briefly(server.receive(discover({ ...spec, requested: "10.0.0.150" }))));
      assert.equal(new Set(offers).size, 2);
    }
  });

  test("after its range was moved a client is offered its old address and then refused it, for ever", () => {
    const server = home({ ranges: [{ range: "10.0.0.100-10.0.0.199" }] });
    server.lease("10.0.0.50", { mac: ALICE });
    assert.equal(
      briefly(server.receive(request({ ciaddr: "10.0.0.50" }), unicastFrom("10.0.0.50"))),
      "NAK the address is not available to this client",
    );
    assert.equal(briefly(server.receive(request({ requested: "10.0.0.50" }))), "NAK the address is not available to this client");
    assert.equal(obtain(server), "10.0.0.100");
  });

  test("a DECLINE of any address takes the client's own lease away", () => {
    const server = home();
    obtain(server);
    assert.deepEqual(server.receive(decline({ server: OURS, requested: "10.0.0.150" })), { silence: "not-the-owner" });
    assert.equal(server.leaseAt("10.0.0.100"), "bound 10.0.0.100 1000..4600 of alice");
  });

  test("two kinds of hardware with the same address are one client", () => {
    const server = home();
    assert.equal(obtain(server), "10.0.0.100");
    assert.equal(obtain(server, { htype: 6 }), "10.0.0.101");
    assert.equal(server.leaseAt("10.0.0.100"), "bound 10.0.0.100 1000..4600 of alice");
  });

  test("an INFORM, RELEASE or DECLINE of a reserved client is dropped", () => {
    const server = home({ reservations: [{ address: "10.0.0.50", match: [byMac(ALICE)] }] });
    assert.equal(briefly(server.receive(inform({ ciaddr: "10.0.0.50" }))), "ACK");
    obtain(server);
    assert.equal(briefly(server.receive(release({ server: OURS, ciaddr: "10.0.0.50" }))), "update");
    obtain(server);
    assert.equal(briefly(server.receive(decline({ server: OURS, requested: "10.0.0.50" }))), "update");
  });

  test("another address of the server is offered, because a range includes it", () => {
    const server = home({ ranges: [{ range: "10.0.0.2-10.0.0.3" }] });
    server.ownAddresses = ["10.0.0.1", "10.0.0.2"];
    assert.equal(obtain(server, { requested: "10.0.0.2" }), "10.0.0.3");
    assert.equal(obtain(server, { mac: BOB }), undefined);
  });

  test("`server_id` is given away: by range, by wish, by reservation, by what ran out", () => {
    const network = { serverId: "10.0.0.2", ranges: [{ range: "10.0.0.2-10.0.0.3" }] };
    const server = home(network);
    assert.equal(obtain(server, { requested: "10.0.0.2" }), "10.0.0.3");
    assert.equal(obtain(server, { mac: BOB }), undefined);
    assert.match(briefly(server.receive(request({ mac: BOB, requested: "10.0.0.2" }))), /^NAK /);
    const reserved = home({ ...network, reservations: [{ address: "10.0.0.2", match: [byMac(ALICE)] }] });
    assert.equal(obtain(reserved), "10.0.0.3");
    const expired = home(network);
    expired.lease("10.0.0.2", { mac: CAROL, state: "expired", expiry: 10 });
    expired.lease("10.0.0.3", { mac: CAROL, state: "expired", expiry: 20 });
    assert.equal(obtain(expired), "10.0.0.3");
    assert.equal(briefly(expired.receive(discover({ mac: CAROL }))), "no-address-free");
  });

  test("an address of the server or of the relay is offered, because it is reserved by mistake", () => {
    const reserved = (address: string): Server =>
      home({ ranges: [{ range: "10.0.0.100-10.0.0.100" }], reservations: [{ address, match: [byMac(ALICE)] }] });
    for (const address of ["10.0.0.1", "10.0.0.9"]) {
      const server = reserved(address);
      server.ownAddresses = ["10.0.0.1", "10.0.0.9"];
      assert.equal(obtain(server), "10.0.0.100");
      assert.match(briefly(server.receive(request({ requested: address }))), /^NAK /);
    }
    const relayed = reserved("10.0.0.2").receive(discover({ giaddr: "10.0.0.2" }), { source: "10.0.0.2", destination: "10.0.0.1" });
    assert.equal(briefly(relayed), "OFFER 10.0.0.100");
  });

  test("leases that ran out block the pool until somebody sweeps it", () => {
    const server = home({ ranges: [{ range: "10.0.0.100-10.0.0.100" }] });
    obtain(server);
    // Times are rounded down: late in this second the lease may still have a while to go.
    server.now += 3600;
    assert.equal(obtain(server, { mac: BOB, requested: "10.0.0.100" }), undefined);
    server.now += 1;
    assert.equal(obtain(server, { mac: BOB, requested: "10.0.0.100" }), "10.0.0.100");
  });

  test("the server's own address is offered, because a range includes it", () => {
    const server = home({ ranges: [{ range: "10.0.0.1-10.0.0.2" }] });
    assert.equal(obtain(server), "10.0.0.2");
    assert.equal(obtain(server, { mac: BOB, requested: "10.0.0.1" }), undefined);
  });
});

describe("protocol", () => {
  test("a correct INIT-REBOOT is met with silence", () => {
    const server = home();
    obtain(server);
    assert.equal(briefly(server.receive(request({ requested: "10.0.0.100" }))), "ACK 10.0.0.100");
  });

  test("a NAK to a renewing client is sent to the address that it must not use", () => {
    const outcome = home().receive(request({ ciaddr: "192.168.1.5" }), unicastFrom("192.168.1.5"));
    assert.equal(outcome.to, "255.255.255.255:68 on 2 from 10.0.0.1");
  });

  test("a client that names the server by the address of another interface is taken for another server's", () => {
    const server = home();
    server.ownAddresses = ["10.0.0.1", "192.0.2.1"];
    const relayed = { giaddr: "10.0.0.2", hops: 1 };
    const ways = [{ destination: "192.0.2.1", interface: { ...ETH0, address: 0xc0000201 } }, { destination: "10.0.0.1" }].map((way) => ({
      source: "10.0.0.2",
      sourcePort: 67,
      ...way,
    }));
    const [offer] = ways.map((way) => server.receive(discover(relayed), way));
    assert.equal(offer?.options?.[1], "54 192.0.2.1");
    assert.equal(briefly(server.receive(request({ ...relayed, server: "192.0.2.1", requested: "10.0.0.100" }), ways[1])), "ACK 10.0.0.100");
    assert.equal(briefly(server.receive(release({ server: "192.0.2.1", ciaddr: "10.0.0.100" }), unicastFrom("10.0.0.100"))), "update");
  });

  test("the lease time asked for counts in the OFFER and not in the ACK, and a renewal keeps the old one", () => {
    const server = home();
    const offer = server.receive(discover({ leaseTime: 5000 }));
    const ack = server.receive(request({ leaseTime: 5000, server: OURS, requested: "10.0.0.100" }));
    const renewal = server.receive(request({ leaseTime: 700, ciaddr: "10.0.0.100" }), unicastFrom("10.0.0.100"));
    assert.deepEqual([offer.options?.[2], ack.options?.[2], renewal.options?.[2]], ["51 5000 s", "51 5000 s", "51 700 s"]);
    assert.deepEqual(renewal.changes, ["bound 10.0.0.100 1000..1700 of alice"]);
  });

  test("a lease time above 2^31 seconds is taken for a negative one", () => {
    assert.equal(home().receive(discover({ leaseTime: 0xfffffffe })).options?.[2], "51 7200 s");
  });

  test("relayed messages are refused for their port, their hops or their subnet", () => {
    const server = homeAndAway();
    const relay = relayInfo({ 1: text("port") });
    const outcome = server.receive(discover({ giaddr: "10.0.1.2", hops: 4, relay, prl: [] }), {
      ...unicastFrom("10.0.1.2"),
      sourcePort: 67,
    });
    assert.deepEqual(outcome, {
      to: "10.0.1.2:67 on 0 from 10.0.0.1",
      header: "op 2 htype 1 02:00:00:00:00:0a yiaddr 10.0.1.100 giaddr 10.0.1.2",
      options: ["53 OFFER", "54 10.0.0.1", "51 3600 s", "58 1800 s", "59 3150 s", "1 255.255.255.0", "82 0104706f7274"],
      limit: 548,
      changes: ["hold 10.0.1.100 until 1030 for alice"],
    });
  });

  test("hops and secs of the client come back in the reply", () => {
    assert.equal(home().receive(discover({ hops: 3, secs: 9 })).header, "op 2 htype 1 02:00:00:00:00:0a yiaddr 10.0.0.100");
  });

  test("the server announces itself as the router", () => {
    assert.deepEqual(home({ options: {} }).receive(discover()).options?.slice(5), ["1 255.255.255.0"]);
  });

  test("options cannot be forced on clients that do not ask", () => {
    const server = home({ options: { 43: { always: Uint8Array.of(1) } } });
    assert.deepEqual(server.receive(discover({ prl: [] })).options?.slice(5), ["1 255.255.255.0", "43 01"]);
  });

  test("a client that sends no list of parameters gets not even a mask", () => {
    const expected = ["1 255.255.255.0", "3 10.0.0.1", "6 10.0.0.53", "15 example.org"];
    assert.deepEqual(
      home()
        .receive(discover({ prl: null }))
        .options?.slice(5),
      expected,
    );
  });

  test("an option that is asked for twice is sent twice", () => {
    assert.deepEqual(
      home()
        .receive(discover({ prl: [6, 3, 6] }))
        .options?.slice(5),
      ["1 255.255.255.0", "6 10.0.0.53", "3 10.0.0.1"],
    );
  });

  test("the client identifier is not echoed", () => {
    const server = home();
    assert.equal(server.receive(discover({ id: "alice" })).options?.at(-1), "61 alice");
    assert.equal(server.receive(request({ id: "alice", server: OURS, requested: "10.0.0.100" })).options?.at(-1), "61 alice");
  });

  test("option 118 is not echoed", () => {
    assert.equal(
      home()
        .receive(discover({ subnet: "10.0.0.0" }))
        .options?.at(-1),
      "118 10.0.0.0",
    );
  });

  test("the largest message that a client accepts is ignored", () => {
    assert.equal(home().receive(discover({ maxSize: 1200 })).limit, 1172);
  });

  test("T2 is 4/5 of the lease, and neither timer can be set", () => {
    assert.deepEqual(home().receive(discover()).options?.slice(3, 5), ["58 1800 s", "59 3150 s"]);
    const set = home({ leaseTime: { renew: 100, rebind: 200 } }).receive(discover());
    assert.deepEqual(set.options?.slice(3, 5), ["58 100 s", "59 200 s"]);
  });

  test("siaddr is always the server itself", () => {
    assert.ok(!home().receive(discover()).header?.includes("siaddr"));
    assert.ok(
      home({ boot: { nextServer: "10.0.0.7" } })
        .receive(discover())
        .header?.includes("siaddr 10.0.0.7"),
    );
  });

  test("a rebinding client that another server serves is refused by one that has no authority", () => {
    const server = home({ ...HOME, authoritative: false });
    obtain(server);
    assert.deepEqual(server.receive(request({ ciaddr: "10.0.0.150" })), { silence: "not-authoritative" });
  });

  test("an offer stays held after the client chose another server", () => {
    const server = home();
    server.receive(discover());
    server.receive(request({ server: "10.0.0.9", requested: "10.0.0.222" }));
    assert.equal(server.table.size, 0);
  });

  test("a global option beats the network's", () => {
    const server = home({ options: { 6: addresses("10.0.0.53") } }, { options: { 6: addresses("192.0.2.53") } });
    assert.deepEqual(server.receive(discover({ prl: [6] })).options?.at(-1), "6 10.0.0.53");
  });
});
