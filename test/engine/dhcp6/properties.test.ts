import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { SILENCE_REASONS } from "../../../src/engine/decision.ts";
import { decide } from "../../../src/engine/dhcp6/decide.ts";
import { createDecider } from "../../../src/engine/dhcp6/decider.ts";
import type { Decision, Reply } from "../../../src/engine/dhcp6/decision.ts";
import { describe as describeEvent } from "../../../src/engine/dhcp6/trace.ts";
import { toHex } from "../../../src/net/bytes.ts";
import { formatIpv6 } from "../../../src/net/ipv6.ts";
import { formatIpv6Prefix, ipv6Prefix, ipv6PrefixesOverlap } from "../../../src/net/ipv6-prefix.ts";
import { decode } from "../../../src/wire/dhcp6/decode.ts";
import { encodeMessage } from "../../../src/wire/dhcp6/encode.ts";
import {
  type IdentityAssociation,
  iaAddressOption,
  readIaAddress,
  readIaNa,
  readIaPrefix,
  statusOf,
} from "../../../src/wire/dhcp6/identity-association.ts";
import { type Message, MessageType, type Option } from "../../../src/wire/dhcp6/message.ts";
import { OptionCode } from "../../../src/wire/dhcp6/option-code.ts";
import { optionValue } from "../../../src/wire/dhcp6/options.ts";
import { address, configOf, prefix } from "../support/dhcp6/config.ts";
import { ALICE, BOB, CAROL, duid, flag, message, type RelaySpec, SERVER_DUID } from "../support/dhcp6/messages.ts";
import { changesOf, ETH0, ETH1, received, type Server, START, serverOf, type Way } from "../support/dhcp6/server.ts";

const CLIENTS = [ALICE, BOB, CAROL, 13];
const RESERVED_ADDRESSES = ["2001:db8:1::102", "2001:db8:1::50"];
const RESERVED_PREFIXES = ["2001:db8:8000:80::/57", "2001:db8:7777::/56"];

/** What is reserved after a reload, when others may have parts of it. */
const MORE_RESERVED = [...RESERVED_PREFIXES, "2001:db8:8000:200::/55", "2001:db8:9000:10::/61"];

/** Few addresses and prefixes for many clients: two networks that share a link, and a third one. */
function crowded(authoritative: boolean, isOther = false) {
  const leaseTime = { default: 40, min: 10, max: 100 };
  return configOf({
    networks: {
      "2001:db8:1::/64": {
        authoritative,
        leaseTime,
        ranges: ["2001:db8:1::100 2001:db8:1::102"],
        prefixPools: isOther ? ["2001:db8:8000::/54 58", "2001:db8:9000::/58 59"] : ["2001:db8:8000::/54 56", "2001:db8:9000::/58 60"],
        reservations: [
          {
            match: [{ kind: "duid", value: duid(ALICE) }],
            addresses: RESERVED_ADDRESSES,
            prefixes: isOther ? MORE_RESERVED : RESERVED_PREFIXES,
          },
        ],
        allocation: "random",
        options: { 7: Uint8Array.of(1), 23: { always: address("2001:db8::53") }, 32: Uint8Array.of(0, 0, 2, 88) },
      },
      "2001:db8:7::/64": { authoritative, leaseTime, ranges: ["2001:db8:7::100 2001:db8:7::101"] },
      "2001:db8:2::/64": {
        authoritative,
        leaseTime,
        rapidCommit: true,
        ranges: ["2001:db8:2::100 2001:db8:2::101"],
        prefixPools: ["2001:db8:a000::/55 56"],
        allocation: "hashed",
      },
    },
    shared: [["2001:db8:1::/64", "2001:db8:7::/64"]],
    more: { offerHold: OFFER_HOLD, affinity: 50, addressRegistration: true, cacheThreshold: 20 },
  });
}

const ADDRESSES = [...RESERVED_ADDRESSES, "2001:db8:1::100", "2001:db8:1::101", "2001:db8:7::100", "2001:db8:2::100", "2001:db8:77::1"];
const PREFIXES = [
  ...RESERVED_PREFIXES,
  "2001:db8:8000::/56",
  "2001:db8:8000:100::/56",
  "2001:db8:9000::/60",
  "2001:db8:a000::/56",
  "::/60",
];

