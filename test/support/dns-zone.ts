import { toHex } from "../../src/net/bytes.ts";
import { isWithin, wireOfName } from "../../src/wire/dns/name.ts";
import type { DnsMessage, ResourceRecord } from "../../src/wire/dns/read.ts";
import { nameOfType, Rcode, RecordClass, RecordType } from "../../src/wire/dns/type-code.ts";

/** A record of a zone. */
export interface ZoneRecord {
  readonly name: string;
  readonly type: number;
  readonly ttl: number;
  readonly data: Uint8Array;
}

/** A zone in memory, which does what RFC 2136 section 3 says. */
export interface DnsZone {
  readonly name: string;
  records(): readonly ZoneRecord[];
  /** `name TYPE hex-data` of all records but SOA, in their order. */
  lines(): readonly string[];
  add(record: ZoneRecord): void;
  removeAll(): void;
  /** The rcode. */
  update(message: DnsMessage): number;
  soa(): ZoneRecord;
}

export function createDnsZone(name: string): DnsZone {
  let records: ZoneRecord[] = [];
  const isSame = (a: Uint8Array, b: Uint8Array): boolean => toHex(a) === toHex(b);
  const rrset = (owner: string, type: number): readonly ZoneRecord[] => records.filter((one) => one.name === owner && one.type === type);

  function unmet(prerequisites: readonly ResourceRecord[]): number {
    const sets = new Map<string, ResourceRecord[]>();
    for (const one of prerequisites) {
      if (!isWithin(one.name, name)) return Rcode.NOTZONE;
      if (one.ttl !== 0) return Rcode.FORMERR;
      const isInUse = records.some((record) => record.name === one.name);
      const exists = rrset(one.name, one.type).length > 0;
      if (one.class === RecordClass.ANY) {
        if (one.type === RecordType.ANY ? !isInUse : !exists) return one.type === RecordType.ANY ? Rcode.NXDOMAIN : Rcode.NXRRSET;
      } else if (one.class === RecordClass.NONE) {
        if (one.type === RecordType.ANY ? isInUse : exists) return one.type === RecordType.ANY ? Rcode.YXDOMAIN : Rcode.YXRRSET;
      } else {
        const key = `${one.name} ${one.type}`;
        sets.set(key, [...(sets.get(key) ?? []), one]);
      }
    }
    for (const set of sets.values()) {
      const [{ name: owner, type }] = set as [ResourceRecord];
      const there = rrset(owner, type);
      if (there.length !== set.length || !there.every(({ data }) => set.some((one) => isSame(one.data, data)))) return Rcode.NXRRSET;
    }
    return Rcode.NOERROR;
  }

  function change({ name: owner, type, class: klass, ttl, data }: ResourceRecord): void {
    if (klass === RecordClass.ANY) records = records.filter((one) => one.name !== owner || (type !== RecordType.ANY && one.type !== type));
    else if (klass === RecordClass.NONE)
      records = records.filter((one) => one.name !== owner || one.type !== type || !isSame(one.data, data));
    else {
      // All records of a set have the same TTL, and none is there twice.
      records = records.filter((one) => one.name !== owner || one.type !== type || !isSame(one.data, data));
      records = records.map((one) => (one.name === owner && one.type === type ? { ...one, ttl } : one));
      records.push({ name: owner, type, ttl, data: data.slice() });
    }
  }

  return {
    name,
    records: () => records,
    lines: () => records.map((one) => `${one.name} ${nameOfType(one.type)} ${toHex(one.data)}`).sort(),
    add(record) {
      records.push(record);
    },
    removeAll() {
      records = [];
    },
    update({ answers, authorities }) {
      const rcode = unmet(answers);
      if (rcode !== Rcode.NOERROR) return rcode;
      if (authorities.some((one) => !isWithin(one.name, name))) return Rcode.NOTZONE;
      for (const one of authorities) change(one);
      return Rcode.NOERROR;
    },
    soa: () => {
      const names = [wireOfName(`ns.${name}`), wireOfName(`admin.${name}`)];
      const data = new Uint8Array([...(names[0] as Uint8Array), ...(names[1] as Uint8Array), ...new Uint8Array(20).fill(1)]);
      return { name, type: RecordType.SOA, ttl: 60, data };
    },
  };
}
