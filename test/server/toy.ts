import { LeaseState, type Seconds } from "../../src/leases/lease.ts";
import { NO_BYTES, toHex } from "../../src/net/bytes.ts";
import type { Protocol } from "../../src/server/protocol.ts";
import type { Lease as AnyLease, Applied, Destination, LeaseTable, LeaseWrite } from "../../src/server/shapes.ts";

/*
 * A protocol of three messages over addresses of 128 bits, for tests of what the shell makes of any
 * protocol: a client asks and is offered an address; it binds it and is acknowledged; it frees it
 * and hears nothing. A message is its kind, the client's number, and 16 bytes of address.
 */

export const Kind = { ASK: 1, BIND: 2, FREE: 3, OFFER: 4, ACK: 5 } as const;
const LENGTH = 18;
const LEASE_TIME = 100;
const PROBATION = 900;

export interface Toy {
  readonly kind: number;
  readonly client: number;
  readonly address: Uint8Array;
}

/** Who has an address. */
export interface ToyOwner {
  readonly client: Uint8Array;
}
type Lease = AnyLease<Uint8Array, ToyOwner>;

export function encode({ kind, client, address }: Toy): Uint8Array {
  return Uint8Array.of(kind, client, ...address);
}

/** 2001:db8::, and the last byte. */
export function addressOf(last: number): Uint8Array {
  return Uint8Array.of(0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last);
}

export interface ToyTable extends LeaseTable<Uint8Array, ToyOwner> {
  readonly leases: ReadonlyMap<string, Lease>;
  readonly holds: ReadonlySet<string>;
}

/** Leases in a map. Their owners are views that change after the next change, as a table's may. */
export function createToyTable(): ToyTable {
  const leases = new Map<string, Lease>();
  const holds = new Set<string>();

  function put(address: Uint8Array, lease: Lease | undefined): Applied<Uint8Array, ToyOwner> {
    const key = toHex(address);
    const before = leases.get(key);
    if (lease === undefined) leases.delete(key);
    else leases.set(key, { ...lease, address: address.slice(), owner: { client: lease.owner.client.slice() } });
    const own = { row: 0, address: address.slice() };
    const write: LeaseWrite<Uint8Array> =
      lease === undefined
        ? { kind: "remove", ...own }
        : { kind: "put", ...own, state: lease.state, start: lease.start, expiry: lease.expiry, record: NO_BYTES, network: "" };
    return { write, before };
  }

  return {
    leases,
    holds,
    apply(change) {
      if (change.kind === "put") return put(change.lease.address, change.lease);
      if (change.kind === "remove") return put(change.address, undefined);
      if (change.kind === "hold") holds.add(toHex(change.hold.address));
      else holds.delete(toHex(change.address));
      return undefined;
    },
    undo({ write: { address }, before }) {
      if (before === undefined) leases.delete(toHex(address));
      else leases.set(toHex(address), { ...before, address, owner: before.owner as ToyOwner });
    },
    expire(now, limit, expired) {
      let left = limit;
      for (const [key, lease] of leases) {
        if (left === 0 || lease.state !== LeaseState.bound || lease.expiry > now) continue;
        left--;
        leases.set(key, { ...lease, state: LeaseState.expired });
        expired?.({ ...lease, state: LeaseState.expired });
      }
      return [];
    },
  };
}

export interface ToyOptions {
  readonly table: ToyTable;
  /** Whether addresses are probed before they are offered. */
  readonly probes: boolean;
  /** Messages that a client may send. */
  readonly allowed: number;
}

export function createToy({ table, probes, allowed }: ToyOptions): Protocol<Toy, Uint8Array, ToyOwner> {
  const sent = new Map<number, number>();
  const to: Destination<Uint8Array> = {
    address: addressOf(0xff),
    port: 2,
    hardwareAddress: undefined,
    interfaceIndex: 1,
    source: addressOf(1),
  };
  const reply = (kind: number, message: Toy) => ({ kind: "reply" as const, message: { ...message, kind }, maxMessageSize: 1000, to });

  /** The first one that nobody has and nobody was found to use. */
  function freeAddress(): Uint8Array | undefined {
    for (let last = 2; last < 10; last++) if (!table.leases.has(toHex(addressOf(last)))) return addressOf(last);
    return undefined;
  }

  function lease(address: Uint8Array, state: LeaseState, start: Seconds, expiry: Seconds, client: number): Lease {
    return { address, state, start, expiry, owner: { client: Uint8Array.of(client) } };
  }

  return {
    kinds: new Map(Object.entries(Kind).map(([name, kind]) => [kind, name])),
    words: {
      allowed: { answers: 10 },
      nameOf: ({ kind }) => Object.entries(Kind).find(([, other]) => other === kind)?.[0] ?? "?",
      who: ({ client }) => ({ client: String(client) }),
      isNews: (_, { kind }) => kind === Kind.ACK,
      subjectOf: () => "answers",
      addressOf: (_, { address }) => toHex(address),
      describe: ({ kind, address }) => `${kind === Kind.ACK ? "ACK" : "OFFER"} of ${toHex(address)}`,
      format: toHex,
      formatEndpoint: (address, port) => `[${toHex(address)}]:${port}`,
    },
    allowances: [],
    serves: (index) => index === 1,
    read({ bytes, length }) {
      if (length !== LENGTH) return { ok: false, problem: { kind: "wrong-length" } };
      return { ok: true, message: { kind: bytes[0] as number, client: bytes[1] as number, address: bytes.subarray(2, LENGTH) } };
    },
    kindOf: ({ kind }) => kind,
    shedding: ([kind]) => (kind === Kind.ASK ? "first" : kind === Kind.FREE ? "never" : "stale"),
    floods({ client }) {
      sent.set(client, (sent.get(client) ?? 0) + 1);
      return (sent.get(client) as number) > allowed;
    },
    decide(message, _, now, answers) {
      if (message.kind === Kind.ASK) {
        const address = freeAddress();
        if (address === undefined) return { kind: "silence", reason: "no-address-free" };
        const owner = { client: Uint8Array.of(message.client) };
        const holds = [{ kind: "hold" as const, hold: { address, until: now + 10, owner } }];
        const offer = { ...reply(Kind.OFFER, { ...message, address }), changes: holds, rests: false };
        if (!probes || answers?.stateOf(address) === "free") return offer;
        const about = { kind: "conflict-probe" as const, address, timeout: 500, interfaceIndex: 1, hardwareAddress: NO_BYTES };
        return { kind: "question", about, holds, unanswered: offer };
      }
      const { address, client } = message;
      if (message.kind === Kind.FREE) {
        return { kind: "update", changes: [{ kind: "put", lease: lease(address, LeaseState.released, now, now, client) }] };
      }
      const bound = lease(address, LeaseState.bound, now, now + LEASE_TIME, client);
      return { ...reply(Kind.ACK, message), changes: [{ kind: "put", lease: bound }], rests: true };
    },
    write(message, into, limit) {
      const bytes = encode(message);
      into.set(bytes.subarray(0, limit));
      return bytes.length;
    },
    inProbation: (address, now) => lease(address, LeaseState.declined, now, now + PROBATION, 0),
    copyLease: (one) => ({ ...one, address: one.address.slice(), owner: { client: one.owner.client.slice() } }),
    keyOf: toHex,
  };
}