type Type = keyof typeof MessageType;

/** A step: somebody sends something, or time passes. */
type Step =
  | { readonly kind: "wait"; readonly seconds: number; readonly sweep: boolean }
  | { readonly kind: "reload"; readonly isOther: boolean }
  | {
      readonly kind: Type;
      readonly client: number;
      readonly na: Readonly<Record<number, readonly string[]>>;
      readonly pd: Readonly<Record<number, readonly string[]>>;
      readonly away: boolean;
      readonly relays: readonly RelaySpec[];
      readonly rapid: boolean;
      /** Whether the commit fails. */
      readonly fails: boolean;
    };

const associations = (texts: readonly string[]) =>
  fc.dictionary(fc.constantFrom("1", "2"), fc.array(fc.constantFrom(...texts), { maxLength: 2 }), { maxKeys: 2 });

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), seconds: fc.integer({ min: 1, max: 30 }), sweep: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("reload" as const), isOther: fc.boolean() }) },
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constantFrom<Type>(
        "SOLICIT",
        "REQUEST",
        "REQUEST",
        "CONFIRM",
        "RENEW",
        "RENEW",
        "REBIND",
        "RELEASE",
        "DECLINE",
        "INFORMATION-REQUEST",
        "ADDR-REG-INFORM",
      ),
      client: fc.constantFrom(...CLIENTS),
      na: associations(ADDRESSES),
      pd: associations(PREFIXES),
      away: fc.boolean(),
      relays: fc.constantFrom<readonly RelaySpec[]>(
        [],
        [],
        [{ link: "2001:db8:1::9", options: [{ code: 18, data: Uint8Array.of(1) }] }],
        [{ link: "2001:db8:f::9" }, { link: "2001:db8:2::9" }],
      ),
      rapid: fc.boolean(),
      fails: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    }),
  },
);

type Sending = Exclude<Step, { kind: "wait" | "reload" }>;

function messageOf({ kind, client, na, pd, relays, rapid }: Sending): Message {
  const more = [{ code: 6, data: Uint8Array.of(0, 23, 0, 32, 0, 67, 0, 7) }, flag(20), ...(rapid ? [flag(14)] : [])];
  const spec = { client, relays };
  if (kind === "INFORMATION-REQUEST") return message(kind, { ...spec, more });
  if (kind !== "ADDR-REG-INFORM") return message(kind, { ...spec, na, pd, more });
  const own = Object.values(na).flat()[0] ?? "2001:db8:1::101";
  const peers = relays.map((relay, i) => (i === relays.length - 1 ? { ...relay, peer: own } : relay));
  return message(kind, { client, relays: peers, more: [iaAddressOption(address(own), 20, 40)] });
}

/** Who has been told that it has what, until when. */
interface Claim {
  readonly prefix: Uint8Array;
  readonly key: string;
  readonly until: number;
}

interface Told {
  readonly prefix: Uint8Array;
  readonly validLifetime: number;
  readonly preferredLifetime: number;
}

function toldIn({ options }: IdentityAssociation): readonly Told[] {
  return options.flatMap(({ code, data }): readonly Told[] => {
    const asAddress = code === OptionCode.iaAddress ? readIaAddress(data) : undefined;
    if (asAddress !== undefined) return [{ ...asAddress, prefix: ipv6Prefix(asAddress.address) }];
    const asPrefix = code === OptionCode.iaPrefix ? readIaPrefix(data) : undefined;
    return asPrefix === undefined ? [] : [asPrefix];
  });
}

const associationsIn = (options: readonly Option[]) =>
  options.flatMap(({ code, data }) => {
    const value = code === OptionCode.iaNa || code === OptionCode.iaPd ? readIaNa(data) : undefined;
    return value === undefined ? [] : [{ code, value }];
  });

