import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Config } from "../../../src/config/model/config.ts";
import { SILENCE_REASONS } from "../../../src/engine/decision.ts";
import { decide } from "../../../src/engine/dhcp4/decide.ts";
import { createDecider } from "../../../src/engine/dhcp4/decider.ts";
import { describe as describeEvent } from "../../../src/engine/dhcp4/trace.ts";
import { LeaseState } from "../../../src/leases/dhcp4/lease.ts";
import { toHex } from "../../../src/net/bytes.ts";
import { formatIpv4, type Ipv4, readIpv4 } from "../../../src/net/ipv4.ts";
import { decode } from "../../../src/wire/dhcp4/decode.ts";
import { encodeMessage } from "../../../src/wire/dhcp4/encode.ts";
import { type Message, MessageType, type Option } from "../../../src/wire/dhcp4/message.ts";
import { messageType, optionU32 } from "../../../src/wire/dhcp4/options.ts";
import { address, configOf } from "../support/config.ts";
import { decline, discover, inform, type MessageSpec, mac, relayInfo, release, request } from "../support/messages.ts";
import { ETH0, ETH1, received, type Server, serverOf, type Way } from "../support/server.ts";

const CLIENTS = ["a", "b", "c", "d", "e"].map((letter) => `02:00:00:00:00:0${letter}`);
const RESERVED = { "10.0.0.102": CLIENTS[0], "10.0.0.50": CLIENTS[1] } as const;

const OFFER_HOLD = 15;

/** Few addresses for many clients: two networks that share a link, and a third one. */
function crowded(authoritative: boolean): Config {
  return configOf({
    networks: {
      "10.0.0.0/24": {
        authoritative,
        ranges: [{ range: "10.0.0.100-10.0.0.102" }],
        reservations: Object.entries(RESERVED).map(([at, client]) => ({
          address: at,
          match: [{ kind: "chaddr", chaddr: mac(client as string) }],
        })),
        leaseTime: { default: 40, min: 10, max: 100 },
        probationPeriod: 30,
      },
      "10.0.7.0/24": { authoritative, ranges: [{ range: "10.0.7.100-10.0.7.101" }], leaseTime: { default: 40, min: 10, max: 100 } },
      "10.0.1.0/24": {
        authoritative,
        ranges: [{ range: "10.0.1.100-10.0.1.101" }],
        leaseTime: { default: 40, min: 10, max: 100 },
        allocation: "hashed",
      },
    },
    shared: [["10.0.0.0/24", "10.0.7.0/24"]],
    offerHold: OFFER_HOLD,
    affinity: 50,
    leasequery: ["0.0.0.0/0"],
  });
}

const ADDRESSES = [
  "10.0.0.50",
  "10.0.0.100",
  "10.0.0.101",
  "10.0.0.102",
  "10.0.7.100",
  "10.0.7.101",
  "10.0.1.100",
  "10.0.1.101",
  "10.9.9.9",
];

/** A step: somebody sends something, or time passes. */
type Step =
  | { readonly kind: "wait"; readonly seconds: number; readonly sweep: boolean }
  | {
      readonly kind: "discover" | "select" | "reboot" | "renew" | "rebind" | "release" | "decline" | "inform";
      readonly client: string;
      readonly at: string;
      readonly away: boolean;
      readonly ours: boolean;
      readonly leaseTime: number | undefined;
    };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), seconds: fc.integer({ min: 1, max: 30 }), sweep: fc.boolean() }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom("discover", "select", "select", "reboot", "renew", "rebind", "release", "decline", "inform"),
      client: fc.constantFrom(...CLIENTS),
      at: fc.constantFrom(...ADDRESSES),
      away: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
      ours: fc.integer({ min: 0, max: 4 }).map((n) => n > 0),
      leaseTime: fc.option(fc.integer({ min: 1, max: 120 }), { nil: undefined }),
    }),
  },
);

type Sending = Exclude<Step, { kind: "wait" }>;

