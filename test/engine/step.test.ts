import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { loadConfig } from "../../src/config/load.ts";
import type { Config } from "../../src/config/model/config.ts";
import type { Dhcp6Config } from "../../src/config/model/dhcp6.ts";
import type { Decision } from "../../src/engine/decision.ts";
import * as engine4 from "../../src/engine/dhcp4/index.ts";
import * as engine6 from "../../src/engine/dhcp6/index.ts";
import type { Step } from "../../src/engine/step.ts";
import type { LeaseDatabase } from "../../src/leases/database.ts";
import { createLeaseDatabase as createDatabase4, reconfigured as reconfigured4 } from "../../src/leases/dhcp4/database.ts";
import { createSpace as space4 } from "../../src/leases/dhcp4/space.ts";
import { createLeaseTable as createTable4, DHCP4_LEASES } from "../../src/leases/dhcp4/table.ts";
import { createLeaseDatabase as createDatabase6, reconfigured as reconfigured6 } from "../../src/leases/dhcp6/database.ts";
import { createSpace as space6 } from "../../src/leases/dhcp6/space.ts";
import { createLeaseTable as createTable6, DHCP6_LEASES } from "../../src/leases/dhcp6/table.ts";
import type { Lease, LeaseChange } from "../../src/leases/lease.ts";
import type { LeaseFamily, LeaseTable } from "../../src/leases/table.ts";
import { toHex } from "../../src/net/bytes.ts";
import { encodeMessage as encode4 } from "../../src/wire/dhcp4/encode.ts";
import { encodeMessage as encode6 } from "../../src/wire/dhcp6/encode.ts";
import { Clients } from "../model/clients.ts";
import { randomConfiguration } from "../model/configuration.ts";
import { createRandom, type Random } from "../support/random.ts";
import { duid, message as message6, SERVER_DUID } from "./support/dhcp6/messages.ts";
import { ETH0 as ETH0_6, received as received6 } from "./support/dhcp6/server.ts";
import { discover } from "./support/messages.ts";
import { ETH0, received as received4 } from "./support/server.ts";

/*
 * The server's table and the immutable database are the same to the engine: whatever happens, they
 * give the same decisions and come to the same leases. And a database stays as it was.
 */

/** A server of either protocol, once with a table and once with a database. */
interface Both<A, O, M> {
  readonly family: LeaseFamily<A, O>;
  readonly table: LeaseTable<A, O>;
  database: LeaseDatabase<A, O>;
  /** What the table's server decides, and what the function does, about the next random message. */
  next(now: number): { readonly decision: Decision<M, A, O>; readonly step: Step<M, A, O> };
  /** Another configuration for both. */
  reload(): void;
  readonly pools: () => number;
  readonly encode: (message: M) => Uint8Array;
  readonly sent: (message: M) => void;
}

function textOf(text: string): Config {
  const loaded = loadConfig(text, "step.yaml");
  assert.ok(loaded.ok, JSON.stringify(loaded));
  return loaded.config;
}

function bothOf4(random: Random): Both<number, unknown, unknown> {
  let config = textOf(randomConfiguration(random));
  let decider = engine4.createDecider(config);
  const table = createTable4(config);
  const networkOf = (address: number): number => (address >>> 8) & 1;
  const clients = new Clients(random, config.chaddrOnly, networkOf);
  const both = {
    family: DHCP4_LEASES,
    table,
    database: createDatabase4(config),
    next(now: number) {
      const message = clients.next(now);
      const { message: _, length: __, ...way } = received4(message, { interface: ETH0 });
      const bytes = encode4(message);
      const number = random.next();
      const step = engine4.step(decider, both.database, { ...way, bytes }, now, { random: number });
      const decision = engine4.decide(
        { decider, leases: table, now, random: number },
        { ...received4(message, { interface: ETH0 }), length: bytes.length },
      );
      return { decision, step };
    },
    reload() {
      // Who a client is must stay.
      const next = textOf(randomConfiguration(random).replace(/chaddr_only: \w+/, `chaddr_only: ${config.chaddrOnly}`));
      config = next;
      decider = engine4.createDecider(config);
      while (!table.moveTo(space4(config)).step(1e9));
      both.database = reconfigured4(both.database, config);
    },
    pools: () => config.ranges.length,
    encode: encode4,
    sent: (message: never) => clients.receive(message),
  };
  return both as unknown as Both<number, unknown, unknown>;
}

