import { hardwareKey } from "../../leases/client-key.ts";
import type { Message } from "../../wire/dhcp4/message.ts";

/**
 * What a client is known by (RFC 2131 section 4.2): option 61, or htype and chaddr when it sent none or when option 61 is not to be
 * looked at. Undefined when the message has neither; a hardware address of zeros alone identifies nobody (RFC 6842 section 2).
 */
export function clientKeyOf(message: Message, clientIdentifier: Uint8Array | undefined, chaddrOnly: boolean): Uint8Array | undefined {
  if (!chaddrOnly && clientIdentifier !== undefined && clientIdentifier.length > 0) return clientIdentifier;
  const { chaddr } = message;
  return isZero(chaddr) ? undefined : hardwareKey(message.htype, chaddr);
}

export function isZero(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== 0) return false;
  return true;
}

/**
 * Whether a value that is kept with the lease and echoed was put together from so many pieces (RFC 3396) that it is no identity but an attempt
 * to fill our memory. RFC 3046 section 2 limits option 82 to 255 bytes.
 */
export function isTooLong(value: Uint8Array | undefined): boolean {
  return value !== undefined && value.length > 255;
}