function messageOf({ kind, client, at, away, ours, leaseTime }: Sending): Message {
  const server = ours ? formatIpv4((away ? ETH1 : ETH0).address) : "10.0.0.222";
  const spec: MessageSpec = leaseTime === undefined ? { mac: client } : { mac: client, leaseTime };
  const types = {
    discover: () => discover({ ...spec, requested: at }),
    select: () => request({ ...spec, server, requested: at }),
    reboot: () => request({ ...spec, requested: at }),
    renew: () => request({ ...spec, ciaddr: at }),
    rebind: () => request({ ...spec, ciaddr: at }),
    release: () => release({ ...spec, server, ciaddr: at }),
    decline: () => decline({ ...spec, server, requested: at }),
    inform: () => inform({ ...spec, ciaddr: at }),
  };
  return types[kind]();
}

function wayOf({ kind, at, away }: Sending): Way {
  const served = away ? ETH1 : ETH0;
  const isUnicast = kind === "renew" || kind === "release" || kind === "inform";
  return isUnicast ? { interface: served, source: at, destination: formatIpv4(served.address) } : { interface: served };
}

interface Claim {
  readonly client: string;
  readonly address: Ipv4;
  readonly until: number;
}

/**
 * What the clients believe: the address each one has or is offered, until when, by link. A client that is told NAK may
 * not hear it, and goes on.
 */
class World {
  readonly server: Server;
  readonly #held = new Map<string, Claim>();
  readonly #offered = new Map<string, Claim>();

  constructor(config: Config) {
    this.server = serverOf(config);
  }

  play(move: Step): void {
    if (move.kind === "wait") {
      this.server.now += move.seconds;
      if (move.sweep) this.server.table.expire(this.server.now, 3);
      return;
    }
    const { client, at } = move;
    const place = `${client} ${move.away ? "away" : "home"}`;
    // It has no address on this link while it selects one.
    if (move.kind === "select") this.#held.delete(place);
    if (move.kind !== "discover" && move.kind !== "inform") this.#offered.delete(place);
    if (move.kind === "release" || move.kind === "decline") this.#letGo(client, address(at));
    this.#check(client, place, messageOf(move), wayOf(move));
    this.#checkTable();
  }

  #letGo(client: string, at: Ipv4): void {
    for (const claims of [this.#held, this.#offered]) {
      for (const [key, claim] of claims) if (claim.client === client && claim.address === at) claims.delete(key);
    }
  }

  #check(client: string, place: string, message: Message, way: Way): void {
    const { server } = this;
    const { now } = server;
    const decision = server.decide(message, way);
    if (decision.kind !== "reply" || decision.message.yiaddr === 0) return;
    const { yiaddr } = decision.message;
    const where = `${formatIpv4(yiaddr)} for ${client} at ${now}`;
    const reservedFor = RESERVED[formatIpv4(yiaddr) as keyof typeof RESERVED];
    assert.ok(ADDRESSES.includes(formatIpv4(yiaddr)), `${where}: not an address to give out`);
    assert.ok(reservedFor === undefined || reservedFor === client, `${where}: reserved for ${reservedFor}`);
    // A lease is its client's in the second in which it ends, too.
    for (const [claims, first] of [
      [this.#held, now],
      [this.#offered, now + 1],
    ] as const)
      for (const claim of claims.values()) {
        const isOver = claim.until < first;
        assert.ok(claim.client === client || claim.address !== yiaddr || isOver, `${where}: ${claim.client} has it until ${claim.until}`);
      }
    const lease = server.table.byAddress(yiaddr);
    const key = Uint8Array.of(1, ...mac(client));
    if (decision.message.options[0]?.data[0] === MessageType.OFFER) {
      // It is held, unless the client has it for longer than it would be.
      const hold = server.table.holdOn(yiaddr);
      if (hold === undefined) assert.ok(lease?.state === LeaseState.bound && lease.expiry >= now + OFFER_HOLD, where);
      else assert.equal(hold.until, now + OFFER_HOLD, where);
      assert.deepEqual((hold ?? lease)?.owner.clientKey, key, where);
      this.#offered.set(place, { client, address: yiaddr, until: now + OFFER_HOLD });
      return;
    }
    const until = now + (optionU32(decision.message, 51) as number);
    assert.deepEqual([lease?.state, lease?.start, lease?.expiry], [LeaseState.bound, now, until], where);
    assert.deepEqual(lease?.owner.clientKey, key, where);
    assert.equal(server.table.holdOn(yiaddr), undefined, where);
    const link = `${client} ${linkOf(yiaddr)}`;
    // A renewal sent straight to the server from elsewhere is about the link of its address; what was offered there is let go of.
    this.#offered.delete(link);
    this.#held.set(link, { client, address: yiaddr, until });
  }

  /** A client has one lease on a link at any time. */
  #checkTable(): void {
    const seen = new Set<string>();
    for (const lease of this.server.table.leases()) {
      if (lease.state !== LeaseState.bound || lease.expiry <= this.server.now) continue;
      const who = `${toHex(lease.owner.clientKey)} ${linkOf(lease.address)}`;
      assert.ok(!seen.has(who), `${who} has two leases`);
      seen.add(who);
    }
    const offered = new Set<string>();
    for (const hold of this.server.table.holds()) {
      const who = `${toHex(hold.owner.clientKey)} ${linkOf(hold.address)}`;
      assert.ok(!offered.has(who), `${who} is held two addresses`);
      offered.add(who);
    }
  }
}