const CONFIGS_6 = [
  (random: Random) => `
affinity: ${random.pick([20, 200])}
offer_hold: ${random.pick([5, 20])}
networks: {}
v6:
  authoritative: true
  rapid_commit: ${random.pick([true, false])}
  address_registration: ${random.pick([true, false])}
  networks:
    2001:db8:1::/64:
      probation_period: ${random.pick([10, 50])}
      allocation: ${random.pick(["sequential", "hashed", "random"])}
      config: { lease_time: 60 }
      ranges: [{ start: "2001:db8:1::100", end: "2001:db8:1::10${random.pick([1, 2, 4])}" }]
      prefix_pools: [{ prefix: "2001:db8:8000::/54", delegated_length: ${random.pick([56, 57])} }]
      reservations:
        - { match: { duid: "${toHex(duid(10))}" }, addresses: ["2001:db8:1::50"], prefixes: ["${random.pick(["2001:db8:8000:100::/57", "2001:db8:8000:200::/55", "2001:db8:7777::/56"])}"] }
`,
];

const ADDRESSES_6 = ["2001:db8:1::50", "2001:db8:1::100", "2001:db8:1::101", "2001:db8:1::104"];
const PREFIXES_6 = ["2001:db8:8000::/56", "2001:db8:8000:100::/56", "2001:db8:8000:80::/57", "2001:db8:7777::/56"];

function bothOf6(random: Random): Both<Uint8Array, unknown, unknown> {
  const make = (): Dhcp6Config => textOf((CONFIGS_6[0] as (random: Random) => string)(random)).dhcp6 as Dhcp6Config;
  let config = make();
  let decider = engine6.createDecider(config);
  const table = createTable6(config);
  const both = {
    family: DHCP6_LEASES,
    table,
    database: createDatabase6(config),
    next(now: number) {
      const type = random.pick(["SOLICIT", "SOLICIT", "REQUEST", "REQUEST", "RENEW", "REBIND", "CONFIRM", "RELEASE", "DECLINE"] as const);
      const client = 10 + random.below(6);
      const some = (list: readonly string[]): readonly string[] => (random.below(3) > 0 ? [random.pick(list)] : []);
      const made = message6(type, {
        client,
        ...(random.below(4) > 0 && { na: { 1: some(ADDRESSES_6) } }),
        ...(random.below(2) > 0 && { pd: { 1: some(PREFIXES_6) } }),
      });
      const all = received6(made, { interface: ETH0_6 });
      const bytes = encode6(made);
      const number = random.next() + random.next() / 2 ** 32;
      const options = { serverIdentifier: SERVER_DUID, random: () => number };
      const step = engine6.step(decider, both.database, { ...all, bytes }, now, options);
      const decision = engine6.decide({ decider, leases: table, now, ...options }, { ...all, length: bytes.length });
      return { decision, step };
    },
    reload() {
      config = make();
      decider = engine6.createDecider(config);
      while (!table.moveTo(space6(config)).step(1e9));
      both.database = reconfigured6(both.database, config);
    },
    pools: () => config.pools.length,
    encode: encode6,
    sent: () => {},
  };
  return both as unknown as Both<Uint8Array, unknown, unknown>;
}

/** A change without what is a view. */
function plain<A, O>(change: LeaseChange<A, O>, family: LeaseFamily<A, O>): unknown {
  switch (change.kind) {
    case "put":
      return ["put", leaseText(change.lease, family)];
    case "hold":
      return ["hold", bytesOf(change.hold.address, family), change.hold.until, recordText(change.hold.owner, family), change.beside];
    default:
      return [change.kind, bytesOf(change.address, family)];
  }
}

function bytesOf<A, O>(address: A, family: LeaseFamily<A, O>): string {
  return toHex(family.addresses.toBytes(address));
}

function recordText<O>(owner: O, { records }: LeaseFamily<unknown, O> | LeaseFamily<never, O>): string {
  const bytes = new Uint8Array(records.size(owner as never));
  records.write(owner as never, bytes, 0);
  return toHex(bytes);
}

function leaseText<A, O>(lease: Lease<A, O>, family: LeaseFamily<A, O>): string {
  return [bytesOf(lease.address, family), lease.state, lease.start, lease.expiry, recordText(lease.owner, family as never)].join(" ");
}

