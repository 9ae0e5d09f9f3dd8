import { networkInterfaces } from "node:os";
import { type Ipv4, parseIpv4 } from "../net/ipv4.ts";
import { type Ipv6, parseIpv6 } from "../net/ipv6.ts";
import { parseMac } from "../net/mac.ts";
import { hasLinuxLink, listLinuxInterfaces } from "./linux/interfaces.ts";
import { IPV4 } from "./linux/ipv4.ts";
import { IPV6 } from "./linux/ipv6.ts";
import { type LocalInterface, TransportError } from "./transport.ts";

/**
 * The interfaces of this machine as they are now, with their IPv4 addresses, in the system's order.
 */
export function listInterfaces(): Promise<LocalInterface<Ipv4>[]> {
  return listOf(
    () => listLinuxInterfaces(IPV4),
    () => listPortableInterfaces(),
  );
}

/** The same with their IPv6 addresses, those of the link included. */
export function listIpv6Interfaces(): Promise<LocalInterface<Ipv6>[]> {
  return listOf(
    () => listLinuxInterfaces(IPV6),
    () => listByNode("IPv6", parseIpv6),
  );
}

async function listOf<T>(linux: () => Promise<T>, portable: () => T): Promise<T> {
  if (process.platform !== "linux") return portable();
  try {
    return await linux();
  } catch (error) {
    if (error instanceof TransportError && error.code === "ENOSYS") return portable();
    throw error;
  }
}

/**
 * What `node:os` knows: interfaces that are up and have an address. It does not tell the index, so
 * these are numbered from 1; the portable transport uses the same numbers, and to the system they
 * mean nothing.
 */
export function listPortableInterfaces(): LocalInterface<Ipv4>[] {
  return listByNode("IPv4", parseIpv4);
}

function listByNode<A>(family: "IPv4" | "IPv6", parse: (text: string) => A | undefined): LocalInterface<A>[] {
  return Object.entries(networkInterfaces()).map(([name, entries = []], i) => ({
    index: i + 1,
    name,
    up: true,
    loopback: entries.some((entry) => entry.internal),
    hardwareAddress: parseMac(entries[0]?.mac ?? "") ?? new Uint8Array(0),
    addresses: entries.flatMap((entry) => {
      const address = parse(entry.address);
      const prefixLength = Number(entry.cidr?.split("/")[1]);
      return entry.family === family && address !== undefined && Number.isInteger(prefixLength) ? [{ address, prefixLength }] : [];
    }),
  }));
}

/**
 * The interfaces of these names, in this order. Throws a TransportError that says which there are
 * when one is missing.
 */
export function interfacesNamed<A>(interfaces: readonly LocalInterface<A>[], names: readonly string[]): LocalInterface<A>[] {
  return names.map((name) => {
    const found = interfaces.find((candidate) => candidate.name === name);
    if (found !== undefined) return found;
    const known = interfaces.map((candidate) => candidate.name).join(", ");
    throw new TransportError("ENODEV", `there is no network interface "${name}" on this machine; it has ${known}`);
  });
}

/**
 * Whether the interface is up and its link too: the cable plugged in, the access point found. Rejects
 * with a TransportError where the system does not tell.
 */
export function hasLink(interfaceIndex: number): Promise<boolean> {
  return hasLinuxLink(interfaceIndex);
}
