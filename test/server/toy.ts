import { addressesOfBytes } from "../../src/leases/columns/addresses.ts";
import { COMMON_FIELD, endRecord, fieldSize, firstField, recordKey, recordSize, writeField } from "../../src/leases/columns/record.ts";
import type { RecordLayout } from "../../src/leases/columns/record-column.ts";
import { type Lease as AnyLease, LeaseState, type Owner, type Seconds } from "../../src/leases/lease.ts";
import { addressRange } from "../../src/leases/pools/addresses-128.ts";
import { createPool } from "../../src/leases/pools/pool.ts";
import type { Space } from "../../src/leases/space.ts";
import { type LeaseFamily, LeaseTable } from "../../src/leases/table.ts";
import { leaseCopy } from "../../src/leases/view.ts";
import { equalBytes, NO_BYTES, toHex } from "../../src/net/bytes.ts";
import type { Destination } from "../../src/net/destination.ts";
import type { Protocol } from "../../src/server/protocol.ts";

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

/** Who has an address: the key is the client's number. */
export interface ToyOwner extends Owner {
  readonly limitKeys: undefined;
}
type Lease = AnyLease<Uint8Array, ToyOwner>;

export function encode({ kind, client, address }: Toy): Uint8Array {
  return Uint8Array.of(kind, client, ...address);
}

/** 2001:db8::, and the last byte. */
export function addressOf(last: number): Uint8Array {
  return Uint8Array.of(0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last);
}

export type ToyTable = LeaseTable<Uint8Array, ToyOwner>;

const RECORDS: RecordLayout<ToyOwner> = {
  key: ({ clientKey }) => clientKey,
  size: ({ clientKey }) => recordSize(fieldSize(clientKey)),
  write({ clientKey }, into, at) {
    const end = writeField(COMMON_FIELD.clientKey, clientKey, into, firstField(at));
    endRecord(into, at, end);
    return end;
  },
  read: (bytes, at) => ({ clientKey: recordKey(bytes, at), limitKeys: undefined }),
  copy: ({ clientKey }) => ({ clientKey: clientKey.slice(), limitKeys: undefined }),
};

export const TOY_LEASES: LeaseFamily<Uint8Array, ToyOwner> = {
  addresses: addressesOfBytes(16),
  records: RECORDS,
  traitOf: () => undefined,
};

const TOY_SPACE = 77;

/** The pool is 2001:db8::2 to 2001:db8::9, on one link. */
export function createToySpace(): Space<Uint8Array> {
  return {
    id: TOY_SPACE,
    affinity: 1000,
    pools: [createPool(addressRange(addressOf(2), addressOf(9)), [])],
    poolOf: (address) => (equalBytes(address.subarray(0, 15), addressOf(0).subarray(0, 15)) && isInPool(address[15]) ? 0 : -1),
    linkOf: () => 0,
    networks: 1,
    networkOf: () => 0,
    networkName: () => "2001:db8::/64",
    traits: [],
  };
}

const isInPool = (last: number | undefined): boolean => last !== undefined && last >= 2 && last <= 9;

export function createToyTable(): ToyTable {
  return new LeaseTable(TOY_LEASES, createToySpace());
}

function ownerOf(client: number): ToyOwner {
  return { clientKey: Uint8Array.of(client), limitKeys: undefined };
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
  const reply = (kind: number, message: Toy) => ({ kind: "reply" as const, message: { ...message, kind }, limit: 1000, to });

  function lease(address: Uint8Array, state: LeaseState, start: Seconds, expiry: Seconds, client: number): Lease {
    return { address, state, start, expiry, owner: ownerOf(client) };
  }

  return {
    kinds: new Map(Object.entries(Kind).map(([name, kind]) => [kind, name])),
    words: {
      nameOf: ({ kind }) => Object.entries(Kind).find(([, other]) => other === kind)?.[0] ?? "?",
      identityOf: ({ client }) => Uint8Array.of(client),
      senderOf: ({ client }) => ({ facts: { client }, client: `client ${client}`, relay: undefined, port: undefined }),
      subjectOf: () => undefined,
      addressOf: (_, { address }) => toHex(address),
      givenBy: ({ address }) => address,
      leaseTimeOf: () => LEASE_TIME,
      refusalIn: () => undefined,
      placeKeyOf: () => undefined,
      noNetworkFor: () => "",
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
        const address = table.heldBy(Uint8Array.of(message.client), 0)?.address ?? table.unusedAddress({ index: 0 }, 0);
        if (address === undefined) return { kind: "silence", reason: "no-address-free" };
        const owner = ownerOf(message.client);
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
    hooked: {
      protocol: "dhcp6",
      senderOf: ({ client }) => String(client),
      interfaceName: () => "toy0",
      isGivable: () => false,
      patch: (message) => message,
    },
    write(message, into, limit) {
      const bytes = encode(message);
      into.set(bytes.subarray(0, limit));
      return bytes.length;
    },
    inProbation: (address, now) => lease(address, LeaseState.declined, now, now + PROBATION, 0),
    copyLease: (one) => leaseCopy(one, TOY_LEASES),
    keyOf: toHex,
  };
}