function linkOf(at: Ipv4): string {
  return at >>> 8 === address("10.0.1.0") >>> 8 ? "away" : "home";
}

describe("whatever happens", () => {
  for (const authoritative of [true, false]) {
    test(`no address is ever given or offered to two clients, nor a reserved one to another, authoritative ${authoritative}`, () => {
      const config = crowded(authoritative);
      fc.assert(
        fc.property(fc.array(step, { minLength: 20, maxLength: 120 }), (steps) => {
          const world = new World(config);
          for (const move of steps) world.play(move);
        }),
        { numRuns: 300 },
      );
    });
  }

  test("a client that repeats itself gets the same answer, and an offer can always be taken", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.constantFrom(...CLIENTS), fc.constantFrom(...ADDRESSES), (steps, client, at) => {
        const world = new World(crowded(true));
        for (const move of steps) world.play(move);
        const message = discover({ mac: client, requested: at });
        const first = world.server.decide(message);
        const second = world.server.decide(message);
        if (first.kind !== "reply") return assert.deepEqual(second, first);
        assert.ok(second.kind === "reply");
        assert.deepEqual(second.message, first.message);
        const taken = world.server.decide(request({ mac: client, server: "10.0.0.1", requested: formatIpv4(first.message.yiaddr) }));
        assert.ok(taken.kind === "reply");
        assert.equal(taken.message.yiaddr, first.message.yiaddr);
      }),
      { numRuns: 300 },
    );
  });
});

