import { loadConfig } from "../../src/config/load.ts";
import type { Config } from "../../src/config/model/config.ts";
import { type Lease, type LeaseOwner, LeaseState } from "../../src/leases/dhcp4/lease.ts";
import { OWNER_RECORD } from "../../src/leases/dhcp4/record.ts";
import { createLeaseTable } from "../../src/leases/dhcp4/table.ts";
import { splitKeys } from "../../src/leases/limit-keys.ts";
import { NO_BYTES, toHex } from "../../src/net/bytes.ts";
import { formatIpv4, type Ipv4 } from "../../src/net/ipv4.ts";
import { prefixContains } from "../../src/net/prefix.ts";
import { countedOneByOne } from "../support/address-counts.ts";
import { type Bench, createBench } from "../support/pump.ts";
import { createRandom, type Random } from "../support/random.ts";
import { Clients, describeMessage } from "./clients.ts";
import { randomConfiguration } from "./configuration.ts";
import { Disk } from "./disk.ts";

const STEPS = 60;

/** What went wrong, in words; and what was done, for a run that is played again. */
export interface Run {
  readonly problems: readonly string[];
  readonly log: readonly string[];
}

/**
 * Random batches of messages, commits that fail, time that passes, power that is lost, all of it decided by the seed. Whenever no commit is under way, what is on disk
 * is what is in memory, and a start from there gives the same leases; no two clients believe to have the same address, none is held two
 * addresses on a link, and no limit is passed.
 */
export async function run(seed: number): Promise<Run> {
  const random = createRandom(seed);
  const text = randomConfiguration(random);
  const loaded = loadConfig(text, "model.yaml");
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
  const world = new World(random, text, loaded.config);
  for (let step = 0; step < STEPS && world.problems.length === 0; step++) await world.step();
  if (world.problems.length === 0) await world.settle();
  return { problems: world.problems, log: [text, ...world.log] };
}

class World {
  readonly log: string[] = [];
  readonly #random: Random;
  readonly #text: string;
  readonly #config: Config;
  readonly #clients: Clients;
  readonly #disk = new Disk();
  readonly #own: string[] = [];
  #bench: Bench;
  #now = 1000;
  /** Answers that the clients have had. */
  #heard = 0;

  constructor(random: Random, text: string, config: Config) {
    this.#random = random;
    this.#text = text;
    this.#config = config;
    this.#clients = new Clients(random, config.chaddrOnly, (address) => this.#linkOf(address));
    this.#bench = this.#start();
  }

