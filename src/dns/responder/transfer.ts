import { isWithin, reverseName } from "../../wire/dns/name.ts";
import type { Claim, NameChanges } from "../claim.ts";
import { type Gathering, gather } from "../gather.ts";
import { type Answer, encodePacket, type Packet } from "../packet.ts";
import { MOST_UDP_SIZE } from "./answer.ts";
import { type Authority, claimsOf, isOwnHost } from "./authority.ts";
import { addressRecord, hostRecords, nsRecord, pointerRecord, soaRecord } from "./records.ts";
import type { Zone } from "./zones.ts";

/*
 * A whole zone, as it was at one moment (RFC 5936): its SOA record, which stands at the end once
 * more, name servers, zones below it, and what names are. What is told of leases is no part of it,
 * for it changes with every renewal.
 */

/** Longest message, in bytes: one is made at once. */
const LONGEST = 16_384;
/** Bytes of the header and an OPT record. */
const AROUND = 12 + 11;
/** No lease has ended then: how long one still lasts would be another number at each transfer. */
const NO_TIME = 0;

/** Transfers that are under way. */
export interface Transfers {
  /**
   * The messages of the answer to a packet that asks for a zone; at the end whether it is whole. It
   * is given up where `isCurrent` no longer holds of the authority: with the new serial number what
   * is old would stay with the secondary.
   */
  messages(authority: Authority, zone: Zone, packet: Packet, isCurrent?: () => boolean): AsyncGenerator<Uint8Array, boolean, undefined>;
  /** To be told of changes, so that no transfer has half of them. */
  changed(changes: NameChanges): void;
}

/** `done`: called when one was sent as a whole. */
export function createTransfers(done: () => void): Transfers {
  const gatherings = new Set<Gathering>();

  async function* messages(
    authority: Authority,
    zone: Zone,
    packet: Packet,
    isCurrent: () => boolean = () => true,
  ): AsyncGenerator<Uint8Array, boolean, undefined> {
    let soa: Answer | undefined;
    const gathering = gather(
      authority.names,
      (claim) => isOf(claim, authority, zone),
      () => {
        if (isCurrent()) soa = soaRecord(authority, zone);
      },
    );
    gatherings.add(gathering);
    let claims: Iterable<Claim>;
    try {
      claims = await gathering.done;
    } finally {
      gatherings.delete(gathering);
    }
    if (soa === undefined) return false;
    let isFirst = true;
    for (const answers of batchesOf(recordsOf(authority, zone, soa, claims), packet.question?.bytes.length ?? 0)) {
      yield encodeBatch(packet, answers, isFirst);
      isFirst = false;
    }
    done();
    return true;
  }

  return {
    messages,
    changed: (changes) => {
      for (const gathering of gatherings) gathering.changed(changes);
    },
  };
}

function isOf(claim: Claim, authority: Authority, zone: Zone): boolean {
  const { zones, names } = authority;
  if (!zone.isReverse) return zones.of(claim.name) === zone && claimsOf(authority, zone, claim.name).includes(claim);
  return zones.of(reverseName(claim.address)) === zone && names.byAddress(claim.addressText)?.name === claim.name;
}

function* recordsOf(authority: Authority, zone: Zone, soa: Answer, claims: Iterable<Claim>): Generator<Answer> {
  yield soa;
  yield nsRecord(authority, zone);
  if (authority.zones.of(zone.host) === zone && isOwnHost(authority, zone, zone.host)) yield* hostRecords(authority, zone, NO_TIME);
  for (const child of authority.zones.below(zone)) {
    yield nsRecord(authority, child);
    // Without its address the name server of a zone that it is called in would not be found.
    if (isWithin(child.host, child.name)) yield* hostRecords(authority, child, NO_TIME);
  }
  for (const claim of claims) {
    const ttl = Math.min(authority.ttl, claim.lifetime);
    yield zone.isReverse ? pointerRecord(reverseName(claim.address), ttl, claim) : addressRecord(claim.name, ttl, claim.address);
  }
  yield soa;
}

/** As many records at a time as one message holds. */
function* batchesOf(records: Iterable<Answer>, questionSize: number): Generator<readonly Answer[]> {
  const room = LONGEST - AROUND - questionSize;
  let batch: Answer[] = [];
  let size = 0;
  for (const record of records) {
    const more = sizeOf(record);
    if (size + more > room) {
      yield batch;
      batch = [];
      size = 0;
    }
    batch.push(record);
    size += more;
  }
  yield batch;
}

/** Bytes of a record, of those types that zones have here. */
function sizeOf(record: Answer): number {
  const around = record.name.length + 2 + 10;
  switch (record.type) {
    case "A":
      return around + 4;
    case "AAAA":
      return around + 16;
    case "SOA":
      return around + record.data.mname.length + 2 + record.data.rname.length + 2 + 20;
    case "NS":
    case "PTR":
      return around + record.data.length + 2;
    default:
      return around + 255;
  }
}

/** Only the first message repeats the question (RFC 5936 section 2.2.1). */
function encodeBatch({ header, question, edns }: Packet, answers: readonly Answer[], isFirst: boolean): Uint8Array {
  const { id, opcode, rd } = header;
  return encodePacket({
    header: { id, qr: true, opcode, aa: true, tc: false, rd, ra: false, rcode: 0 },
    question: isFirst ? question?.bytes : undefined,
    answers,
    authorities: [],
    additionals: [],
    udpSize: isFirst && edns !== undefined ? MOST_UDP_SIZE : undefined,
  });
}
