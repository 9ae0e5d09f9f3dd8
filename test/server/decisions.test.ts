import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { discover, ethernetClient, release, requestSelecting } from "../../src/client/dhcp4/messages.ts";
import { type Decision, SILENCE_REASONS } from "../../src/engine/decision.ts";
import { createDecisionLog, LONGEST_KEPT, Outcome } from "../../src/server/decision-log.ts";
import { decisionHandlers, type ToldDecision } from "../../src/server/decisions.ts";
import { EXPLAINED } from "../../src/server/dhcp4/explained.ts";
import type { Message } from "../../src/wire/dhcp4/message.ts";
import { type Bench, createBench } from "../support/pump.ts";

const SERVER = 0x0a000001;
const FIRST = 0x0a00000a;
const CONFIG = `
networks:
  10.0.0.0/24:
    allocation: sequential
    options: { routers: 10.0.0.1 }
    config: { lease_time: 3600 }
    ranges: [{ range: 10.0.0.10-10.0.0.10 }]
`;
const clientOf = (number: number) => ethernetClient(Uint8Array.of(2, 0, 0, 0, number >>> 8, number));
const transaction = { xid: 7, secs: 0 };
const selecting = (number: number) => requestSelecting(clientOf(number), transaction, { address: FIRST, serverIdentifier: SERVER });

/** What an operator is told, without the messages and the words of rules. */
const brief = (decisions: readonly ToldDecision[]) =>
  decisions.map(({ time, message, outcome, trace, traced }) => [
    time.slice(11, 19),
    `${message}: ${outcome}`,
    traced,
    trace.map(({ rule }) => rule).join(" "),
  ]);

/** The first client has the only address, gives it back, and the second one came too late. */
async function twoClients(): Promise<Bench> {
  const bench = createBench(CONFIG);
  bench.receive(discover(clientOf(1), transaction), selecting(1));
  await bench.store.succeed();
  bench.setTime(1010);
  bench.receive(discover(clientOf(2), transaction));
  bench.setTime(1020);
  bench.receive(release(clientOf(1), 7, { address: FIRST, serverIdentifier: SERVER }));
  await bench.store.succeed();
  return bench;
}

