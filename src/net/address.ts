import { toHex } from "./bytes.ts";
import { formatIpv4, readIpv4 } from "./ipv4.ts";
import { formatIpv6 } from "./ipv6.ts";

/**
 * Text of an address of whatever kind, by its bytes in network order: IPv4, IPv6, or a prefix of
 * IPv6 with its length behind it.
 */
export function formatAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return formatIpv4(readIpv4(bytes, 0));
  if (bytes.length === 16) return formatIpv6(bytes);
  return bytes.length === 17 ? `${formatIpv6(bytes)}/${bytes[16]}` : toHex(bytes);
}
