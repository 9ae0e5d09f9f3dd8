import { toHex } from "./bytes.ts";
import { formatIpv4, parseIpv4, readIpv4, writeIpv4 } from "./ipv4.ts";
import { formatIpv6, parseIpv6 } from "./ipv6.ts";

/**
 * Text of an address of whatever kind, by its bytes in network order: IPv4, IPv6, or a prefix of
 * IPv6 with its length behind it.
 */
export function formatAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return formatIpv4(readIpv4(bytes, 0));
  if (bytes.length === 16) return formatIpv6(bytes);
  return bytes.length === 17 ? `${formatIpv6(bytes)}/${bytes[16]}` : toHex(bytes);
}

/** The 4 or 16 bytes of an IPv4 or IPv6 address as text; undefined: it is none. */
export function parseAddress(text: string): Uint8Array | undefined {
  if (text.includes(":")) return parseIpv6(text);
  const address = parseIpv4(text);
  if (address === undefined) return undefined;
  const bytes = new Uint8Array(4);
  writeIpv4(bytes, 0, address);
  return bytes;
}

/** An address and a port as text: `192.0.2.1:53`, `[2001:db8::1]:53`. */
export function formatEndpoint({ address, port }: { readonly address: string; readonly port: number }): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
