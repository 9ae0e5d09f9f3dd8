import type { Ipv4 } from "../net/ipv4.ts";
import type { Ipv6 } from "../net/ipv6.ts";
import { openIpv4Transport } from "./linux/ipv4-transport.ts";
import { type Ipv6TransportOptions, openIpv6Transport as openLinuxIpv6Transport } from "./linux/ipv6-transport.ts";
import { openLinuxProber } from "./linux/prober.ts";
import { openPortableTransport } from "./portable.ts";
import type { Prober } from "./prober.ts";
import { type Transport, TransportError, type TransportOptions } from "./transport.ts";

/**
 * Opens the sockets for IPv4: those of Linux where possible, else the portable ones, unless `kind`
 * says which. Rejects with a TransportError that says what to do.
 */
export async function openTransport(
  options: TransportOptions<Ipv4> & { readonly kind?: "linux" | "portable" | undefined },
): Promise<Transport<Ipv4>> {
  if (options.kind === "portable") return openPortableTransport(options);
  try {
    return await openIpv4Transport(options);
  } catch (error) {
    const unavailable = error instanceof TransportError && error.code === "ENOSYS";
    if (unavailable && options.kind === undefined) return openPortableTransport(options);
    throw error;
  }
}

/**
 * Opens the sockets for IPv6, which only Linux has. Rejects with a TransportError that says what to
 * do.
 */
export function openIpv6Transport(options: Ipv6TransportOptions): Promise<Transport<Ipv6>> {
  return openLinuxIpv6Transport(options);
}

const REASONS: Readonly<Record<string, string>> = {
  EPERM: "that needs root or CAP_NET_RAW",
  EACCES: "that needs root or CAP_NET_RAW",
  ENOSYS: "only the sockets of Linux can ask",
};

/**
 * Opens what this system and these privileges allow. A prober that can't do anything has a
 * limitation that says so.
 */
export async function openProber(): Promise<Prober<Ipv4>> {
  try {
    return await openLinuxProber();
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    const why = REASONS[error.code] ?? error.message;
    return {
      limitations: [`ping_check is on, but addresses are offered without being probed: ${why}.`],
      start() {},
      ask: () => false,
      close() {},
    };
  }
}
