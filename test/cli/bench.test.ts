import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createAddressSet } from "../../src/cli/bench/dhcp4/address-set.ts";
import { createDhcp4Messages } from "../../src/cli/bench/dhcp4/messages.ts";
import { clientOfXid, createPackets, emptyAnswer, makeXid, readAnswer } from "../../src/cli/bench/dhcp4/packets.ts";
import { createHistogram } from "../../src/cli/bench/histogram.ts";
import { type Counts, createLoad, type Load } from "../../src/cli/bench/load.ts";
import { Phase } from "../../src/cli/bench/messages.ts";
import type { BenchReport } from "../../src/cli/bench/report.ts";
import { createWaitingList } from "../../src/cli/bench/waiting-list.ts";
import type { Datagram, Outbox } from "../../src/io/transport.ts";
import type { Ipv4 } from "../../src/net/ipv4.ts";
import { decode } from "../../src/wire/dhcp4/decode.ts";
import { encodeMessage } from "../../src/wire/dhcp4/encode.ts";
import { type Message, MessageType } from "../../src/wire/dhcp4/message.ts";
import { messageType, optionIpv4, optionValue } from "../../src/wire/dhcp4/options.ts";
import { answer, startResponder, type Twist } from "../support/responder.ts";
import { runLeasehold } from "../support/run-leasehold.ts";

test("histogram: percentiles of 1 to 10,000 are right to within 1/64", () => {
  const histogram = createHistogram();
  for (let value = 1; value <= 10_000; value++) histogram.record(value);
  assert.deepEqual([histogram.count, histogram.max, histogram.mean], [10_000, 10_000, 5000.5]);
  for (const share of [0.001, 0.01, 0.5, 0.9, 0.99, 0.999, 1]) {
    const exact = share * 10_000;
    assert.ok(Math.abs(histogram.percentile(share) - exact) <= Math.max(1, exact / 64), `${share}: ${histogram.percentile(share)}`);
  }
});

test("histogram: a percentile is a recorded value's neighbour, whatever was recorded", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 0x7fffffff }), { minLength: 1 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (values, share) => {
        const histogram = createHistogram();
        for (const value of values) histogram.record(value);
        const sorted = values.toSorted((a, b) => a - b);
        const exact = sorted[Math.max(0, Math.ceil(share * values.length) - 1)] as number;
        assert.ok(Math.abs(histogram.percentile(share) - exact) <= exact / 64);
      },
    ),
  );
});

test("histogram: nothing recorded, and nothing left after a reset", () => {
  const histogram = createHistogram();
  histogram.record(7);
  histogram.reset();
  assert.deepEqual([histogram.count, histogram.max, histogram.mean, histogram.percentile(0.5)], [0, 0, 0, 0]);
});

test("waiting list: the oldest first, whatever is taken out", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(7), { maxLength: 100 }), (clients) => {
      const list = createWaitingList(8);
      let model: number[] = [];
      for (const client of clients) {
        if (model.includes(client)) {
          list.remove(client);
          model = model.filter((other) => other !== client);
        } else {
          list.add(client);
          model.push(client);
        }
        assert.deepEqual([list.size, list.oldest], [model.length, model[0] ?? -1]);
      }
    }),
  );
});

test("address set: says whether an address was there", () => {
  const set = createAddressSet();
  const addresses = [0, 1, 31, 32, 0x0a000001, 0x7fffffff, 0x80000000, 0xffffffff];
  assert.deepEqual(
    addresses.map((address) => set.add(address)),
    addresses.map(() => true),
  );
  assert.deepEqual(
    addresses.map((address) => set.add(address)),
    addresses.map(() => false),
  );
  set.remove(0x0a000001);
  set.remove(0x0b000001);
  assert.deepEqual([set.add(0x0a000001), set.add(0x0b000001)], [true, true]);
});