/** RFC 8415 appendix B, and what later RFCs add, as far as this server sends it: by what is answered, and with what. */
const ANSWERS: Readonly<Partial<Record<Type, Partial<Record<Type, readonly number[]>>>>> = {
  SOLICIT: { ADVERTISE: [1, 2, 3, 25, 7, 23, 20], REPLY: [1, 2, 3, 25, 14, 23, 20, 11] },
  REQUEST: { REPLY: [1, 2, 3, 25, 23, 20, 11] },
  CONFIRM: { REPLY: [1, 2, 13] },
  RENEW: { REPLY: [1, 2, 3, 25, 23, 20] },
  REBIND: { REPLY: [1, 2, 3, 25, 23, 20] },
  RELEASE: { REPLY: [1, 2, 13, 3, 25] },
  DECLINE: { REPLY: [1, 2, 13, 3, 25] },
  "INFORMATION-REQUEST": { REPLY: [1, 2, 23, 32] },
  "ADDR-REG-INFORM": { "ADDR-REG-REPLY": [5] },
};

function nameOf(type: number): Type {
  return Object.entries(MessageType).find(([, value]) => value === type)?.[0] as Type;
}

function checkForm(request: Message, reply: Reply): void {
  const { type, options, transactionId, relays } = reply.message;
  assert.equal(transactionId, request.transactionId);
  assert.equal(relays.length, request.relays.length);
  const allowed = ANSWERS[nameOf(request.type)]?.[nameOf(type)];
  for (const { code } of options) assert.ok(allowed?.includes(code), `option ${code} in ${nameOf(type)} to ${nameOf(request.type)}`);
  if (type !== MessageType["ADDR-REG-REPLY"]) {
    assert.deepEqual(optionValue(options, 1), optionValue(request.options, 1));
    assert.deepEqual(optionValue(options, 2), SERVER_DUID);
  }
  // What must be there: a status where there is nothing else to say, Rapid Commit where there was no ADVERTISE.
  if (allowed?.includes(OptionCode.statusCode)) assert.ok(optionValue(options, OptionCode.statusCode));
  if (request.type === MessageType.SOLICIT && type === MessageType.REPLY) assert.ok(optionValue(options, OptionCode.rapidCommit));
  const timers = new Set<string>();
  for (const { code, value } of associationsIn(options)) {
    const told = toldIn(value);
    const inner = code === OptionCode.iaNa ? OptionCode.iaAddress : OptionCode.iaPrefix;
    for (const option of value.options) assert.ok(option.code === inner || option.code === OptionCode.statusCode);
    assert.ok(statusOf(value.options) === 0 || told.every(({ validLifetime }) => validLifetime === 0));
    for (const { preferredLifetime, validLifetime } of told) assert.ok(preferredLifetime <= validLifetime);
    assert.ok(value.t1 <= value.t2);
    if (told.some(({ validLifetime }) => validLifetime > 0)) timers.add(`${value.t1}/${value.t2}`);
  }
  assert.ok(timers.size <= 1, "T1 and T2 are the same in all associations");
  const sent = encodeMessage(reply.message);
  const again = decode(sent);
  assert.ok(again.ok && again.problems.length === 0);
  const kinds = new Set(reply.changes.map(({ kind }) => kind));
  assert.ok(!kinds.has(type === MessageType.ADVERTISE ? "put" : "hold"));
}