  get problems(): readonly string[] {
    return [...this.#own, ...this.#clients.problems, ...this.#disk.problems];
  }

  async step(): Promise<void> {
    const random = this.#random;
    switch (random.below(12)) {
      case 0:
      case 1:
        this.#now += 1 + random.below(40);
        this.#bench.setTime(this.#now);
        this.log.push(`${this.#now}:`);
        break;
      case 2:
        this.log.push("what is over is moved on");
        this.#bench.pump.expire();
        break;
      case 3:
      case 4:
        this.log.push("a commit succeeds");
        await this.#disk.succeed();
        break;
      case 5:
        if (random.below(2) === 0) await this.settle();
        else {
          this.log.push("commits fail");
          await this.#disk.fail();
        }
        break;
      case 6:
        if (random.below(4) === 0) this.#restart();
        break;
      default: {
        const batch = Array.from({ length: 1 + random.below(4) }, () => this.#clients.next(this.#now));
        this.log.push(`received: ${batch.map(describeMessage).join("; ")}`);
        this.#bench.receive(...batch);
      }
    }
    this.#listen();
    this.#check();
  }

  /** All that waits is on disk. */
  async settle(): Promise<void> {
    this.log.push("all commits succeed");
    while (this.#disk.waiting > 0) await this.#disk.succeed();
    this.#listen();
    this.#check();
  }

  #start(): Bench {
    const bench = createBench(this.#text);
    Object.assign(bench.store, { commit: this.#disk.commit });
    bench.setTime(this.#now);
    this.#disk.restore(bench.table, this.#now);
    this.#heard = 0;
    return bench;
  }

  #restart(): void {
    const done = this.#random.below(this.#disk.waiting + 1);
    this.log.push(`power is lost, with ${done} of ${this.#disk.waiting} commits done`);
    this.#disk.cut(done);
    this.#clients.unheard();
    this.#bench = this.#start();
  }

  #listen(): void {
    const { sent } = this.#bench;
    for (; this.#heard < sent.length; this.#heard++) this.#clients.receive((sent[this.#heard] as (typeof sent)[0]).message);
  }

  #check(): void {
    this.#checkHolds();
    this.#checkRanges();
    this.#checkLimits();
    if (this.#disk.waiting > 0) return;
    this.#clients.settled();
    const memory = this.#bench.table;
    this.#compare("on disk", this.#linesOf(this.#disk.rows.values()), this.#linesOf(memory.leases()));
    const again = createLeaseTable(this.#config);
    this.#disk.restore(again, this.#now);
    this.#compare("after a start", this.#linesOf(again.leases()), this.#linesOf(memory.leases()));
    for (const lease of memory.leases()) {
      const [there, here] = [again, memory].map((table) => table.ofClient(lease.owner.clientKey, this.#linkOf(lease.address)));
      if (lineOf(there, this.#now) !== lineOf(here, this.#now))
        this.#own.push(
          `the client of ${formatIpv4(lease.address)} has ${lineOf(here, this.#now)}, after a start ${lineOf(there, this.#now)}`,
        );
    }
  }

  #compare(where: string, there: readonly string[], here: readonly string[]): void {
    for (const line of here) if (!there.includes(line)) this.#own.push(`not ${where}: ${line}`);
    for (const line of there) if (!here.includes(line)) this.#own.push(`only ${where}: ${line}`);
    if (there.length !== here.length) this.#own.push(`${there.length} rows ${where}, ${here.length} in memory`);
  }

  #checkHolds(): void {
    const clients = new Set<string>();
    const addresses = new Set<Ipv4>();
    for (const { address, owner } of this.#bench.table.holds()) {
      const who = `${toHex(owner.clientKey)} on link ${this.#linkOf(address)}`;
      if (clients.has(who)) this.#own.push(`${who} is held two addresses`);
      if (addresses.has(address)) this.#own.push(`${formatIpv4(address)} is held twice`);
      clients.add(who);
      addresses.add(address);
    }
  }

  #checkRanges(): void {
    const { table } = this.#bench;
    const [counts, counted] = [[...table.counts.numbers], countedOneByOne(table)].map(String);
    if (counts !== counted) this.#own.push(`addresses by place and state are ${counted}, and count as ${counts}`);
    const held = [...table.holds()].map(({ address }) => address);
    const leased = [...table.leases()];
    for (const range of this.#config.ranges) {
      const isIn = (address: Ipv4): boolean =>
        address >= range.start && address <= range.end && !range.excluded.some(({ start, end }) => address >= start && address <= end);
      const taken = leased.filter(({ state }) => state === LeaseState.bound || state === LeaseState.declined).map(({ address }) => address);
      const inUse = new Set([...taken, ...held].filter(isIn)).size;
      const known = new Set([...leased.map(({ address }) => address), ...held].filter(isIn)).size;
      if (table.inUse(range) !== inUse) this.#own.push(`${table.inUse(range)} addresses count as in use, ${inUse} are`);
      if (table.unusedIn(range) !== table.capacityOf(range) - known) this.#own.push(`${table.unusedIn(range)} addresses count as unused`);
    }
  }

  #checkLimits(): void {
    const [limit] = this.#config.limits;
    if (limit === undefined) return;
    const counts = new Map<string, number>();
    for (const { state, expiry, owner } of this.#bench.table.leases()) {
      if (state !== LeaseState.bound || expiry <= this.#now) continue;
      for (const key of splitKeys(owner.limitKeys ?? NO_BYTES)) counts.set(toHex(key), (counts.get(toHex(key)) ?? 0) + 1);
    }
    for (const [key, count] of counts) if (count > limit.max) this.#own.push(`${count} leases count under ${key}`);
  }

  #linkOf(address: Ipv4): number {
    return this.#config.networks.find(({ prefix }) => prefixContains(prefix, address))?.link ?? -1;
  }

  #linesOf(leases: Iterable<Lease>): readonly string[] {
    return [...leases].map((lease) => lineOf(lease, this.#now)).sort();
  }
}

/** The whole lease. What ran out may not have been noticed everywhere. */
function lineOf(lease: Lease | undefined, now: number): string {
  if (lease === undefined) return "nothing";
  const { address, state, start, expiry, owner } = lease;
  const is = state === LeaseState.bound && expiry <= now ? LeaseState.expired : state;
  return `${formatIpv4(address)} state ${is} ${start}..${expiry} ${describeOwner(owner)}`;
}

function describeOwner(owner: LeaseOwner): string {
  const { htype, foundByProbe = false, ...bytes } = OWNER_RECORD.copy(owner);
  const fields = Object.entries(bytes).map(([name, value]) => `${name} ${value === undefined ? "none" : `'${toHex(value)}'`}`);
  return [`htype ${htype}`, `found by probe ${foundByProbe}`, ...fields.sort()].join(", ");
}
