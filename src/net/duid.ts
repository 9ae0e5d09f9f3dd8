import { fromHex, readU16, readU32, writeU16, writeU32 } from "./bytes.ts";

/**
 * A DHCP Unique Identifier (RFC 8415 section 11): two bytes of type, then the identifier. Servers
 * compare them as byte strings; what they are made of is for people, and for guesses.
 */
export type Duid = Uint8Array;

/** Bytes of a DUID with its type (section 11.1). */
export const MIN_DUID_SIZE = 3;
/** At most: 128 bytes behind the type. */
export const MAX_DUID_SIZE = 130;

/** Types of DUIDs (RFC 8415 section 11, RFC 6355). */
export const DuidType = {
  /** Link-layer address plus time (section 11.2). */
  LLT: 1,
  /** Vendor-assigned, by enterprise number (section 11.3). */
  EN: 2,
  /** Link-layer address (section 11.4). */
  LL: 3,
  /** UUID (section 11.5, RFC 6355). */
  UUID: 4,
} as const;

/** 2000-01-01 00:00 UTC in Unix time, from which the time of DUID-LLT counts. */
const DUID_EPOCH = 946684800;
const UUID_SIZE = 16;

/** A hardware address and its IANA hardware type: 1 is Ethernet. */
export interface Hardware {
  readonly type: number;
  readonly address: Uint8Array;
}

/** Whether it has a length that a DUID may have. */
export function isDuid(bytes: Uint8Array): boolean {
  return bytes.length >= MIN_DUID_SIZE && bytes.length <= MAX_DUID_SIZE;
}

/** Reads hex pairs, with or without separators; undefined when malformed or of a wrong length. */
export function parseDuid(text: string): Duid | undefined {
  const bytes = fromHex(text);
  return bytes !== undefined && isDuid(bytes) ? bytes : undefined;
}

/** Hex pairs joined by colons: `00:01:00:01:...`. */
export function formatDuid(duid: Duid): string {
  let text = "";
  for (let i = 0; i < duid.length; i++) text += `${i === 0 ? "" : ":"}${(duid[i] as number).toString(16).padStart(2, "0")}`;
  return text;
}

/** DUID-LLT. `time`: seconds since 2000-01-01 UTC, of which the low 32 bits count. */
export function duidLlt({ type, address }: Hardware, time: number): Duid {
  const duid = new Uint8Array(8 + address.length);
  writeU16(duid, 0, DuidType.LLT);
  writeU16(duid, 2, type);
  writeU32(duid, 4, time);
  duid.set(address, 8);
  return duid;
}

/** The time of DUID-LLT for a time in seconds since 1970. */
export function duidTime(unixTime: number): number {
  return Math.trunc(unixTime - DUID_EPOCH) >>> 0;
}

/** DUID-LL. */
export function duidLl({ type, address }: Hardware): Duid {
  const duid = new Uint8Array(4 + address.length);
  writeU16(duid, 0, DuidType.LL);
  writeU16(duid, 2, type);
  duid.set(address, 4);
  return duid;
}

/** DUID-EN. */
export function duidEn(enterprise: number, identifier: Uint8Array): Duid {
  const duid = new Uint8Array(6 + identifier.length);
  writeU16(duid, 0, DuidType.EN);
  writeU32(duid, 2, enterprise);
  duid.set(identifier, 6);
  return duid;
}

/** DUID-UUID, of the 16 bytes of a UUID. */
export function duidUuid(uuid: Uint8Array): Duid {
  const duid = new Uint8Array(2 + UUID_SIZE);
  writeU16(duid, 0, DuidType.UUID);
  duid.set(uuid.subarray(0, UUID_SIZE), 2);
  return duid;
}

/** The type of a DUID, known or not; -1 when there is none. */
export function duidType(duid: Duid): number {
  return duid.length < 2 ? -1 : readU16(duid, 0);
}

/**
 * The hardware address that a client's DUID was made of, which need not be the one it uses now; its
 * address is a view. Undefined when the DUID holds none.
 */
export function hardwareOfDuid(duid: Duid): Hardware | undefined {
  const type = duidType(duid);
  const start = type === DuidType.LLT ? 8 : type === DuidType.LL ? 4 : duid.length;
  return start < duid.length ? { type: readU16(duid, 2), address: duid.subarray(start) } : undefined;
}

/** The time in a DUID-LLT, in seconds since 1970; undefined for other DUIDs. */
export function timeOfDuid(duid: Duid): number | undefined {
  return duidType(duid) === DuidType.LLT && duid.length >= 8 ? readU32(duid, 4) + DUID_EPOCH : undefined;
}