/** Keeps track of who has what, and checks that nobody is told to have what another one has. */
function follow(claims: Claim[], now: number, request: Message, reply: Reply): readonly Claim[] {
  const client = toHex(optionValue(request.options, 1) ?? new Uint8Array());
  const isGrant = reply.message.type === MessageType.REPLY && optionValue(reply.message.options, 13) === undefined;
  let left = claims.filter(({ until }) => until >= now);
  if (request.type === MessageType.RELEASE || request.type === MessageType.DECLINE) {
    for (const { code, value } of associationsIn(request.options)) {
      if (request.type === MessageType.DECLINE && code !== OptionCode.iaNa) continue;
      const key = `${code} ${value.iaid} ${client}`;
      for (const { prefix: given } of toldIn(value)) left = left.filter((one) => one.key !== key || toHex(one.prefix) !== toHex(given));
    }
    return left;
  }
  if (reply.message.type === MessageType["ADDR-REG-REPLY"]) {
    const value = readIaAddress(optionValue(reply.message.options, 5) as Uint8Array);
    const own = ipv6Prefix(value?.address as Uint8Array);
    const others = left.filter(({ prefix: other }) => ipv6PrefixesOverlap(other, own));
    assert.ok(others.every(({ key }) => key.startsWith("host")));
    return [
      ...left.filter((one) => !others.includes(one)),
      { prefix: own, key: `host ${client}`, until: now + (value?.validLifetime ?? 0) },
    ];
  }
  if (!isGrant) return left;
  for (const { code, value } of associationsIn(reply.message.options)) {
    if (statusOf(value.options) === 4) continue;
    const key = `${code} ${value.iaid} ${client}`;
    const granted = toldIn(value).filter(({ validLifetime }) => validLifetime > 0);
    left = left.filter((one) => one.key !== key);
    for (const { prefix: given, validLifetime } of granted) {
      const other = left.find((one) => ipv6PrefixesOverlap(one.prefix, given));
      assert.equal(other, undefined, `${formatIpv6Prefix(given)} for ${key} is ${other?.key}'s`);
      const isReserved = [...RESERVED_ADDRESSES, ...RESERVED_PREFIXES].some((one) => ipv6PrefixesOverlap(prefix(one), given));
      assert.ok(!isReserved || client === toHex(duid(ALICE)), `${formatIpv6Prefix(given)} is reserved`);
      left.push({ prefix: given, key, until: now + validLifetime });
    }
  }
  return left;
}

/** An ADVERTISE that its client has not answered yet, and how it would. */
interface Offer {
  readonly client: number;
  readonly request: Message;
  readonly way: Way;
  readonly leases: readonly string[];
  readonly until: number;
}

const OFFER_HOLD = 15;
/** All addresses of ranges, all prefixes of pools before and after a reload, and all that is reserved. */
const CAPACITY = 8 + 30 + 4;

function leasesIn({ options }: Message): readonly string[] {
  return associationsIn(options).flatMap(({ code, value }) =>
    toldIn(value).map(({ prefix: given }) => `${code} ${value.iaid} ${formatIpv6Prefix(given)}`),
  );
}

/** The REQUEST that takes all that was advertised. */
function offerIn(server: Server, { client, relays }: Sending, way: Way, { message: advertised }: Reply): Offer {
  const taken = (type: number) =>
    Object.fromEntries(
      associationsIn(advertised.options)
        .filter(({ code, value }) => code === type && toldIn(value).length > 0)
        .map(({ value }) => [value.iaid, toldIn(value).map(({ prefix: given }) => formatIpv6Prefix(given).replace(/\/128$/, ""))]),
    );
  const request = message("REQUEST", { client, relays, na: taken(OptionCode.iaNa), pd: taken(OptionCode.iaPd) });
  return { client, request, way, leases: leasesIn(advertised), until: server.now + OFFER_HOLD };
}

/**
 * What is advertised is what a REQUEST gets, whatever others do meanwhile, but for an address that
 * one of them uses: it sends from it (RFC 9686).
 */
function checkOffer(server: Server, { request, way, leases }: Offer): void {
  if (leases.length === 0) return;
  const { apply } = server.table;
  server.table.apply = () => undefined;
  const decision = server.decide(request, way);
  server.table.apply = apply;
  assert.ok(decision.kind === "reply");
  assert.deepEqual(leasesIn(decision.message).toSorted(), leases.toSorted());
}

function checkHolds(server: Server): void {
  const holds = [...server.table.holds()];
  assert.ok(holds.length <= CAPACITY && holds.every(({ until }) => until <= server.now + OFFER_HOLD));
}