describe("any message", () => {
  const config = crowded(true);
  const someAddress = fc.oneof(
    fc.constantFrom(...ADDRESSES, "0.0.0.0", "255.255.255.255", "10.0.0.1", "10.0.1.1").map(address),
    fc.nat(0xffffffff),
  );
  const bytes = fc.uint8Array({ maxLength: 40 });
  const fourBytes = someAddress.map((at) => Uint8Array.of(at >>> 24, at >>> 16, at >>> 8, at));
  const option: fc.Arbitrary<Option> = fc.oneof(
    fc.record({ code: fc.integer({ min: 0, max: 255 }), data: bytes }),
    fc.record({ code: fc.constantFrom(50, 51, 54, 118), data: fc.oneof(fourBytes, bytes) }),
    fc.record({ code: fc.constantFrom(12, 55, 57, 60, 61, 82), data: bytes }),
    fc.record({ code: fc.constant(82), data: fourBytes.map((data) => relayInfo({ 5: data, 19: new Uint8Array(0) })) }),
    fc.record({
      code: fc.constant(53),
      data: fc.oneof(
        fc.integer({ min: 0, max: 19 }).map((type) => Uint8Array.of(type)),
        bytes,
      ),
    }),
  );
  const anyMessage: fc.Arbitrary<Message> = fc.record({
    op: fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, fc.integer({ min: 0, max: 255 })),
    htype: fc.integer({ min: 0, max: 255 }),
    hlen: fc.integer({ min: 0, max: 255 }),
    hops: fc.integer({ min: 0, max: 255 }),
    xid: fc.nat(0xffffffff),
    secs: fc.nat(0xffff),
    flags: fc.nat(0xffff),
    ciaddr: someAddress,
    yiaddr: someAddress,
    siaddr: someAddress,
    giaddr: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, someAddress),
    chaddr: fc.uint8Array({ maxLength: 16 }),
    sname: fc.uint8Array({ maxLength: 64 }),
    file: fc.uint8Array({ maxLength: 128 }),
    cookie: fc.boolean(),
    options: fc
      .tuple(fc.integer({ min: 0, max: 10 }), fc.array(option, { maxLength: 12 }))
      .map(([type, options]) => (type === 0 ? options : [{ code: 53, data: Uint8Array.of(type) }, ...options])),
  });
  const anyWay = fc.record({
    interface: fc.constantFrom(
      ETH0,
      ETH1,
      { ...ETH0, address: 0 },
      { ...ETH0, prefixLength: 32 },
      { ...ETH0, name: "lo", prefixLength: 0 },
    ),
    source: someAddress,
    sourcePort: fc.nat(0xffff),
    destination: someAddress,
    serverPort: fc.constantFrom(67, 6767),
  });

  test("is decided without an exception, traced or not, and the answer is well-formed", () => {
    const server = serverOf(config);
    fc.assert(
      fc.property(anyMessage, anyWay, fc.nat(100), (message, way, seconds) => {
        server.now += seconds;
        server.table.expire(server.now, 10);
        const context = { decider: createDecider(config), leases: server.table, now: server.now, random: 7 };
        const input = { ...received(message), ...way };
        const lines: string[] = [];
        const decided = decide(context, input, (event) => lines.push(describeEvent(event)));
        assert.ok(lines.length > 0 && lines.every((line) => line !== ""));
        assert.deepEqual(decide(context, input), decided);
        const decision = decided.kind === "question" ? decided.unanswered : decided;
        if (decision.kind === "silence") return assert.ok(decision.reason in SILENCE_REASONS);
        for (const change of decision.changes) server.table.apply(change);
        if (decision.kind === "update") return assert.ok(decision.changes.length > 0);
        const { options } = decision.message;
        const type = messageType(decision.message) ?? 0;
        if (type >= MessageType.LEASEUNASSIGNED) {
          assert.deepEqual(decision.changes, []);
          assert.equal(options.length > 1, type === MessageType.LEASEACTIVE || options.some(({ code }) => code === 82));
        } else if (message.options.some(({ code }) => code === 53)) {
          assert.deepEqual(
            options.slice(0, 2).map(({ code }) => code),
            [53, 54],
          );
          assert.notEqual(readIpv4((options[1] as Option).data, 0), 0);
          assert.ok(decision.limit >= 548 && decision.limit <= 1472);
        } else {
          assert.equal(options.filter(({ code }) => code >= 50 && code <= 61).length, 0);
          assert.ok(decision.limit >= 300 && decision.limit <= 557);
        }
        assert.equal(new Set(options.map(({ code }) => code)).size, options.length);
        const relay = options.findIndex(({ code }) => code === 82);
        assert.ok(relay < 0 || relay === options.length - 1);
        assert.notEqual(decision.to.address, 0);
        const decoded = decode(encodeMessage(decision.message));
        assert.ok(decoded.ok);
      }),
      { numRuns: 5000 },
    );
  });

  test("bytes that were changed on the way are decided without an exception", () => {
    const server = serverOf(config);
    const change = fc.tuple(fc.nat(400), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(anyMessage, anyWay, fc.array(change, { maxLength: 8 }), (message, way, changes) => {
        const packet = encodeMessage({ ...message, cookie: true });
        for (const [offset, value] of changes) if (offset < packet.length) packet[offset] = value;
        const decoded = decode(packet);
        if (!decoded.ok) return;
        const decided = decide(
          { decider: createDecider(config), leases: server.table, now: server.now, random: 7 },
          { ...received(decoded.message), ...way },
        );
        const decision = decided.kind === "question" ? decided.unanswered : decided;
        if (decision.kind !== "silence") for (const one of decision.changes) server.table.apply(one);
      }),
      { numRuns: 3000 },
    );
    assert.ok(server.table.size <= 400);
  });
});
