import { decode } from "dns-packet";
import type { NameReader } from "../../../src/dns/claim.ts";
import type { Answer } from "../../../src/dns/packet.ts";
import type { Authority } from "../../../src/dns/responder/authority.ts";
import { type Branches, createBranches } from "../../../src/dns/responder/branches.ts";
import { createZones } from "../../../src/dns/responder/zones.ts";
import { writeU16 } from "../../../src/net/bytes.ts";
import { RecordClass, type RecordType } from "../../../src/wire/dns/type-code.ts";
import { HeaderField, writeMessage, writeQuestion } from "../../../src/wire/dns/write.ts";

export const ZONES: readonly string[] = ["lan", "5.168.192.in-addr.arpa", "8.b.d.0.1.0.0.2.ip6.arpa"];
export const SERIAL = 1_795_000_000;
/** The time of all questions, in seconds since 1970. */
export const NOW = 1_795_000_100;

export function authorityOf(
  names: NameReader,
  zoneNames: readonly string[] = ZONES,
  more: Partial<Authority> = {},
): Authority & { readonly branches: Branches } {
  const zones = createZones(zoneNames);
  const addresses = [Uint8Array.of(192, 168, 5, 1)];
  return { zones, names, ttl: 300, addresses, serialOf: () => SERIAL, ...more, branches: createBranches(zones, names) };
}

/** A message as text, a line for each fact. */
export function shown(bytes: Uint8Array): readonly string[] {
  const message = decode(Buffer.from(bytes));
  const flags = (["qr", "aa", "tc", "rd", "ra"] as const).filter((name) => message[`flag_${name}`]);
  const header = `${message.id} ${(message as unknown as { rcode: string }).rcode} ${flags.join(" ")}`;
  const section = (sign: string, records: readonly Answer[] = []): readonly string[] =>
    records.map((record) => `${sign} ${lineOf(record)}`);
  return [
    header,
    ...(message.questions ?? []).map(({ name, type, class: klass }) => `? ${name} ${type}${klass === "IN" ? "" : ` ${klass}`}`),
    ...section("=", message.answers),
    ...section("^", message.authorities),
    ...section("+", message.additionals),
  ];
}

export function lineOf(record: Answer): string {
  if (record.type === "OPT")
    return `OPT ${record.udpPayloadSize} ${record.extendedRcode} ${record.ednsVersion}${record.flag_do ? " do" : ""}`;
  const { name, type } = record;
  const ttl = "ttl" in record ? record.ttl : "";
  if (record.type === "SOA") {
    const { mname, rname, serial, refresh, retry, expire, minimum } = record.data;
    return `${name} ${ttl} SOA ${mname} ${rname} ${serial} ${refresh} ${retry} ${expire} ${minimum}`;
  }
  if (record.type === "TXT") return `${name} ${ttl} TXT ${[record.data].flat().map(String).join("|")}`;
  return `${name} ${ttl} ${type} ${"data" in record ? String(record.data) : ""}`;
}

/** A question with an id of 7 that wants recursion, as those of clients do. */
export function question(
  name: string,
  type: (typeof RecordType)[keyof typeof RecordType] | number,
  klass: number = RecordClass.IN,
): Uint8Array {
  const entry = writeQuestion(name, type);
  writeU16(entry, entry.length - 2, klass);
  return writeMessage(7, 0x0100, { questions: [entry], answers: [], authorities: [], additionals: [] });
}

/** The message with this opcode. */
export function withOpcode(bytes: Uint8Array, opcode: number): Uint8Array {
  const copy = bytes.slice();
  writeU16(copy, HeaderField.flags, opcode << 11);
  return copy;
}
