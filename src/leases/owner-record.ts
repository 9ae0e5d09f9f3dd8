import { equalBytes } from "../net/bytes.ts";
import type { LeaseOwner } from "./lease.ts";

/*
 * The owner of a lease as one compact byte string, as the table keeps it in memory and as it is handed to the thread
 * that writes the database:
 *
 *   0  flags          1  chaddr length       2  client identifier length (16 bit, big endian, as all lengths)
 *   4  hostname length    6  vendor class length    8  relay agent information length
 *  10  htype, chaddr, client identifier, hostname, vendor class, relay agent information,
 *      where there are limit keys their length and the keys,
 *      and where the client is known neither by its identifier nor by htype and chaddr, the length of its key and the key
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
const HAS_OTHER_KEY = 64;

/** Seven byte strings of at most 65535 bytes, chaddr of at most 255; in practice bounded by the size of a datagram. */
export function ownerRecordLength(owner: LeaseOwner): number {
  return (
    HEADER +
    1 +
    owner.chaddr.length +
    (owner.clientIdentifier?.length ?? 0) +
    (owner.hostname?.length ?? 0) +
    (owner.vendorClass?.length ?? 0) +
    (owner.relayAgentInformation?.length ?? 0) +
    (owner.limitKeys === undefined ? 0 : 2 + owner.limitKeys.length) +
    (hasOtherKey(owner) ? 2 + owner.clientKey.length : 0)
  );
}

function isKeyedByIdentifier({ clientKey, clientIdentifier }: LeaseOwner): boolean {
  return clientIdentifier !== undefined && (clientKey === clientIdentifier || equalBytes(clientKey, clientIdentifier));
}

function isKeyedByHardware({ clientKey, htype, chaddr }: LeaseOwner): boolean {
  if (clientKey.length !== chaddr.length + 1 || clientKey[0] !== htype) return false;
  for (let i = 0; i < chaddr.length; i++) if (clientKey[i + 1] !== chaddr[i]) return false;
  return true;
}

function hasOtherKey(owner: LeaseOwner): boolean {
  return !isKeyedByIdentifier(owner) && !isKeyedByHardware(owner);
}

/** Writes the record at `offset`, where `ownerRecordLength` bytes are free; returns the offset behind it. */
export function writeOwnerRecord(owner: LeaseOwner, into: Uint8Array, offset: number): number {
  const { chaddr, clientIdentifier, hostname, vendorClass, relayAgentInformation, limitKeys } = owner;
  let flags = 0;
  if (clientIdentifier !== undefined) flags |= HAS_IDENTIFIER;
  if (isKeyedByIdentifier(owner)) flags |= KEY_IS_IDENTIFIER;
  else if (!isKeyedByHardware(owner)) flags |= HAS_OTHER_KEY;
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
  if (limitKeys !== undefined) {
    writeLength(into, end, limitKeys);
    end = append(into, end + 2, limitKeys);
  }
  if (!(flags & HAS_OTHER_KEY)) return end;
  writeLength(into, end, owner.clientKey);
  return append(into, end + 2, owner.clientKey);
}

/** Length of the record that starts at `offset`. */
export function storedRecordLength(bytes: Uint8Array, offset: number): number {
  const end = otherKeyAt(bytes, offset);
  return ((bytes[offset] as number) & HAS_OTHER_KEY ? end + 2 + readLength(bytes, end) : end) - offset;
}

/** Where a key that is neither identifier nor hardware address is, if there is one, with its length before it. */
function otherKeyAt(bytes: Uint8Array, offset: number): number {
  const at = limitKeysAt(bytes, offset);
  return (bytes[offset] as number) & HAS_LIMIT_KEYS ? at + 2 + readLength(bytes, at) : at;
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
    // The same view, where they are the same.
    clientKey: flags & KEY_IS_IDENTIFIER && clientIdentifier !== undefined ? clientIdentifier : recordKey(bytes, offset),
    clientIdentifier,
    htype: bytes[hardware] as number,
    chaddr: bytes.subarray(hardware + 1, identifier),
    hostname: flags & HAS_HOSTNAME ? bytes.subarray(hostname, vendorClass) : undefined,
    vendorClass: flags & HAS_VENDOR_CLASS ? bytes.subarray(vendorClass, relay) : undefined,
    relayAgentInformation: flags & HAS_RELAY ? bytes.subarray(relay, end) : undefined,
    limitKeys: recordLimitKeys(bytes, offset),
  };
}

/** The client key of the record at `offset`, as a view; without reading the rest. */
export function recordKey(bytes: Uint8Array, offset: number): Uint8Array {
  const start = keyStart(bytes, offset);
  return bytes.subarray(start, start + keyLength(bytes, offset));
}

/** Whether the client key of the record at `offset` is `key`; without making views. */
export function recordHasKey(bytes: Uint8Array, offset: number, key: Uint8Array): boolean {
  const length = keyLength(bytes, offset);
  if (length !== key.length) return false;
  const start = keyStart(bytes, offset);
  for (let i = 0; i < length; i++) if (bytes[start + i] !== key[i]) return false;
  return true;
}

function keyStart(bytes: Uint8Array, offset: number): number {
  const flags = bytes[offset] as number;
  const hardware = offset + HEADER;
  if (flags & KEY_IS_IDENTIFIER) return hardware + 1 + (bytes[offset + 1] as number);
  return flags & HAS_OTHER_KEY ? otherKeyAt(bytes, offset) + 2 : hardware;
}

function keyLength(bytes: Uint8Array, offset: number): number {
  const flags = bytes[offset] as number;
  if (flags & KEY_IS_IDENTIFIER) return readLength(bytes, offset + 2);
  return flags & HAS_OTHER_KEY ? readLength(bytes, otherKeyAt(bytes, offset)) : 1 + (bytes[offset + 1] as number);
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
