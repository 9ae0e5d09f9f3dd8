import { writeU16, writeU32 } from "../../net/bytes.ts";
import { wireOfName } from "./name.ts";
import { RecordClass } from "./type-code.ts";

/** Bytes of the header of a message. */
export const HEADER_SIZE = 12;
/** Where the header has its fields (RFC 1035 section 4.1.1). */
export const HeaderField = { id: 0, flags: 2, questions: 4, answers: 6, authorities: 8, additionals: 10 } as const;
/** Bytes of a record between its name and its data. */
export const RECORD_SIZE = 10;

/** The entries of a message, in the form they have in it, by its sections. */
export interface Sections {
  readonly questions: readonly Uint8Array[];
  readonly answers: readonly Uint8Array[];
  readonly authorities: readonly Uint8Array[];
  readonly additionals: readonly Uint8Array[];
}

/** A message of these entries. `flags`: the 16 bits behind the id. */
export function writeMessage(id: number, flags: number, sections: Sections): Uint8Array {
  const { questions, answers, authorities, additionals } = sections;
  const entries = [...questions, ...answers, ...authorities, ...additionals];
  const message = new Uint8Array(entries.reduce((sum, entry) => sum + entry.length, HEADER_SIZE));
  writeU16(message, HeaderField.id, id);
  writeU16(message, HeaderField.flags, flags);
  writeU16(message, HeaderField.questions, questions.length);
  writeU16(message, HeaderField.answers, answers.length);
  writeU16(message, HeaderField.authorities, authorities.length);
  writeU16(message, HeaderField.additionals, additionals.length);
  let at = HEADER_SIZE;
  for (const entry of entries) {
    message.set(entry, at);
    at += entry.length;
  }
  return message;
}

/** An entry of the section of questions, which is that of the zone in an UPDATE. */
export function writeQuestion(name: string, type: number): Uint8Array {
  const wire = wireOfName(name);
  const bytes = new Uint8Array(wire.length + 4);
  bytes.set(wire);
  writeU16(bytes, wire.length, type);
  writeU16(bytes, wire.length + 2, RecordClass.IN);
  return bytes;
}

/** A record (RFC 1035 section 4.1.3). */
export function writeRecord(name: string, type: number, klass: number, ttl: number, data: Uint8Array): Uint8Array {
  const wire = wireOfName(name);
  const bytes = new Uint8Array(wire.length + RECORD_SIZE + data.length);
  bytes.set(wire);
  writeU16(bytes, wire.length, type);
  writeU16(bytes, wire.length + 2, klass);
  writeU32(bytes, wire.length + 4, ttl);
  writeU16(bytes, wire.length + 8, data.length);
  bytes.set(data, wire.length + RECORD_SIZE);
  return bytes;
}