function decisionText<A, O, M>(decision: Decision<M, A, O> | Step<M, A, O>, both: Both<A, O, M>): unknown {
  switch (decision.kind) {
    case "reply":
      return {
        bytes: toHex(both.encode(decision.message)),
        to: decision.to,
        limit: decision.limit,
        changes: decision.changes.map((change) => plain(change, both.family)),
      };
    case "update":
      return decision.changes.map((change) => plain(change, both.family));
    case "silence":
    case "warning":
      return decision.reason;
    default:
      return decision.kind;
  }
}

/** Everything that can be asked of either. */
function stateOf<A, O>(leases: LeaseTable<A, O> | LeaseDatabase<A, O>, pools: number, family: LeaseFamily<A, O>): unknown {
  const positions = Array.from({ length: pools }, (_, index) => ({ index }));
  return {
    leases: [...leases.leases()].map((lease) => `${leases.rowOf(lease.address)} ${leaseText(lease, family)}`),
    holds: [...leases.holds()]
      .map((hold) => [bytesOf(hold.address, family), hold.until, recordText(hold.owner, family as never)].join(" "))
      .sort(),
    pools: positions.map((one) => [leases.capacityOf(one), leases.unusedIn(one), leases.inUse(one)]),
    longest: positions.map((one) => {
      const lease = leases.longestExpired(one);
      return lease && leaseText(lease, family);
    }),
    unused: positions.flatMap((one) => [0, 0x12345678, 0xfedcba98].map((seed) => leases.unusedAddress(one, seed))),
  };
}

function run<A, O, M>(both: Both<A, O, M>, random: Random, steps: number): Record<string, number> {
  const { family, table } = both;
  const kinds: Record<string, number> = {};
  const earlier: { readonly database: LeaseDatabase<A, O>; readonly pools: number; readonly state: unknown }[] = [];
  let now = 1000;
  for (let i = 0; i < steps; i++) {
    now += random.pick([0, 0, 1, 5, 30]);
    if (random.below(40) === 0) both.reload();
    table.expire(now, 1e9);
    const { decision, step } = both.next(now);
    const kind = step.kind === "warning" ? "silence" : step.kind;
    assert.equal(kind, decision.kind, `step ${i}`);
    assert.deepEqual(decisionText(step, both), decisionText(decision, both), `step ${i}`);
    kinds[step.kind] = (kinds[step.kind] ?? 0) + 1;
    if (decision.kind === "reply" || decision.kind === "update") for (const change of decision.changes) table.apply(change);
    if (decision.kind === "reply") both.sent(decision.message);
    both.database = step.database;
    const state = stateOf(both.database, both.pools(), family);
    assert.deepEqual(state, stateOf(table, both.pools(), family), `step ${i}`);
    if (random.below(10) === 0) earlier.push({ database: both.database, pools: both.pools(), state });
  }
  for (const { database, pools, state } of earlier) assert.deepEqual(stateOf(database, pools, family), state);
  return kinds;
}

for (const [name, make, happens] of [
  ["DHCPv4", bothOf4, ["reply", "update", "silence"]],
  // A RELEASE and a DECLINE of DHCPv6 are answered.
  ["DHCPv6", bothOf6, ["reply", "silence"]],
] as const) {
  test(`${name}: the table and the immutable database give the same decisions and the same leases`, (t) => {
    const kinds: Record<string, number> = {};
    for (let seed = 0; seed < 60; seed++) {
      const random = createRandom(seed);
      try {
        for (const [kind, count] of Object.entries(run(make(random) as Both<unknown, unknown, unknown>, random, 150)))
          kinds[kind] = (kinds[kind] ?? 0) + count;
      } catch (error) {
        throw new Error(`seed ${seed}`, { cause: error });
      }
    }
    t.diagnostic(JSON.stringify(kinds));
    for (const kind of happens) assert.ok((kinds[kind] ?? 0) > 20, kind);
  });
}

