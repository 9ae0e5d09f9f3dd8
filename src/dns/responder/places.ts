import type { NetworkInterfaceInfo } from "node:os";
import type { DnsEndpoint } from "../../config/model/names.ts";
import { parseAddress } from "../../net/address.ts";
import { isLinkLocal, parseIpv6 } from "../../net/ipv6.ts";

/** As `networkInterfaces` of node:os tells. */
export type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/**
 * Where to listen: what stands for all addresses is each of them by itself, for else answers leave
 * from whichever the system likes. `::` stands for those of IPv4 too.
 */
export function placesOf(listen: readonly DnsEndpoint[], interfaces: Interfaces): readonly DnsEndpoint[] {
  const found = new Map<string, DnsEndpoint>();
  const add = (address: string, port: number): void => void found.set(`${address} ${port}`, { address, port });
  for (const { address, port } of listen) {
    const families = familiesOf(address);
    if (families.length === 0) add(address, port);
    else for (const own of addressesOf(interfaces)) if (families.includes(own.includes(":") ? 6 : 4)) add(own, port);
  }
  return [...found.values()];
}

/** Whether it changes with the interfaces where is listened. */
export function followsInterfaces(listen: readonly DnsEndpoint[]): boolean {
  return listen.some(({ address }) => familiesOf(address).length > 0);
}

/** Those that an address stands for all of; none: it stands for itself. */
function familiesOf(address: string): readonly (4 | 6)[] {
  if (address === "0.0.0.0") return [4];
  return parseIpv6(address)?.every((byte) => byte === 0) === true ? [4, 6] : [];
}

function addressesOf(interfaces: Interfaces): readonly string[] {
  return Object.entries(interfaces).flatMap(([name, entries = []]) =>
    entries.map(({ address }) => (isOfLink(address) ? `${address}%${name}` : address)),
  );
}

function isOfLink(address: string): boolean {
  const bytes = parseIpv6(address);
  return bytes !== undefined && isLinkLocal(bytes);
}

/**
 * The addresses that others reach this server at, of 4 or 16 bytes, in an order that is always the
 * same. That of the machine to itself is one only if there is no other.
 */
export function reachableAt(places: readonly DnsEndpoint[]): readonly Uint8Array[] {
  const texts = [...new Set(places.map(({ address }) => address))].filter((address) => !address.includes("%") && !isOfLink(address)).sort();
  const isLoopback = (address: string): boolean => address.startsWith("127.") || address === "::1";
  const others = texts.filter((address) => !isLoopback(address));
  return (others.length > 0 ? others : texts).flatMap((address) => parseAddress(address) ?? []);
}