function send(server: Server, step: Sending, claims: Claim[], offers: Map<number, Offer>): Claim[] {
  const request = messageOf(step);
  offers.delete(step.client);
  const registered =
    step.kind === "ADDR-REG-INFORM" && request.relays.length === 0 ? (Object.values(step.na).flat()[0] ?? "2001:db8:1::101") : undefined;
  const way = { interface: step.away ? ETH1 : ETH0, ...(registered === undefined ? {} : { source: registered }) };
  // What the lease table does when the commit fails.
  const applied: NonNullable<ReturnType<Server["table"]["apply"]>>[] = [];
  const table = server.table.apply.bind(server.table);
  server.table.apply = (change) => {
    const done = table(change);
    if (done !== undefined) applied.push(done);
    return done;
  };
  const decision: Decision = server.decide(request, way);
  server.table.apply = table;
  if (step.fails) {
    for (const done of applied.reverse()) server.table.undo(done);
    return claims;
  }
  if (decision.kind !== "reply") return claims;
  checkForm(request, decision);
  for (const { code, data } of decision.message.options) {
    const used = code === OptionCode.iaAddress ? readIaAddress(data) : undefined;
    if (used === undefined) continue;
    const lease = ` ${formatIpv6(used.address)}/128`;
    for (const [client, { leases }] of offers) if (leases.some((one) => one.endsWith(lease))) offers.delete(client);
  }
  if (decision.message.type === MessageType.ADVERTISE) offers.set(step.client, offerIn(server, step, way, decision));
  return [...follow(claims, server.now, request, decision)];
}

test("nothing is given to two, nothing reserved to others, and every Reply has the form that the RFC wants", () => {
  fc.assert(
    fc.property(fc.boolean(), fc.array(step, { minLength: 1, maxLength: 60 }), fc.integer(), (authoritative, steps, seed) => {
      const server = serverOf(crowded(authoritative));
      let state = seed >>> 0;
      server.random = () => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return state;
      };
      let claims: Claim[] = [];
      const offers = new Map<number, Offer>();
      for (const one of steps) {
        if (one.kind === "reload") {
          server.reload(crowded(authoritative, one.isOther));
          offers.clear();
        } else if (one.kind !== "wait") claims = send(server, one, claims, offers);
        else {
          server.now += one.seconds;
          if (one.sweep) server.table.expire(server.now, 1000);
        }
        checkHolds(server);
        for (const offer of offers.values()) if (offer.until > server.now) checkOffer(server, offer);
      }
      for (const { prefix: given, key, until } of claims.filter((claim) => claim.until >= server.now)) {
        const lease = server.table.byAddress(given);
        assert.ok(lease !== undefined && lease.expiry >= until, `${formatIpv6Prefix(given)} of ${key} is forgotten`);
      }
    }),
    { numRuns: 300 },
  );
});

const mutation = fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) });

test("any bytes that are a message are decided, with words for each reason", () => {
  const decider = createDecider(crowded(true));
  fc.assert(
    fc.property(
      step,
      fc.array(mutation, { maxLength: 8 }),
      fc.option(fc.uint8Array({ maxLength: 80 }), { nil: undefined }),
      (one, mutations, raw) => {
        if (one.kind === "wait" || one.kind === "reload") return;
        const bytes = raw === undefined ? encodeMessage(messageOf(one)) : Uint8Array.of(...bytesOfType(one.kind), ...raw);
        for (const { at, byte } of mutations) bytes[at % bytes.length] = byte;
        const read = decode(bytes);
        if (!read.ok) return;
        const server = serverOf(crowded(true));
        const words: string[] = [];
        const context = { decider, leases: server.table, now: START, random: () => 5.5, serverIdentifier: SERVER_DUID };
        const decision = decide(context, received(read.message), (event) => words.push(describeEvent(event)));
        assert.ok(words.length > 0 && words.every((word) => typeof word === "string"));
        if (decision.kind === "silence") assert.ok(decision.reason in SILENCE_REASONS);
        for (const change of changesOf(decision)) server.table.apply(change);
      },
    ),
    { numRuns: 1500 },
  );
});

function bytesOfType(kind: Type): readonly number[] {
  return [MessageType[kind], 1, 2, 3, 0, 1, 0, 3, 1, 2, 3];
}