describe("what was decided about a client", () => {
  test("is told with the rules that would be applied now, and from then on with those that were", async () => {
    const bench = await twoClients();
    const [refused] = await bench.decisions.of("02:00:00:00:00:02");
    assert.equal(refused?.outcome, "not answered: every address that this client could get is in use");
    assert.deepEqual(
      { ...refused, trace: [], decoded: refused?.decoded.slice(0, 2) },
      {
        time: "1970-01-01T00:16:50.000Z",
        protocol: "DHCPv4",
        interface: "eth0",
        from: "0.0.0.0:68",
        message: "DISCOVER",
        outcome: "not answered: every address that this client could get is in use",
        reason: "no-address-free",
        decoded: ["DHCPDISCOVER request, xid 0x00000007", "  chaddr 02:00:00:00:00:02"],
        trace: [],
        traced: "now",
      },
    );
    // The address was released meanwhile, so that now it would be offered: and nothing has come of the question.
    assert.deepEqual(refused?.trace.at(-1), { rule: "reply", text: "OFFER of 10.0.0.10 for 3600 s" });
    assert.equal(bench.table.holdOn(FIRST), undefined);

    // Somebody else takes it.
    bench.receive(selecting(3));
    await bench.store.succeed();
    bench.setTime(1030);
    bench.receive(discover(clientOf(2), transaction));
    bench.receive(release(clientOf(3), 7, { address: FIRST, serverIdentifier: SERVER }));
    await bench.store.succeed();
    const again = (await bench.decisions.of("02-00-00-00-00-02")).at(-1);
    assert.equal(again?.traced, "then");
    assert.deepEqual(
      again?.trace.slice(-2).map(({ text }) => text),
      ["no address is free", "every address that this client could get is in use"],
    );
  });

  test("is found by hardware address, by client identifier, and by an address that it has or was given", async () => {
    const bench = createBench(CONFIG);
    const identified = { ...discover(clientOf(9), transaction) };
    const identifier = { code: 61, data: Uint8Array.of(0, 0x61, 0x62, 0x63) };
    bench.receive({ ...identified, options: [...identified.options.filter(({ code }) => code !== 61), identifier] });
    bench.receive(discover(clientOf(2), transaction));
    const offered = "DISCOVER: answered with OFFER of 10.0.0.10";
    for (const client of ["0200.00", "zz", ""]) assert.deepEqual(await bench.decisions.of(client), [], client);
    for (const client of ["00:61:62:63", "00616263", "02:00:00:00:00:09", "10.0.0.10"])
      assert.deepEqual(
        brief(await bench.decisions.of(client)).map(([, text]) => text),
        [offered],
        client,
      );
    // A part of what it is known by is not it.
    assert.deepEqual(await bench.decisions.of("61:62"), []);
    bench.receive(selecting(5));
    await bench.store.succeed();
    const all = await bench.decisions.of("10.0.0.10");
    assert.deepEqual(
      all.map(({ outcome }) => outcome),
      ["answered with OFFER of 10.0.0.10"],
    );
  });

  test("of an owner of an address tells also what did not name it", async () => {
    const bench = await twoClients();
    assert.deepEqual(
      brief(await bench.decisions.of("10.0.0.10")).map(([time, text]) => [time, text]),
      [
        ["00:16:40", "DISCOVER: answered with OFFER of 10.0.0.10"],
        ["00:16:40", "REQUEST: answered with ACK of 10.0.0.10"],
        ["00:17:00", "RELEASE: noted of 10.0.0.10"],
      ],
    );
  });

  test("of what could not be sent is why, at once or after the commit", async () => {
    const bench = createBench(CONFIG);
    const last = async () => {
      const { outcome, reason } = (await bench.decisions.of("02:00:00:00:00:01")).at(-1) as ToldDecision;
      return [outcome, reason];
    };
    bench.receive(selecting(1));
    bench.refuseToSend("no-route");
    assert.deepEqual(await last(), ["answered with ACK of 10.0.0.10", undefined]);
    await bench.store.succeed();
    const why = "there is no route to the relay or client (`ip route get ADDRESS` shows it)";
    assert.deepEqual(await last(), [`ACK of 10.0.0.10 was not sent: ${why}`, "no-route"]);
    bench.refuseToSend("not-permitted");
    bench.receive(discover(clientOf(1), transaction));
    const firewall = "this process may not send there: a firewall, or missing privileges";
    assert.deepEqual(await last(), [`OFFER of 10.0.0.10 was not sent: ${firewall}`, "not-permitted"]);
  });

  test("of a reply that had no room is that it was not sent", async () => {
    const bench = createBench(CONFIG);
    bench.leaveNoRoom();
    bench.receive(discover(clientOf(1), transaction), selecting(1));
    await bench.store.succeed();
    const why = SILENCE_REASONS["reply-too-large"];
    assert.deepEqual(
      (await bench.decisions.of("02:00:00:00:00:01")).map(({ outcome, reason }) => [outcome, reason]),
      [
        [`OFFER of 10.0.0.10 was not sent: ${why}`, "reply-too-large"],
        [`ACK of 10.0.0.10 was not sent: ${why}`, "reply-too-large"],
      ],
    );
    assert.deepEqual([bench.sent, bench.counters.silent["reply-too-large"]], [[], 2]);
  });

  test("of what could not be made durable is that nothing came of it", async () => {
    const bench = createBench(CONFIG);
    bench.receive(selecting(1));
    await bench.store.succeed();
    bench.receive(selecting(1), release(clientOf(1), 7, { address: FIRST, serverIdentifier: SERVER }));
    await bench.store.fail();
    const why = "leases could not be made durable then";
    assert.deepEqual(
      (await bench.decisions.of("02:00:00:00:00:01")).map(({ outcome, reason }) => [outcome, reason]),
      [
        ["answered with ACK of 10.0.0.10", undefined],
        [`ACK of 10.0.0.10 was not sent: ${why}`, "store-failed"],
        [`not noted of 10.0.0.10: ${why}`, "store-failed"],
      ],
    );
  });

  test("of what was made durable is that it was, when fewer are not afterwards", async () => {
    const bench = createBench(CONFIG);
    bench.receive(selecting(1), selecting(1), selecting(1));
    await bench.store.succeed();
    for (let i = 0; i < 2; i++) {
      bench.receive(selecting(1));
      await bench.store.fail();
    }
    assert.deepEqual(
      (await bench.decisions.of("02:00:00:00:00:01")).map(({ reason }) => reason),
      [undefined, undefined, undefined, "store-failed", "store-failed"],
    );
  });

  test("of an offer that was given back is that, whatever becomes of leases afterwards", async () => {
    const bench = createBench(CONFIG);
    const givenBack = release(clientOf(1), 7, { address: FIRST, serverIdentifier: SERVER });
    bench.receive(discover(clientOf(1), transaction));
    bench.receive(givenBack);
    bench.receive(selecting(2));
    await bench.store.fail();
    bench.receive(discover(clientOf(1), transaction));
    bench.receive(givenBack, selecting(2));
    await bench.store.fail();
    const offered = ["answered with OFFER of 10.0.0.10", undefined];
    const noted = ["noted of 10.0.0.10", undefined];
    assert.deepEqual(
      (await bench.decisions.of("02:00:00:00:00:01")).map(({ outcome, reason }) => [outcome, reason]),
      [offered, noted, offered, noted],
    );
    assert.deepEqual([bench.counters.noted, bench.counters.dropped["store-failed"]], [2, 2]);
    assert.equal(bench.log.filter((line) => /RELEASE .* noted: nothing is offered/.test(line)).length, 2);
  });

  test("of a flood is that it was too much", async () => {
    const bench = createBench(CONFIG.replace("networks:", "flood_protection_threshold: { packets: 1, secs: 60 }\nnetworks:"));
    for (let i = 0; i < 3; i++) bench.receive(discover(clientOf(1), transaction));
    const told = await bench.decisions.of("02:00:00:00:00:01");
    assert.equal(told.at(-1)?.reason, "flood");
    // Watched by now: no rule led to it, neither of its own nor of a message before it.
    bench.receive(discover(clientOf(1), transaction));
    const { reason, traced, trace } = (await bench.decisions.of("02:00:00:00:00:01")).at(-1) as ToldDecision;
    assert.deepEqual({ reason, traced, trace }, { reason: "flood", traced: "then", trace: [] });
  });

  test("traces are kept while it is watched, of sixteen clients and ten minutes", async () => {
    const bench = createBench(CONFIG);
    const macOf = (number: number) => `02:00:00:00:00:${number.toString(16).padStart(2, "0")}`;
    for (let number = 1; number <= 17; number++) await bench.decisions.of(macOf(number));
    for (let number = 1; number <= 17; number++) bench.receive(discover(clientOf(number), transaction));
    const traced = async (number: number) => (await bench.decisions.of(macOf(number))).map((one) => one.traced);
    assert.deepEqual([await traced(17), await traced(2), await traced(1)], [["then"], ["then"], ["now"]]);
    bench.setTime(1000 + 601);
    bench.decisions.look();
    bench.receive(discover(clientOf(17), transaction));
    assert.deepEqual(await traced(17), ["now", "now"]);
  });
});

