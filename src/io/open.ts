import type { Ipv4 } from "../net/ipv4.ts";
import type { Ipv6 } from "../net/ipv6.ts";
import type { Ipv6Prefix } from "../net/ipv6-prefix.ts";
import { type Ipv4TransportOptions, openIpv4Transport } from "./linux/ipv4-transport.ts";
import { type Ipv6TransportOptions, openIpv6Transport as openLinuxIpv6Transport } from "./linux/ipv6-transport.ts";
import { openLinuxIpv6Prober } from "./linux/neighbor-prober.ts";
import { openLinuxProber } from "./linux/prober.ts";
import { openLinuxRoutes } from "./linux/routes.ts";
import {
  openIpv6ServerListener as openLinuxIpv6ServerListener,
  openServerListener as openLinuxServerListener,
} from "./linux/server-listener.ts";
import { openPortableTransport } from "./portable.ts";
import { PORTABLE_IPV4, PORTABLE_IPV6 } from "./portable-family.ts";
import type { Prober } from "./prober.ts";
import type { Routes } from "./routes.ts";
import type { ServerListener } from "./server-listener.ts";
import { type Transport, TransportError } from "./transport.ts";

/** Which sockets to open: those of Linux where possible, else the portable ones, by default. */
interface Kind {
  readonly kind?: "linux" | "portable" | undefined;
}

/** Opens the sockets for IPv4. Rejects with a TransportError that says what to do. */
export function openTransport(options: Ipv4TransportOptions & Kind): Promise<Transport<Ipv4>> {
  return openEither(
    options.kind,
    () => openIpv4Transport(options),
    () => openPortableTransport(PORTABLE_IPV4, options),
  );
}

/** The same for IPv6. */
export function openIpv6Transport(options: Ipv6TransportOptions & Kind): Promise<Transport<Ipv6>> {
  return openEither(
    options.kind,
    () => openLinuxIpv6Transport(options),
    () => openPortableTransport(PORTABLE_IPV6, options),
  );
}

async function openEither<A>(
  kind: Kind["kind"],
  openLinux: () => Promise<Transport<A>>,
  openPortable: () => Promise<Transport<A>>,
): Promise<Transport<A>> {
  if (kind === "portable") return openPortable();
  try {
    return await openLinux();
  } catch (error) {
    const unavailable = error instanceof TransportError && error.code === "ENOSYS";
    if (unavailable && kind === undefined) return openPortable();
    throw error;
  }
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
export function openProber(): Promise<Prober<Ipv4>> {
  return openAllowed(openLinuxProber);
}

/** The same for IPv6. What is asked about may be an `Ipv6Prefix` of 128 bits, as leases have it. */
export function openIpv6Prober(): Promise<Prober<Ipv6 | Ipv6Prefix>> {
  return openAllowed(openLinuxIpv6Prober);
}

async function openAllowed<A>(open: () => Promise<Prober<A>>): Promise<Prober<A>> {
  try {
    return await open();
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

/**
 * Opens what hears other DHCPv4 servers; undefined where the system or the privileges do not allow
 * it.
 */
export function openServerListener(): Promise<ServerListener | undefined> {
  return openIfAllowed(openLinuxServerListener);
}

/** The same for DHCPv6. */
export function openIpv6ServerListener(): Promise<ServerListener | undefined> {
  return openIfAllowed(openLinuxIpv6ServerListener);
}

async function openIfAllowed<T>(open: () => Promise<T>): Promise<T | undefined> {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    return undefined;
  }
}

/**
 * Opens the way to the system's routes of IPv6. Rejects with a TransportError where there is none;
 * whether this process may change them shows at the first change.
 */
export function openRoutes(): Promise<Routes> {
  return openLinuxRoutes();
}