test("xid: holds client, phase and six bits of sequence", () => {
  const xids = new Set<number>();
  for (const client of [0, 1, 0xffffff]) {
    for (const phase of Object.values(Phase)) {
      for (const sequence of [0, 1, 63]) {
        const xid = makeXid(client, phase, sequence);
        assert.equal(clientOfXid(xid), client);
        assert.ok(xid >= 0 && xid <= 0xffffffff);
        xids.add(xid);
      }
    }
  }
  assert.equal(xids.size, 27);
  assert.equal(makeXid(5, Phase.renewal, 64), makeXid(5, Phase.renewal, 0));
});

const PACKET_SETTINGS = { giaddr: 0x0a000002, firstClient: 0x100, parameterRequestList: [1, 3, 6, 15] };
const PACKETS = createPackets(PACKET_SETTINGS);

test("packets: what is patched in place decodes to the message meant", () => {
  const buffer = new Uint8Array(1500).fill(0xee);
  const decoded = (length: number): Message => {
    const result = decode(buffer, length);
    assert.ok(result.ok && result.problems.length === 0);
    return result.message;
  };
  const common = (message: Message) => [message.xid, message.giaddr, message.hops, message.chaddr.join(), optionValue(message, 61)?.join()];
  const expected = (xid: number) => [xid, 0x0a000002, 1, "2,0,0,0,1,7", "1,2,0,0,0,1,7"];

  const discover = decoded(PACKETS.discover(buffer, 7, 11));
  assert.deepEqual([messageType(discover), ...common(discover)], [MessageType.DISCOVER, ...expected(11)]);
  const request = decoded(PACKETS.request(buffer, 7, 12, 0x0a000005, 0x0a000001));
  assert.deepEqual([messageType(request), ...common(request)], [MessageType.REQUEST, ...expected(12)]);
  assert.deepEqual([optionIpv4(request, 50), optionIpv4(request, 54), request.ciaddr], [0x0a000005, 0x0a000001, 0]);
  const renew = decoded(PACKETS.renew(buffer, 7, 13, 0x0a000005));
  assert.deepEqual([messageType(renew), ...common(renew)], [MessageType.REQUEST, ...expected(13)]);
  assert.deepEqual([optionIpv4(renew, 50), optionIpv4(renew, 54), renew.ciaddr], [undefined, undefined, 0x0a000005]);
});

test("packets: answers are read as the decoder reads them, and random bytes never throw", () => {
  const buffer = new Uint8Array(1500);
  const request = decode(buffer, PACKETS.discover(buffer, 7, 11));
  assert.ok(request.ok);
  const reply = encodeMessage(answer(request.message) as Message);
  const read = emptyAnswer();
  assert.equal(readAnswer(reply, reply.length, read), true);
  assert.deepEqual(read, { xid: 11, type: 2, yiaddr: 0x0a000107, serverIdentifier: 0x7f000001, hardwareAddress: 0x107 });
  for (let length = 0; length <= 240; length++) assert.equal(readAnswer(reply, length, read), false);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (options) => {
      const bytes = Uint8Array.of(...reply.subarray(0, 240), ...options);
      readAnswer(bytes, bytes.length, read);
      assert.ok(read.type >= 0 && read.type <= 255);
    }),
  );
});

/** A load whose messages a responder in this process answers when told to. */
function createBench(clients: number): { load: Load<Ipv4>; exchange(now: number, twist?: Twist): void } {
  const sent: Uint8Array[] = [];
  const buffer = new Uint8Array(1500);
  const outbox: Outbox<Ipv4> = {
    length: 0,
    full: false,
    next: () => buffer,
    add: (length) => void sent.push(buffer.slice(0, length)),
    send: () => {},
    clear: () => {},
  };
  const destination = { address: 0, port: 67, hardwareAddress: undefined, interfaceIndex: 0, source: 0 };
  const load = createLoad({ clients, messages: createDhcp4Messages(PACKET_SETTINGS, clients), destination, outbox });
  return {
    load,
    exchange(now, twist = (reply) => reply) {
      const datagrams = sent.splice(0).flatMap((bytes): Datagram<Ipv4>[] => {
        const request = decode(bytes);
        assert.ok(request.ok);
        const reply = answer(request.message);
        const twisted = reply === undefined ? undefined : twist(reply, request.message);
        if (twisted === undefined) return [];
        const encoded = encodeMessage(twisted);
        return [{ bytes: encoded, length: encoded.length, source: 0, sourcePort: 67, destination: 0, interfaceIndex: 0, waited: 0 }];
      });
      load.receive(datagrams, datagrams.length, now);
    },
  };
}