describe("the decisions that are kept", () => {
  const silence: Decision<Message, number, never> = { kind: "silence", reason: "flood" };
  const datagram = (bytes: Uint8Array, sourcePort = 68) => ({
    bytes,
    length: bytes.length,
    source: 0xfffffffe,
    sourcePort,
    destination: 0xffffffff,
    interfaceIndex: 7,
    waited: 3,
  });
  const create = () => createDecisionLog<Message, number, never>(EXPLAINED.addresses, () => 0);

  test("are as they were, in bytes of their own", () => {
    const log = create();
    const bytes = Uint8Array.of(1, 2, 3, 4);
    log.record({ ...datagram(bytes), length: 3 }, silence, 99);
    bytes.fill(0xee);
    assert.deepEqual(log.at(0), {
      time: 99,
      datagram: { ...datagram(Uint8Array.of(1, 2, 3)), waited: 0 },
      isCut: false,
      outcome: Outcome.silence,
      replyKind: log.at(0)?.replyKind,
      reason: "flood",
      failure: undefined,
      address: undefined,
    });
    assert.equal(log.at(1), undefined);
  });

  test("tell why nothing came of them, and of no other that stands in their place", () => {
    const log = create();
    const one = datagram(Uint8Array.of(1));
    log.record(one, silence, 0);
    log.fail(0, "no-route");
    log.fail(1, "other");
    log.fail(-1, "other");
    assert.equal(log.at(0)?.failure, "no-route");
    for (let number = 1; number <= 1 << 14; number++) log.record(one, silence, number);
    log.fail(0, "other");
    assert.equal(log.at(1 << 14)?.failure, undefined);
  });

  test("are the last ones, whatever their sizes", () => {
    const log = create();
    const sizes = [0, 1, 300, 548, LONGEST_KEPT, LONGEST_KEPT + 1, 9000, 65_535];
    const messageOf = (number: number) => new Uint8Array(sizes[number % sizes.length] as number).fill(number);
    const count = 20_000;
    for (let number = 0; number < count; number++) {
      log.record(datagram(messageOf(number), number % 1000), silence, number);
      const oldest = log.at(log.first);
      assert.equal(oldest?.time, log.first);
      if (number % 97 !== 0) continue;
      for (const one of [log.first, Math.floor((log.first + number) / 2), number]) {
        const message = messageOf(one);
        const kept = log.at(one);
        assert.deepEqual(kept?.datagram.bytes, message.slice(0, LONGEST_KEPT));
        assert.equal(kept?.isCut, message.length > LONGEST_KEPT);
      }
    }
    assert.equal(log.next, count);
    assert.equal(log.at(log.first - 1), undefined);
    // Four megabytes of such messages, and not many fewer.
    const kept = log.next - log.first;
    assert.ok(kept > 4_750 && kept < 4_900, String(kept));
  });

  test("are no more than so many, however small they are", () => {
    const log = create();
    for (let number = 0; number < 40_000; number++) log.record(datagram(Uint8Array.of(number)), silence, number);
    assert.equal(log.next - log.first, 1 << 14);
    assert.equal(log.at(log.first)?.datagram.bytes[0], log.first & 255);
  });
});

