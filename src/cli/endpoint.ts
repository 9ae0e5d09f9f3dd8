/** How `probe` and `bench` find the server that they talk to. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { LocalInterface } from "../io/transport.ts";
import type { Destination } from "../net/destination.ts";
import { formatIpv4, IPV4_ANY, IPV4_BROADCAST, type Ipv4, parseIpv4 } from "../net/ipv4.ts";

/** The port of DHCP servers and relays (RFC 2131 section 4.1). */
export const SERVER_PORT = 67;
export const CLIENT_PORT = 68;

/** Where `npm start` listens. */
export const QUICKSTART_SERVER = "127.0.0.1:6767";

export interface Endpoint {
  readonly address: Ipv4;
  readonly port: number;
}

/** A wrong command line; the message says what and how it should be. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}

/** Reads `ADDRESS` or `ADDRESS:PORT`; the port is 67 when it is not given. */
export function parseEndpoint(text: string): Endpoint {
  const [addressText = "", portText, ...rest] = text.split(":");
  const address = parseIpv4(addressText);
  const port = portText === undefined ? SERVER_PORT : Number(portText);
  if (address === undefined || rest.length > 0 || portText === "" || !Number.isInteger(port) || port < 1 || port > 65535) {
    throw new UsageError(`--server ${text}: write an IPv4 address and perhaps a port, such as ${QUICKSTART_SERVER}`);
  }
  return { address, port };
}

export function formatEndpoint(endpoint: Endpoint): string {
  return `${formatIpv4(endpoint.address)}:${endpoint.port}`;
}

/**
 * The address of this machine from which datagrams to this address leave, by the routing table.
 * Nothing is sent.
 */
export async function localAddressTowards(address: Ipv4): Promise<Ipv4> {
  const socket = createSocket("udp4");
  try {
    socket.connect(SERVER_PORT, formatIpv4(address));
    await once(socket, "connect");
    return parseIpv4(socket.address().address) ?? 0;
  } finally {
    socket.close();
  }
}

/** Reads an address; `option` is named in the error. */
export function parseAddress(option: string, text: string): Ipv4 {
  const address = parseIpv4(text);
  if (address === undefined) throw new UsageError(`${option} ${text}: not an IPv4 address, such as 192.168.5.1`);
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

/**
 * The way to all servers on a link for a client that has no address yet: from 0.0.0.0, whatever
 * addresses the interface has.
 */
export function linkBroadcast(link: LocalInterface<Ipv4>): {
  readonly interfaces: readonly LocalInterface<Ipv4>[];
  readonly destination: Destination<Ipv4>;
} {
  const isEthernet = !link.loopback && link.hardwareAddress.length === 6;
  return {
    interfaces: [{ ...link, addresses: [{ address: IPV4_ANY, prefixLength: 0 }] }],
    destination: {
      address: IPV4_BROADCAST,
      port: SERVER_PORT,
      hardwareAddress: isEthernet ? ETHERNET_BROADCAST : undefined,
      interfaceIndex: link.index,
      source: IPV4_ANY,
    },
  };
}