const NOTHING: Counts = { started: 0, completed: 0, lostOffers: 0, lostLeases: 0, refusals: 0, duplicates: 0, wrong: 0, unexpected: 0 };

test("load: a new lease is two answers; latencies are those of each and of both", () => {
  const { load, exchange } = createBench(2);
  assert.deepEqual([load.start(0), load.start(0), load.start(0)], [true, true, false]);
  assert.equal(load.exhausted, true);
  exchange(2);
  assert.deepEqual([load.outstanding, load.bound, load.counts.completed], [2, 0, 0]);
  exchange(5);
  assert.deepEqual([load.outstanding, load.bound], [0, 2]);
  assert.deepEqual({ ...load.counts }, { ...NOTHING, started: 2, completed: 2 });
  const means = [load.offers, load.leases, load.wholeExchange].map(({ count, mean }) => [count, mean]);
  assert.deepEqual(means, [
    [2, 2000],
    [2, 3000],
    [2, 5000],
  ]);
});

test("load: renewals go round the bound clients, and a mix keeps its share", () => {
  const { load, exchange } = createBench(8);
  for (let i = 0; i < 4; i++) load.start(0);
  exchange(0);
  exchange(0);
  load.resetCounts();
  load.renewShare = 1;
  for (let i = 0; i < 4; i++) assert.equal(load.start(0), true);
  assert.equal(load.start(0), false, "everybody is renewing");
  exchange(1);
  assert.deepEqual({ ...load.counts }, { ...NOTHING, started: 4, completed: 4 });
  assert.deepEqual([load.leases.count, load.offers.count], [4, 0]);
  load.renewShare = 0.75;
  for (let i = 0; i < 4; i++) load.start(2);
  exchange(3);
  assert.equal(load.counts.completed, 7, "three of four were renewals");
  exchange(3);
  assert.equal(load.bound, 5);
});

test("load: what is not answered within a second is lost, and its late answer is not a lease", () => {
  const { load, exchange } = createBench(3);
  load.start(0);
  load.sweep(1000);
  assert.equal(load.outstanding, 1);
  load.sweep(1001);
  assert.deepEqual({ ...load.counts }, { ...NOTHING, started: 1, lostOffers: 1 });
  exchange(1002);
  assert.deepEqual({ ...load.counts }, { ...NOTHING, started: 1, lostOffers: 1, unexpected: 1 });
  load.start(2000);
  exchange(2500);
  load.sweep(3400);
  assert.equal(load.outstanding, 1, "the time counts from the REQUEST");
  load.sweep(3501);
  assert.deepEqual({ ...load.counts }, { ...NOTHING, started: 2, lostOffers: 1, lostLeases: 1, unexpected: 1 });
  assert.deepEqual([load.outstanding, load.bound], [0, 0]);
});

test("load: a client whose renewal was lost renews again; one that was refused does not", () => {
  const { load, exchange } = createBench(1);
  load.start(0);
  exchange(0);
  exchange(0);
  load.renewShare = 1;
  load.start(0);
  load.sweep(2000);
  assert.equal(load.start(2000), true);
  exchange(2000, (reply, request) => (request.xid === makeXid(0, Phase.renewal, 3) ? nakOf(reply) : undefined));
  assert.deepEqual([load.counts.lostLeases, load.counts.refusals], [1, 1]);
  assert.deepEqual([load.start(2001), load.bound], [false, 0]);
});

