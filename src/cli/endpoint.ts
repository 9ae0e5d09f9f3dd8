/** How `probe` and `bench` find the server that they talk to. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { LocalInterface } from "../io/transport.ts";
import type { Destination } from "../net/destination.ts";
import { IPV4_ANY, IPV4_BROADCAST, type Ipv4 } from "../net/ipv4.ts";
import { type Family, IPV4 } from "./family.ts";
import { unreachable } from "./unreachable.ts";

/** Where `npm start` listens. */
export const QUICKSTART_SERVER = "127.0.0.1:6767";

export interface Endpoint<A> {
  readonly address: A;
  readonly port: number;
}

/** A wrong command line; the message says what and how it should be. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}

/** Reads an address and perhaps a port, which is that of servers when it is not given. */
export function parseEndpoint<A>(family: Family<A>, text: string): Endpoint<A> {
  const parts = family.split(text);
  const address = parts === undefined ? undefined : family.parse(parts.address);
  const port = parts?.port === undefined ? family.serverPort : Number(parts.port);
  if (address === undefined || parts?.port === "" || !Number.isInteger(port) || port < 1 || port > 65535) {
    throw new UsageError(`--server ${text}: write an ${family.name} address and perhaps a port, such as ${family.exampleEndpoint}`);
  }
  return { address, port };
}

export function formatEndpoint<A>(family: Family<A>, { address, port }: Endpoint<A>): string {
  return family.join(family.format(address), port);
}

/**
 * The address of this machine from which datagrams to this address leave, by the routing table.
 * Nothing is sent. Rejects with a TransportError where there is no way there.
 */
export async function localAddressTowards<A>(family: Family<A>, address: A): Promise<A> {
  const socket = createSocket(family.socket);
  try {
    socket.connect(family.serverPort, family.format(address));
    await once(socket, "connect");
    return family.parse(socket.address().address) ?? family.unspecified;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === undefined ? error : unreachable(family, address, code);
  } finally {
    socket.close();
  }
}

/** Reads an address; `option` is named in the error. */
export function parseAddress<A>(family: Family<A>, option: string, text: string): A {
  const address = family.parse(text);
  if (address === undefined) throw new UsageError(`${option} ${text}: not an ${family.name} address, such as ${family.exampleAddress}`);
  return address;
}

/** Reads a decimal number (hex with 0x) from `min` to `max`; `option` is named in the error. */
export function parseNumber(option: string, text: string, min: number, max: number, whole: boolean): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!(value >= min && value <= max) || (whole && !Number.isInteger(value))) {
    throw new UsageError(`${option} ${text}: a ${whole ? "whole " : ""}number from ${min} to ${max}`);
  }
  return value;
}

/** The Ethernet address of all stations on a link. */
const ETHERNET_BROADCAST: Uint8Array = new Uint8Array(6).fill(255);

/** How datagrams leave by one link. */
export interface LinkWay<A> {
  readonly interfaces: readonly LocalInterface<A>[];
  readonly destination: Destination<A>;
}

/**
 * The way to all servers on a link for a client that has no address yet: from 0.0.0.0, whatever
 * addresses the interface has.
 */
export function linkBroadcast(link: LocalInterface<Ipv4>): LinkWay<Ipv4> {
  const isEthernet = !link.loopback && link.hardwareAddress.length === 6;
  return {
    interfaces: [{ ...link, addresses: [{ address: IPV4_ANY, prefixLength: 0 }] }],
    destination: {
      address: IPV4_BROADCAST,
      port: IPV4.serverPort,
      hardwareAddress: isEthernet ? ETHERNET_BROADCAST : undefined,
      interfaceIndex: link.index,
      source: IPV4_ANY,
    },
  };
}
