import { sha256 } from "@noble/hashes/sha2.js";
import { wireOfName } from "./name.ts";

/** Bytes of an identifier that say what it is made of (RFC 4701 section 3.3). */
const TYPE_SIZE = 2;
const SHA_256 = 1;

/** What a client is told apart by (RFC 4701 section 3.3): the first two bytes of an identifier. */
export const IdentifierType = {
  /** htype and chaddr. */
  hardware: 0,
  /** The client identifier option of DHCPv4, with the type in front. */
  clientIdentifierOption: 1,
  duid: 2,
} as const;

/**
 * The data of a DHCID record (RFC 4701 section 3.5): who has a name, so that only those who know
 * the client can tell. `identifier`: its type in two bytes, then the data.
 */
export function dhcidOf(identifier: Uint8Array, name: string): Uint8Array {
  const data = new Uint8Array(TYPE_SIZE + 1 + sha256.outputLen);
  data.set(identifier.subarray(0, TYPE_SIZE));
  data[TYPE_SIZE] = SHA_256;
  data.set(sha256.create().update(identifier.subarray(TYPE_SIZE)).update(wireOfName(name)).digest(), TYPE_SIZE + 1);
  return data;
}