function nakOf(reply: Message): Message {
  return {
    ...reply,
    yiaddr: 0,
    options: reply.options.map((option) => (option.code === 53 ? { code: 53, data: Uint8Array.of(6) } : option)),
  };
}

test("load: an address bound to two clients at once is an error", () => {
  const { load, exchange } = createBench(2);
  load.start(0);
  load.start(0);
  exchange(0, (reply) => ({ ...reply, yiaddr: 0x0a000005 }));
  exchange(0, (reply) => ({ ...ackOf(reply), yiaddr: 0x0a000005 }));
  assert.deepEqual({ ...load.counts }, { ...NOTHING, started: 2, completed: 2, duplicates: 1 });
});

/** The responder refuses an address that is not its own choice; a bad server would not. */
function ackOf(reply: Message): Message {
  return { ...reply, options: reply.options.map((option) => (option.code === 53 ? { code: 53, data: Uint8Array.of(5) } : option)) };
}

test("load: answers that don't fit their request are errors, and don't end the exchange", () => {
  const twists: Twist[] = [
    (reply) => ({ ...reply, yiaddr: 0 }),
    (reply) => ({ ...reply, chaddr: Uint8Array.of(2, 0, 9, 9, 9, 9) }),
    (reply) => ({ ...reply, options: reply.options.filter(({ code }) => code !== 54) }),
    (reply) => ackOf(reply),
    (reply) => nakOf(reply),
  ];
  for (const twist of twists) {
    const { load, exchange } = createBench(1);
    load.start(0);
    exchange(0, twist);
    assert.deepEqual([load.counts.wrong, load.outstanding], [1, 1], twist.toString());
  }
});

test("load: answers of other transactions, and what is no answer, are not taken", () => {
  const twists: Twist[] = [
    (reply) => ({ ...reply, xid: reply.xid ^ 0x04000000 }),
    (reply) => ({ ...reply, xid: makeXid(0xffffff, Phase.offer, 1) }),
    (reply) => ({ ...reply, xid: makeXid(0, Phase.lease, 1) }),
    (reply) => ({ ...reply, op: 1 }),
    (reply) => ({ ...reply, cookie: false }),
  ];
  for (const twist of twists) {
    const { load, exchange } = createBench(1);
    load.start(0);
    exchange(0, twist);
    assert.deepEqual([load.counts.unexpected, load.counts.wrong, load.outstanding], [1, 0, 1], twist.toString());
  }
});

const SHORT = ["--seconds", "0.5", "--warmup", "0.1", "--json"];

test("bench new: leases from a server, as JSON", async () => {
  await using responder = await startResponder();
  const { status, stdout } = await runLeasehold("bench", "--server", `127.0.0.1:${responder.port}`, "--window", "4", ...SHORT);
  const report = JSON.parse(stdout) as BenchReport;
  assert.equal(status, 0);
  assert.deepEqual(
    [report.title, report.window, report.offeredRate, report.lost, report.naks, report.duplicates, report.wrong],
    [`new leases from 127.0.0.1:${responder.port}, 4 outstanding`, 4, null, 0, 0, 0, 0],
  );
  assert.ok(report.completed > 10, `${report.completed} exchanges`);
  const { discoverToOffer, requestToAck, wholeExchange } = report.latency;
  for (const { count, p50, p99, max } of [discoverToOffer, requestToAck, wholeExchange]) assert.ok(count > 10 && p50 <= p99 && p99 <= max);
  const relayed = responder.received.every((message) => message.giaddr === 0x7f000001 && message.hops === 1);
  assert.ok(relayed, "it speaks as a relay");
});

