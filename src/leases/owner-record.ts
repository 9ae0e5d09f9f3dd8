import { equalBytes } from "../net/bytes.ts";
import type { LeaseOwner } from "./lease.ts";

/*
 * The owner of a lease as one compact byte string, as the table keeps it in memory and as it is handed to the thread
 * that writes the database:
 *
 *   0  flags          1  chaddr length       2  client identifier length (16 bit, big endian, as all lengths)
 *   4  hostname length    6  vendor class length    8  relay agent information length
 *  10  htype, chaddr, client identifier, hostname, vendor class, relay agent information,
 *      and where there are limit keys their length and the keys
 *
 * htype stands right before chaddr because the two together are the key of a client without an identifier.
 */

const HEADER = 10;
const HAS_IDENTIFIER = 1;
const HAS_HOSTNAME = 2;
const HAS_VENDOR_CLASS = 4;
const HAS_RELAY = 8;
const KEY_IS_IDENTIFIER = 16;
const HAS_LIMIT_KEYS = 32;

/** The longest record: six byte strings of at most 65535 bytes, in practice bounded by the size of a datagram. */
export function ownerRecordLength(owner: LeaseOwner): number {
  return (
    HEADER +
    1 +
    owner.chaddr.length +
    (owner.clientIdentifier?.length ?? 0) +
    (owner.hostname?.length ?? 0) +
    (owner.vendorClass?.length ?? 0) +
    (owner.relayAgentInformation?.length ?? 0) +
    (owner.limitKeys === undefined ? 0 : 2 + owner.limitKeys.length)
  );
}

/** Writes the record at `offset`, where `ownerRecordLength` bytes are free; returns the offset behind it. */
export function writeOwnerRecord(owner: LeaseOwner, into: Uint8Array, offset: number): number {
  const { chaddr, clientIdentifier, hostname, vendorClass, relayAgentInformation, limitKeys } = owner;
  let flags = 0;
  if (clientIdentifier !== undefined) {
    flags |= HAS_IDENTIFIER;
    if (owner.clientKey === clientIdentifier || equalBytes(owner.clientKey, clientIdentifier)) flags |= KEY_IS_IDENTIFIER;
  }
  if (hostname !== undefined) flags |= HAS_HOSTNAME;
  if (vendorClass !== undefined) flags |= HAS_VENDOR_CLASS;
  if (relayAgentInformation !== undefined) flags |= HAS_RELAY;
  if (limitKeys !== undefined) flags |= HAS_LIMIT_KEYS;
  into[offset] = flags;
  into[offset + 1] = chaddr.length;
  writeLength(into, offset + 2, clientIdentifier);
  writeLength(into, offset + 4, hostname);
  writeLength(into, offset + 6, vendorClass);
  writeLength(into, offset + 8, relayAgentInformation);
  into[offset + HEADER] = owner.htype;
  let end = append(into, offset + HEADER + 1, chaddr);
  end = append(into, end, clientIdentifier);
  end = append(into, end, hostname);
  end = append(into, end, vendorClass);
  end = append(into, end, relayAgentInformation);
  if (limitKeys === undefined) return end;
  writeLength(into, end, limitKeys);
  return append(into, end + 2, limitKeys);
}

/** Length of the record that starts at `offset`. */
export function storedRecordLength(bytes: Uint8Array, offset: number): number {
  const end = limitKeysAt(bytes, offset);
  return ((bytes[offset] as number) & HAS_LIMIT_KEYS ? end + 2 + readLength(bytes, end) : end) - offset;
}

/** The limit keys of the record that starts at `offset`, as a view; without reading the rest. */
export function recordLimitKeys(bytes: Uint8Array, offset: number): Uint8Array | undefined {
  if (!((bytes[offset] as number) & HAS_LIMIT_KEYS)) return undefined;
  const at = limitKeysAt(bytes, offset);
  return bytes.subarray(at + 2, at + 2 + readLength(bytes, at));
}

/** Where the limit keys of a record are, if it has some, with their length before them. */
function limitKeysAt(bytes: Uint8Array, offset: number): number {
  return (
    offset +
    HEADER +
    1 +
    (bytes[offset + 1] as number) +
    readLength(bytes, offset + 2) +
    readLength(bytes, offset + 4) +
    readLength(bytes, offset + 6) +
    readLength(bytes, offset + 8)
  );
}

/** Reads a record; the byte strings are views of `bytes`. */
export function readOwnerRecord(bytes: Uint8Array, offset: number): LeaseOwner {
  const flags = bytes[offset] as number;
  const hardware = offset + HEADER;
  const identifier = hardware + 1 + (bytes[offset + 1] as number);
  const hostname = identifier + readLength(bytes, offset + 2);
  const vendorClass = hostname + readLength(bytes, offset + 4);
  const relay = vendorClass + readLength(bytes, offset + 6);
  const end = relay + readLength(bytes, offset + 8);
  const clientIdentifier = flags & HAS_IDENTIFIER ? bytes.subarray(identifier, hostname) : undefined;
  return {
    clientKey: flags & KEY_IS_IDENTIFIER && clientIdentifier !== undefined ? clientIdentifier : bytes.subarray(hardware, identifier),
    clientIdentifier,
    htype: bytes[hardware] as number,
    chaddr: bytes.subarray(hardware + 1, identifier),
    hostname: flags & HAS_HOSTNAME ? bytes.subarray(hostname, vendorClass) : undefined,
    vendorClass: flags & HAS_VENDOR_CLASS ? bytes.subarray(vendorClass, relay) : undefined,
    relayAgentInformation: flags & HAS_RELAY ? bytes.subarray(relay, end) : undefined,
    limitKeys: recordLimitKeys(bytes, offset),
  };
}

/** Whether the client key of the record at `offset` is `key`; without making views. */
export function recordHasKey(bytes: Uint8Array, offset: number, key: Uint8Array): boolean {
  const hardware = offset + HEADER;
  const chaddrLength = bytes[offset + 1] as number;
  const keyIsIdentifier = ((bytes[offset] as number) & KEY_IS_IDENTIFIER) !== 0;
  const start = keyIsIdentifier ? hardware + 1 + chaddrLength : hardware;
  const length = keyIsIdentifier ? readLength(bytes, offset + 2) : 1 + chaddrLength;
  if (length !== key.length) return false;
  for (let i = 0; i < length; i++) if (bytes[start + i] !== key[i]) return false;
  return true;
}

function writeLength(into: Uint8Array, offset: number, value: Uint8Array | undefined): void {
  const length = value === undefined ? 0 : value.length;
  into[offset] = length >>> 8;
  into[offset + 1] = length;
}

function readLength(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] as number) << 8) | (bytes[offset + 1] as number);
}

function append(into: Uint8Array, offset: number, value: Uint8Array | undefined): number {
  if (value === undefined) return offset;
  // For the few bytes of an identifier a loop is faster than set().
  for (let i = 0; i < value.length; i++) into[offset + i] = value[i] as number;
  return offset + value.length;
}
