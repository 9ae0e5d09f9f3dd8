import { compareBytes } from "./bytes.ts";
import { formatIpv6, type Ipv6, isLinkLocal, isMulticast, parseIpv6 } from "./ipv6.ts";
import { type Ipv6Prefix, lastAddress } from "./ipv6-prefix.ts";
import type { Ipv6Range } from "./ipv6-range-index.ts";

export type { Ipv6Range } from "./ipv6-range-index.ts";

/** First and last address of the prefix, in bytes of their own. */
export function rangeOfIpv6Prefix(prefix: Ipv6Prefix): Ipv6Range {
  return { start: prefix.slice(0, 16), end: lastAddress(prefix) };
}

/** Reads `first-last`; undefined when malformed or when the end comes before the start. */
export function parseIpv6Range(text: string): Ipv6Range | undefined {
  const dash = text.indexOf("-");
  const start = dash < 0 ? undefined : parseIpv6(text.slice(0, dash).trim());
  const end = dash < 0 ? undefined : parseIpv6(text.slice(dash + 1).trim());
  if (start === undefined || end === undefined || compareBytes(start, end) > 0) return undefined;
  return { start, end };
}

export function formatIpv6Range({ start, end }: Ipv6Range): string {
  return `${formatIpv6(start)}-${formatIpv6(end)}`;
}

/** The address behind this one, in bytes of its own; undefined behind the last. */
export function nextIpv6(address: Ipv6): Ipv6 | undefined {
  const next = address.slice();
  for (let i = next.length - 1; i >= 0; i--) {
    next[i] = (next[i] as number) + 1;
    if (next[i] !== 0) return next;
  }
  return undefined;
}

/** Whether a host may have it: neither ::, ::1, multicast nor link-local (RFC 4291 section 2.4). */
export function isHostIpv6(address: Ipv6): boolean {
  if (isMulticast(address) || isLinkLocal(address)) return false;
  return (address[15] as number) > 1 || address.subarray(0, 15).some((byte) => byte !== 0);
}