test("bench renew: clients are bound first, then renew at the rate asked for", async () => {
  await using responder = await startResponder();
  const { status, stdout } = await runLeasehold(
    ...["bench", "renew", "--server", `127.0.0.1:${responder.port}`, "--clients", "20", "--rate", "200", ...SHORT],
  );
  const report = JSON.parse(stdout) as BenchReport;
  assert.deepEqual([status, report.offeredRate, report.window, report.lost, report.naks], [0, 200, null, 0, 0]);
  assert.equal(report.latency.discoverToOffer.count, 0);
  assert.ok(report.completed >= 60 && report.completed <= 110, `${report.completed} renewals in half a second`);
  assert.equal(new Set(responder.received.map((message) => message.chaddr.join())).size, 20);
});

test("bench mix: both, and the first client's number makes other clients", async () => {
  await using responder = await startResponder();
  const { status, stdout } = await runLeasehold(
    ...[
      "bench",
      "mix",
      "--server",
      `127.0.0.1:${responder.port}`,
      "--rate",
      "200",
      "--renew-share",
      "0.5",
      "--first-client",
      "65536",
      ...SHORT,
    ],
  );
  const report = JSON.parse(stdout) as BenchReport;
  assert.equal(status, 0);
  assert.ok(report.latency.discoverToOffer.count > 10 && report.latency.requestToAck.count > report.latency.discoverToOffer.count);
  assert.ok(responder.received.every((message) => message.chaddr[3] === 1));
});

test("bench: the report for people, and the end when all clients have their lease", async () => {
  await using responder = await startResponder();
  const { status, stdout, stderr } = await runLeasehold(
    ...["bench", "--server", `127.0.0.1:${responder.port}`, "--clients", "50", "--warmup", "0", "--seconds", "20"],
  );
  assert.equal(status, 0);
  assert.match(stderr, /^new leases from 127\.0\.0\.1:\d+, 32 outstanding\n/);
  assert.match(stdout, /^ {2}exchanges {3}50 in [\d.]+ s +[\d,]+\/s\n {2}lost +0 of 50 +0\.00 %\n {2}refused +0 NAKs\n/);
  assert.match(
    stdout,
    /latency, ms +p50 +p90 +p99 +p99\.9 +max +mean\n {2}DISCOVER to OFFER .*\n {2}REQUEST to ACK .*\n {2}whole exchange .*\n/,
  );
  assert.match(stdout, /raise --clients for a longer run/);
});

test("bench: a server that binds one address to all ends with status 1", async () => {
  await using responder = await startResponder((reply) => ({ ...(reply.yiaddr === 0 ? ackOf(reply) : reply), yiaddr: 0x0a000005 }));
  const { status, stdout } = await runLeasehold("bench", "--server", `127.0.0.1:${responder.port}`, "--clients", "5", ...SHORT);
  assert.deepEqual([status, (JSON.parse(stdout) as BenchReport).duplicates], [1, 4]);
});

test("bench: no answer ends with status 1 and says what to check", async () => {
  await using responder = await startResponder(() => undefined);
  const { status, stderr } = await runLeasehold("bench", "--server", `127.0.0.1:${responder.port}`, ...SHORT);
  assert.equal(status, 1);
  assert.match(stderr, /leaves many messages unanswered: does a server listen there, .*relay's address 127\.0\.0\.1/);
});

test("bench: a wrong command line ends with status 2 and names what is wrong", async () => {
  const table: readonly [args: string[], said: RegExp][] = [
    [["old"], /scenario old: new, renew or mix/],
    [["--server", "example.org"], /--server example\.org: write an IPv4 address/],
    [["--window", "0"], /--window 0: a whole number from 1 to 65536/],
    [["--rate", "x"], /--rate x: a number from 0\.1 to 1000000/],
    [["--clients", "16777217"], /--clients 16777217/],
    [["--renew-share", "2"], /--renew-share 2/],
    [["renew", "--interface", "lo"], /use a relay/],
    [["--interface", "lo", "--relay", "127.0.0.1"], /either as clients or as a relay/],
  ];
  await Promise.all(
    table.map(async ([args, said]) => {
      const { status, stderr, stdout } = await runLeasehold("bench", ...args);
      assert.deepEqual([status, stdout], [2, ""], args.join(" "));
      assert.match(stderr, said);
    }),
  );
});
