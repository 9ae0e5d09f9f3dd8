import { hardwareKey } from "../../leases/dhcp4/client-key.ts";
import type { Message } from "../../wire/dhcp4/message.ts";

/**
 * What a client is known by (RFC 2131 section 4.2): option 61, or htype and chaddr when it sent
 * none that identifies it or when option 61 is not to be looked at. Undefined when the message has
 * neither; a hardware address of zeros alone identifies nobody (RFC 6842 section 2).
 */
export function clientKeyOf(message: Message, clientIdentifier: Uint8Array | undefined, chaddrOnly: boolean): Uint8Array | undefined {
  if (!chaddrOnly && identifies(clientIdentifier)) return clientIdentifier;
  const { chaddr } = message;
  return isZero(chaddr) ? undefined : hardwareKey(message.htype, chaddr);
}

/** The shortest client identifier: a type and one byte (RFC 2132 section 9.14). */
const SHORTEST_IDENTIFIER = 2;

/**
 * Whether option 61 says who the client is. A shorter one is echoed and kept as sent, but any
 * number of clients may send the same.
 */
export function identifies(clientIdentifier: Uint8Array | undefined): clientIdentifier is Uint8Array {
  return clientIdentifier !== undefined && clientIdentifier.length >= SHORTEST_IDENTIFIER;
}

export function isZero(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== 0) return false;
  return true;
}

/**
 * Whether a value that is kept with the lease and echoed was put together from so many pieces
 * (RFC 3396) that it is no identity but an attempt to fill our memory. RFC 3046 section 2
 * limits option 82 to 255 bytes.
 */
export function isTooLong(value: Uint8Array | undefined): boolean {
  return value !== undefined && value.length > 255;
}
