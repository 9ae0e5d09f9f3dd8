import { networkInterfaces } from "node:os";
import { parseIpv4 } from "../net/ipv4.ts";
import { parseMac } from "../net/mac.ts";
import { listLinuxInterfaces } from "./linux/interfaces.ts";
import { type LocalInterface, TransportError } from "./transport.ts";

/** The interfaces of this machine as they are now, in the system's order. */
export async function listInterfaces(): Promise<LocalInterface[]> {
  if (process.platform !== "linux") return listPortableInterfaces();
  try {
    return await listLinuxInterfaces();
  } catch (error) {
    if (error instanceof TransportError && error.code === "ENOSYS") return listPortableInterfaces();
    throw error;
  }
}

/**
 * What `node:os` knows: interfaces that are up and have an address. It does not tell the index, so these are numbered from 1;
 * the portable transport uses the same numbers, and to the system they mean nothing.
 */
export function listPortableInterfaces(): LocalInterface[] {
  return Object.entries(networkInterfaces()).map(([name, entries = []], i) => ({
    index: i + 1,
    name,
    up: true,
    loopback: entries.some((entry) => entry.internal),
    hardwareAddress: parseMac(entries[0]?.mac ?? "") ?? new Uint8Array(0),
    addresses: entries.flatMap((entry) => {
      const address = parseIpv4(entry.address);
      const prefixLength = Number(entry.cidr?.split("/")[1]);
      return entry.family === "IPv4" && address !== undefined && Number.isInteger(prefixLength) ? [{ address, prefixLength }] : [];
    }),
  }));
}

/** The interfaces of these names, in this order. Throws a TransportError that says which there are when one is missing. */
export function interfacesNamed(interfaces: readonly LocalInterface[], names: readonly string[]): LocalInterface[] {
  return names.map((name) => {
    const found = interfaces.find((candidate) => candidate.name === name);
    if (found !== undefined) return found;
    const known = interfaces.map((candidate) => candidate.name).join(", ");
    throw new TransportError("ENODEV", `there is no network interface "${name}" on this machine; it has ${known}`);
  });
}
