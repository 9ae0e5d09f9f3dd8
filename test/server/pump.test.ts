import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { discover, ethernetClient, release, requestExtension, requestSelecting } from "../../src/client/dhcp4/messages.ts";
import { summarize } from "../../src/server/counters.ts";
import { MessageType } from "../../src/wire/dhcp4/message.ts";
import { messageType } from "../../src/wire/dhcp4/options.ts";
import { lineOf, lineOfHold } from "../support/leases.ts";
import { createBench } from "../support/pump.ts";

const SERVER = 0x0a000001;
const FIRST = 0x0a00000a;
const CONFIG = `
networks:
  10.0.0.0/24:
    allocation: sequential
    options: { routers: 10.0.0.1 }
    config: { lease_time: 3600 }
    ranges: [{ range: 10.0.0.10-10.0.0.12 }]
`;
const clients = [1, 2, 3].map((last) => ethernetClient(Uint8Array.of(2, 0, 0, 0, 0, last)));
const [one, two] = clients as [(typeof clients)[0], (typeof clients)[0]];
const transaction = { xid: 7, secs: 0 };

function types(bench: ReturnType<typeof createBench>): (number | undefined)[] {
  return bench.sent.map(({ message }) => messageType(message));
}

describe("the pump", () => {
  test("an OFFER leaves at once, without a commit", () => {
    const bench = createBench(CONFIG);
    bench.receive(discover(one, transaction));
    assert.deepEqual(types(bench), [MessageType.OFFER]);
    assert.equal(bench.store.waiting.length, 0);
    assert.equal(lineOfHold(bench.table.holdOn(FIRST)), "10.0.0.10 held for client 1 until 1030");
  });

  test("an ACK leaves after its commit and not before", async () => {
    const bench = createBench(CONFIG);
    bench.receive(discover(one, transaction));
    bench.receive(requestSelecting(one, transaction, { address: FIRST, serverIdentifier: SERVER }));
    assert.deepEqual(types(bench), [MessageType.OFFER]);
    assert.equal(bench.store.waiting.length, 1);
    // Nor is it told or counted before.
    assert.doesNotMatch(bench.log.join(""), /leased to/);
    assert.equal(bench.counters.bound, 0);
    await bench.store.succeed();
    assert.match(bench.log.join(""), /10.0.0.10 leased to 02:/);
    assert.deepEqual(types(bench), [MessageType.OFFER, MessageType.ACK]);
    const { message, to } = bench.sent[1] as (typeof bench.sent)[0];
    assert.equal(message.yiaddr, FIRST);
    assert.deepEqual(to.hardwareAddress, one.chaddr);
    assert.deepEqual(summarize(bench.counters), {
      "received DISCOVER": 1,
      "received REQUEST": 1,
      "sent OFFER": 1,
      "sent ACK": 1,
      bound: 1,
      commits: 1,
    });
  });

  test("one batch makes one commit, and each decision sees the changes of the ones before it", async () => {
    const bench = createBench(CONFIG);
    bench.receive(...clients.map((client) => requestSelecting(client, transaction, { address: FIRST, serverIdentifier: SERVER })));
    assert.deepEqual(
      bench.store.waiting.map((writes) => writes.length),
      [1],
    );
    // Those who came too late are refused at once.
    assert.deepEqual(types(bench), [MessageType.NAK, MessageType.NAK]);
    await bench.store.succeed();
    assert.deepEqual(types(bench), [MessageType.NAK, MessageType.NAK, MessageType.ACK]);
  });

  test("while a commit is under way the next packets are received and decided", async () => {
    const bench = createBench(CONFIG);
    bench.receive(requestSelecting(one, transaction, { address: FIRST, serverIdentifier: SERVER }));
    bench.receive(discover(two, transaction));
    bench.receive(requestSelecting(two, transaction, { address: FIRST + 1, serverIdentifier: SERVER }));
    assert.deepEqual(types(bench), [MessageType.OFFER]);
    assert.equal(bench.store.waiting.length, 2);
    await bench.store.succeed();
    assert.deepEqual(types(bench), [MessageType.OFFER, MessageType.ACK]);
    await bench.store.succeed();
    assert.deepEqual(types(bench), [MessageType.OFFER, MessageType.ACK, MessageType.ACK]);
  });

  test("when a commit fails nothing is sent, memory is rolled back, health turns bad, and service goes on when the store recovers", async () => {
    const bench = createBench(CONFIG);
    bench.receive(requestSelecting(one, transaction, { address: FIRST, serverIdentifier: SERVER }));
    await bench.store.succeed();
    bench.setTime(1100);
    bench.receive(
      requestExtension(one, transaction, FIRST),
      requestSelecting(two, transaction, { address: FIRST + 1, serverIdentifier: SERVER }),
    );
    bench.receive(release(one, 7, { address: FIRST, serverIdentifier: SERVER }));
    // Decided on the strength of the release, which is about to be undone.
    bench.receive(discover(two, transaction));
    const before = types(bench).length;
    assert.equal(bench.pump.healthy, true);
    await bench.store.fail();
    assert.equal(bench.pump.healthy, false);
    assert.equal(bench.sent.length, before);
    assert.equal(lineOf(bench.table.byAddress(FIRST)), "10.0.0.10 bound client 1 1000..4600");
    assert.equal(lineOf(bench.table.byAddress(FIRST + 1)), "none");
    assert.deepEqual(summarize(bench.counters), {
      "received DISCOVER": 1,
      "received REQUEST": 3,
      "received RELEASE": 1,
      "sent OFFER": 1,
      "sent ACK": 1,
      // The renewal, the RELEASE, and the other client's REQUEST: none of them has happened.
      "dropped: store-failed": 3,
      bound: 1,
      commits: 1,
      commitsFailed: 2,
    });
    assert.match(bench.log.join(""), /no lease can be given until this is mended: the disk is full/);
    assert.doesNotMatch(bench.log.join(""), /released by|10.0.0.11 leased to/);

    bench.receive(requestExtension(one, transaction, FIRST));
    await bench.store.succeed();
    assert.equal(bench.pump.healthy, true);
    assert.equal(types(bench).at(-1), MessageType.ACK);
    assert.equal(lineOf(bench.table.byAddress(FIRST)), "10.0.0.10 bound client 1 1100..4700");
    assert.match(bench.log.join(""), /durable again/);
  });

  test("an address released in a commit that fails still belongs to its owner, though it was offered to another meanwhile", async () => {
    const bench = createBench(CONFIG.replace("10.0.0.10-10.0.0.12", "10.0.0.10-10.0.0.10"));
    bench.receive(requestSelecting(one, transaction, { address: FIRST, serverIdentifier: SERVER }));
    await bench.store.succeed();
    bench.receive(release(one, 7, { address: FIRST, serverIdentifier: SERVER }));
    bench.receive(discover(two, transaction));
    assert.equal(lineOfHold(bench.table.holdOn(FIRST)), "10.0.0.10 held for client 2 until 1030");
    assert.equal(lineOf(bench.table.byAddress(FIRST)), "10.0.0.10 released client 1 1000..1000");
    await bench.store.fail();
    assert.equal(lineOf(bench.table.byAddress(FIRST)), "10.0.0.10 bound client 1 1000..4600");
    // The offer can't be taken, and the owner goes on as if nothing had been.
    bench.receive(requestSelecting(two, transaction, { address: FIRST, serverIdentifier: SERVER }));
    assert.equal(types(bench).at(-1), MessageType.NAK);
    bench.receive(requestExtension(one, transaction, FIRST));
    await bench.store.succeed();
    assert.equal(types(bench).at(-1), MessageType.ACK);
    assert.equal(lineOfHold(bench.table.holdOn(FIRST)), "none");
  });

  test("one packet that is no DHCP message does not hold up the others of its batch", () => {
    const bench = createBench(CONFIG);
    bench.receive(new Uint8Array(3), discover(one, transaction), new Uint8Array(0));
    assert.deepEqual(types(bench), [MessageType.OFFER]);
    assert.equal(bench.counters.dropped.undecodable, 2);
  });

  test("an ACK that writes nothing itself waits for the lease that it confirms, which is of the same batch", async () => {
    for (const outcome of ["succeeds", "fails"] as const) {
      const bench = createBench(`cache_threshold: 50\n${CONFIG}`);
      bench.receive(
        requestSelecting(one, transaction, { address: FIRST, serverIdentifier: SERVER }),
        requestExtension(one, transaction, FIRST),
      );
      assert.deepEqual(types(bench), []);
      assert.equal(bench.store.waiting.length, 1);
      await (outcome === "succeeds" ? bench.store.succeed() : bench.store.fail());
      assert.deepEqual(types(bench), outcome === "succeeds" ? [MessageType.ACK, MessageType.ACK] : []);
    }
  });

  test("an OFFER of the lease that a client has waits for nothing, though the lease is not on disk yet", async () => {
    const bench = createBench(CONFIG);
    bench.receive(requestSelecting(one, transaction, { address: FIRST, serverIdentifier: SERVER }), discover(one, transaction));
    assert.deepEqual(types(bench), [MessageType.OFFER]);
    await bench.store.succeed();
    assert.deepEqual(types(bench), [MessageType.OFFER, MessageType.ACK]);
  });

  for (const outcome of ["succeeds", "fails"] as const) {
    test(`an ACK that writes nothing itself does not overtake the commit that it rests on, which ${outcome}`, async () => {
      const bench = createBench(`cache_threshold: 50\n${CONFIG}`);
      bench.receive(requestSelecting(one, transaction, { address: FIRST, serverIdentifier: SERVER }));
      // The client repeats itself while the first commit is under way.
      bench.receive(requestExtension(one, transaction, FIRST));
      assert.deepEqual(types(bench), []);
      if (outcome === "fails") {
        await bench.store.fail();
        assert.deepEqual(types(bench), []);
        assert.equal(lineOf(bench.table.byAddress(FIRST)), "none");
        assert.equal(bench.counters.dropped["store-failed"], 2);
        return;
      }
      await bench.store.succeed();
      assert.deepEqual(types(bench), [MessageType.ACK]);
      await bench.store.succeed();
      assert.deepEqual(types(bench), [MessageType.ACK, MessageType.ACK]);
      // With nothing under way it leaves at once.
      bench.receive(requestExtension(one, transaction, FIRST));
      assert.deepEqual(types(bench), [MessageType.ACK, MessageType.ACK, MessageType.ACK]);
      assert.equal(bench.store.waiting.length, 0);
    });
  }

  for (const doubt of ["the database is not where it was", "a commit has failed"] as const) {
    test(`an ACK that writes nothing itself leaves only with a commit that succeeds when ${doubt}`, async () => {
      const bench = createBench(`cache_threshold: 50\n${CONFIG}`);
      bench.receive(requestSelecting(one, transaction, { address: FIRST, serverIdentifier: SERVER }));
      await bench.store.succeed();
      if (doubt === "a commit has failed") {
        bench.receive(requestSelecting(two, transaction, { address: FIRST + 1, serverIdentifier: SERVER }));
        await bench.store.fail();
      } else bench.store.usable = false;
      bench.receive(requestExtension(one, transaction, FIRST));
      assert.deepEqual(types(bench), [MessageType.ACK]);
      assert.deepEqual(bench.store.waiting, [[]]);
      await bench.store.fail();
      assert.deepEqual(types(bench), [MessageType.ACK]);
      bench.receive(requestExtension(one, transaction, FIRST));
      await bench.store.succeed();
      assert.deepEqual(types(bench), [MessageType.ACK, MessageType.ACK]);
    });
  }

  test("a LEASEACTIVE waits for the lease that it tells of to be on disk", async () => {
    const bench = createBench(`leasequery: { requesters: [0.0.0.0/0] }\n${CONFIG}`);
    bench.receive(requestSelecting(one, transaction, { address: FIRST, serverIdentifier: SERVER }));
    const asked = discover(one, transaction);
    const options = [{ code: 53, data: Uint8Array.of(MessageType.LEASEQUERY) }];
    bench.receive({ ...asked, giaddr: 0x0a000002, chaddr: new Uint8Array(0), hlen: 0, ciaddr: FIRST, options });
    assert.deepEqual(types(bench), []);
    await bench.store.succeed();
    assert.deepEqual(types(bench), [MessageType.ACK]);
    await bench.store.succeed();
    assert.deepEqual(types(bench), [MessageType.ACK, MessageType.LEASEACTIVE]);
  });

  test("a batch of more answers than fit together answers them all", async () => {
    const bench = createBench(CONFIG.replace("10.0.0.10-10.0.0.12", "10.0.0.10-10.0.0.250"));
    const many = Array.from({ length: 150 }, (_, i) => ethernetClient(Uint8Array.of(2, 0, 0, 0, 1, i)));
    bench.receive(...many.map((client) => discover(client, transaction)));
    assert.deepEqual(types(bench), Array(150).fill(MessageType.OFFER));
    bench.sent.length = 0;
    bench.receive(...many.map((client, i) => requestSelecting(client, transaction, { address: FIRST + i, serverIdentifier: SERVER })));
    assert.equal(bench.sent.length, 0);
    assert.deepEqual(
      bench.store.waiting.map((writes) => writes.length),
      [64, 64, 22],
    );
    for (const answered of [64, 128, 150]) {
      await bench.store.succeed();
      assert.deepEqual(types(bench), Array(answered).fill(MessageType.ACK));
    }
  });

  test("sockets are left to wait while very many commits are under way", async () => {
    const bench = createBench(CONFIG);
    bench.receive(requestSelecting(one, transaction, { address: FIRST, serverIdentifier: SERVER }));
    for (let i = 0; i < 63; i++) bench.receive(requestExtension(one, transaction, FIRST));
    assert.equal(bench.paused(), true);
    await bench.store.succeed();
    assert.equal(bench.paused(), false);
  });

  test("a client that sends too much is not answered for it, and the others are", async () => {
    const bench = createBench(`flood_protection_threshold: {packets: 2, secs: 10}\n${CONFIG}`);
    bench.receive(discover(one, transaction), discover(one, transaction), discover(one, transaction), discover(two, transaction));
    assert.deepEqual(types(bench), [MessageType.OFFER, MessageType.OFFER, MessageType.OFFER]);
    assert.match(bench.log.join(""), /DISCOVER of .* not answered: the client sends more than flood_protection_threshold allows/);
    bench.setTime(1005);
    bench.receive(requestSelecting(one, transaction, { address: FIRST, serverIdentifier: SERVER }), discover(one, transaction));
    await bench.store.succeed();
    assert.deepEqual(summarize(bench.counters), {
      "received DISCOVER": 5,
      "received REQUEST": 1,
      "sent OFFER": 3,
      "sent ACK": 1,
      "silent: flood": 2,
      bound: 1,
      commits: 1,
    });
  });

  test("a message that waited for long is answered where no queue stands, as after a pause of the machine", () => {
    const bench = createBench(CONFIG);
    bench.receiveLate(60_000, discover(one, transaction));
    assert.deepEqual(types(bench), [MessageType.OFFER]);
    assert.deepEqual(summarize(bench.counters), { "received DISCOVER": 1, "sent OFFER": 1 });
  });

  test("where a queue stands, what has waited longer than a client does is dropped and counted, not decoded; but no RELEASE", async () => {
    const bench = createBench(CONFIG);
    const back = release(two, 7, { address: FIRST, serverIdentifier: SERVER });
    for (let now = 1000; now < 1003; now += 0.25) {
      bench.setTime(now);
      bench.receiveLate(1001, back);
    }
    const { received } = bench.counters;
    assert.equal(received[MessageType.RELEASE], 12);
    bench.receiveLate(1001, requestSelecting(one, transaction, { address: FIRST, serverIdentifier: SERVER }), new Uint8Array(3));
    await bench.store.succeed();
    assert.deepEqual(types(bench), []);
    assert.equal(bench.counters.dropped["waited-too-long"], 2);
    assert.equal(bench.counters.dropped.undecodable, 0);
  });

  test("while a queue stands DISCOVERs that have waited are left, and REQUESTs served", async () => {
    const bench = createBench(CONFIG);
    // All are late for longer than a burst lasts.
    for (let now = 1000; now < 1003; now += 0.25) {
      bench.setTime(now);
      bench.receiveLate(100, release(two, 7, { address: FIRST, serverIdentifier: SERVER }));
    }
    bench.receiveLate(100, discover(two, transaction));
    bench.receiveLate(100, requestSelecting(one, transaction, { address: FIRST, serverIdentifier: SERVER }));
    bench.receiveLate(10, discover(two, transaction));
    await bench.store.succeed();
    assert.deepEqual(types(bench), [MessageType.OFFER, MessageType.ACK]);
    assert.equal(bench.counters.dropped.overload, 1);
    assert.equal(bench.counters.received[MessageType.DISCOVER], 1);
  });

  test("stopping waits for the answers that are under way", async () => {
    const bench = createBench(CONFIG);
    bench.receive(requestSelecting(one, transaction, { address: FIRST, serverIdentifier: SERVER }));
    const stopped = bench.pump.stop();
    await bench.store.succeed();
    await stopped;
    assert.deepEqual(types(bench), [MessageType.ACK]);
    // Else under load there would always be another commit to wait for.
    assert.equal(bench.paused(), true, "nothing more is received");
  });

  test("a client may name the server by any address of its machine", async () => {
    const bench = createBench(CONFIG);
    bench.receive(requestSelecting(one, transaction, { address: FIRST, serverIdentifier: 0x0a090901 }));
    await bench.store.succeed();
    assert.deepEqual(types(bench), [MessageType.ACK]);
  });

  test("every silence is counted by its reason and logged at debug level", () => {
    const bench = createBench(CONFIG);
    bench.receive(requestSelecting(one, transaction, { address: FIRST, serverIdentifier: 0x0a000063 }));
    assert.equal(bench.counters.silent["another-server"], 1);
    assert.match(bench.log.join(""), /"reason":"another-server"/);
  });
});