describe("step", () => {
  const config = textOf("networks: { 10.0.0.0/24: { ranges: [{ range: 10.0.0.10-10.0.0.20 }] } }");
  const way = { interface: ETH0, source: 0, sourcePort: 68, destination: 0xffffffff, serverPort: 67 };

  const decider = engine4.createDecider(config);
  const bytesOf4 = (message: ReturnType<typeof discover>) => encode4(message);

  test("a client for whom no address is free is a warning: silence that the operator should know of", () => {
    let database = createDatabase4(config);
    for (let client = 1; client <= 11; client++) {
      const bytes = bytesOf4(discover({ mac: `02:00:00:00:01:${String(client).padStart(2, "0")}` }));
      const step = engine4.step(decider, database, { ...way, bytes }, 1000);
      assert.equal(step.kind, "reply");
      database = step.database;
    }
    const step = engine4.step(decider, database, { ...way, bytes: bytesOf4(discover({ mac: "02:00:00:00:01:99" })) }, 1000);
    assert.equal(step.kind, "warning");
    assert.equal(step.kind === "warning" && step.reason, "no-address-free");
    assert.deepEqual(step.notices, [{ kind: "no-address-free", link: "10.0.0.0/24", pools: decider.config.networks[0]?.ranges }]);
    assert.deepEqual([...step.database.holds()].length, 11);
  });

  test("what has to be asked first is a question, with what to do where nobody can ask", () => {
    const probing = textOf("networks: { 10.0.0.0/24: { ping_check: true, ranges: [{ range: 10.0.0.10-10.0.0.20 }] } }");
    const step = engine4.step(engine4.createDecider(probing), createDatabase4(probing), { ...way, bytes: bytesOf4(discover()) }, 1000);
    assert.ok(step.kind === "question");
    const held = [...step.database.holds()];
    assert.deepEqual(
      held.map(({ address }) => address),
      [step.about.address],
      "the address is kept meanwhile",
    );
    assert.ok(step.unanswered.kind === "reply");
    assert.equal(step.unanswered.message.yiaddr, step.about.address);
  });

  test("leases that ran out are told, as they are since", () => {
    const address = 0x0a00000a;
    const owner = { clientKey: Uint8Array.of(1, 2), clientIdentifier: undefined, htype: 1, chaddr: Uint8Array.of(2), hostname: undefined };
    const whole = { ...owner, vendorClass: undefined, relayAgentInformation: undefined, limitKeys: undefined };
    const lease = { address, state: 1, start: 1000, expiry: 1060, owner: whole } as const;
    const database = createDatabase4(config).apply([{ kind: "put", lease }]);
    assert.deepEqual(engine4.step(decider, database, { ...way, bytes: bytesOf4(discover()) }, 1060).expired, []);
    const step = engine4.step(decider, database, { ...way, bytes: bytesOf4(discover()) }, 1061);
    assert.deepEqual(step.expired, [{ ...lease, state: 3 }]);
    assert.equal(database.byAddress(address)?.state, 1, "the database that was given stays as it was");
    assert.equal(step.database.byAddress(address)?.state, 3);
  });

  test("a step on ten thousand leases makes few things anew, and shares the others", () => {
    const large = textOf("networks: { 10.0.0.0/16: { ranges: [{ range: 10.0.1.0-10.0.200.255 }] } }");
    let database = createDatabase4(large);
    const put = (n: number): LeaseChange<number, never> => {
      const client = Uint8Array.of(1, 2, 0, 0, 0, n >> 8, n & 255);
      const owner = { clientKey: client, clientIdentifier: undefined, htype: 1, chaddr: client.subarray(1), hostname: undefined };
      const whole = { ...owner, vendorClass: undefined, relayAgentInformation: undefined, limitKeys: undefined } as never;
      return { kind: "put", lease: { address: 0x0a000100 + n, state: 1, start: 1000, expiry: 5000 + n, owner: whole } };
    };
    database = database.apply(Array.from({ length: 10_000 }, (_, n) => put(n)));
    const before = objectsOf(database);
    const step = engine4.step(engine4.createDecider(large), database, { ...way, bytes: bytesOf4(discover()) }, 1001);
    assert.equal(step.kind, "reply");
    const made = [...objectsOf(step.database)].filter((one) => !before.has(one)).length;
    assert.ok(made < 150, `${made} of ${before.size} objects are new`);
  });

  test("what is no message is an error, in words", () => {
    const database = createDatabase4(config);
    const step = engine4.step(engine4.createDecider(config), database, { ...way, bytes: new Uint8Array(10) }, 1000);
    assert.equal(step.kind, "error");
    assert.match(step.kind === "error" ? step.problem : "", /shorter than the 236 bytes/);
    assert.equal(step.database, database, "nothing has changed");
  });
});

/** Every object that a database consists of. */
function objectsOf(database: object): ReadonlySet<object> {
  const found = new Set<object>();
  const waiting: object[] = [(database as { readonly contents: object }).contents];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    for (const value of Object.values(next))
      if (typeof value === "object" && value !== null && !ArrayBuffer.isView(value)) waiting.push(value);
  }
  return found;
}