describe("a request for decisions", () => {
  const of = (client: string) => Promise.resolve([{ time: client } as ToldDecision]);

  test("asks every protocol that is served, and puts what they tell in order", async () => {
    const later = { decisions: { of: () => Promise.resolve([{ time: "2" }, { time: "4" }] as ToldDecision[]) } };
    const sooner = { decisions: { of: () => Promise.resolve([{ time: "1" }, { time: "3" }] as ToldDecision[]) } };
    const told = await decisionHandlers({ dhcp4: later, dhcp6: sooner }).decisions({ kind: "decisions", client: "02:00" });
    assert.deepEqual(told, { decisions: ["1", "2", "3", "4"].map((time) => ({ time })) });
    assert.deepEqual(await decisionHandlers({ dhcp4: undefined, dhcp6: undefined }).decisions({ client: "02:00" }), { decisions: [] });
  });

  test("is answered when those before it have been", async () => {
    let asked = 0;
    let answer: (() => void)[] = [];
    const slow = () => {
      asked++;
      return new Promise<ToldDecision[]>((resolve) => answer.push(() => resolve([])));
    };
    const { decisions } = decisionHandlers({ dhcp4: { decisions: { of: slow } }, dhcp6: undefined });
    const all = [1, 2, 3].map(() => decisions({ client: "02:00" }));
    for (let i = 1; i <= 3; i++) {
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(asked, i);
      for (const one of answer) one();
      answer = [];
    }
    await Promise.all(all);
  });

  for (const client of [undefined, 5, "", "everybody", "a".repeat(601)]) {
    test(`is refused where the client is ${JSON.stringify(client)?.slice(0, 20)}`, async () => {
      const handler = decisionHandlers({ dhcp4: { decisions: { of } }, dhcp6: undefined }).decisions;
      await assert.rejects(handler({ kind: "decisions", client }), (error: Error & { code?: string }) => {
        assert.equal(error.code, "invalid");
        assert.match(error.message, /^client: expected a hardware address/);
        return true;
      });
    });
  }
});
