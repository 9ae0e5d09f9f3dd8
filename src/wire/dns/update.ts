import { NO_BYTES } from "../../net/bytes.ts";
import { wireOfName } from "./name.ts";
import { Opcode, RecordClass, RecordType } from "./type-code.ts";
import { writeMessage, writeQuestion, writeRecord } from "./write.ts";

/** What has to be so before anything is changed (RFC 2136 section 2.4). */
export type Prerequisite =
  | { readonly kind: "name-in-use"; readonly name: string }
  | { readonly kind: "name-not-in-use"; readonly name: string }
  | { readonly kind: "rrset-exists"; readonly name: string; readonly type: number }
  | { readonly kind: "rrset-absent"; readonly name: string; readonly type: number }
  /** The records of the type are those of all such prerequisites with its name, no others. */
  | { readonly kind: "rr-exists"; readonly name: string; readonly type: number; readonly data: Uint8Array };

/** A change of a zone (RFC 2136 section 2.5). `ttl` in seconds, `data` as it is on the wire. */
export type Change =
  | { readonly kind: "add"; readonly name: string; readonly type: number; readonly ttl: number; readonly data: Uint8Array }
  | { readonly kind: "delete-rrset"; readonly name: string; readonly type: number }
  | { readonly kind: "delete-name"; readonly name: string }
  | { readonly kind: "delete-rr"; readonly name: string; readonly type: number; readonly data: Uint8Array };

/** A DNS UPDATE: all of its changes are made, or none, in their order. */
export interface Update {
  /** 16 bits that the answer repeats. */
  readonly id: number;
  /** All names are within it. */
  readonly zone: string;
  readonly prerequisites: readonly Prerequisite[];
  readonly changes: readonly Change[];
}

const OPCODE_SHIFT = 11;

/** The message of an UPDATE (RFC 2136 section 2), not signed. */
export function encodeUpdate({ id, zone, prerequisites, changes }: Update): Uint8Array {
  return writeMessage(id, Opcode.UPDATE << OPCODE_SHIFT, {
    questions: [writeQuestion(zone, RecordType.SOA)],
    answers: prerequisites.map(writePrerequisite),
    authorities: changes.map(writeChange),
    additionals: [],
  });
}

function writePrerequisite(one: Prerequisite): Uint8Array {
  switch (one.kind) {
    case "name-in-use":
      return writeRecord(one.name, RecordType.ANY, RecordClass.ANY, 0, NO_BYTES);
    case "name-not-in-use":
      return writeRecord(one.name, RecordType.ANY, RecordClass.NONE, 0, NO_BYTES);
    case "rrset-exists":
      return writeRecord(one.name, one.type, RecordClass.ANY, 0, NO_BYTES);
    case "rrset-absent":
      return writeRecord(one.name, one.type, RecordClass.NONE, 0, NO_BYTES);
    case "rr-exists":
      return writeRecord(one.name, one.type, RecordClass.IN, 0, one.data);
  }
}

function writeChange(one: Change): Uint8Array {
  switch (one.kind) {
    case "add":
      return writeRecord(one.name, one.type, RecordClass.IN, one.ttl, one.data);
    case "delete-rrset":
      return writeRecord(one.name, one.type, RecordClass.ANY, 0, NO_BYTES);
    case "delete-name":
      return writeRecord(one.name, RecordType.ANY, RecordClass.ANY, 0, NO_BYTES);
    case "delete-rr":
      return writeRecord(one.name, one.type, RecordClass.NONE, 0, one.data);
  }
}

/** The type of the record of an address of 4 or 16 bytes, which are its data. */
export function addressType(address: Uint8Array): typeof RecordType.A | typeof RecordType.AAAA {
  return address.length === 4 ? RecordType.A : RecordType.AAAA;
}

/** The data of a PTR, NS or CNAME record. */
export function nameData(name: string): Uint8Array {
  return wireOfName(name);
}
