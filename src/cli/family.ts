/** The addresses of `probe` and `bench`: how they are written, and how datagrams get to them. */
import { openIpv6Transport, openTransport } from "../io/open.ts";
import type { Transport, TransportOptions } from "../io/transport.ts";
import { formatIpv4, IPV4_ANY, IPV4_BROADCAST, type Ipv4, parseIpv4 } from "../net/ipv4.ts";
import { formatIpv6, IPV6_UNSPECIFIED, type Ipv6, parseIpv6 } from "../net/ipv6.ts";
import * as dhcp4Ports from "../wire/dhcp4/ports.ts";
import * as dhcp6Ports from "../wire/dhcp6/ports.ts";

export interface Family<A> {
  readonly name: string;
  readonly socket: "udp4" | "udp6";
  readonly unspecified: A;
  /** The ports of servers and relays, and of clients. */
  readonly serverPort: number;
  readonly clientPort: number;
  /** For messages about a wrong command line. */
  readonly exampleAddress: string;
  readonly exampleEndpoint: string;
  parse(text: string): A | undefined;
  format(address: A): string;
  /** Reads `ADDRESS` or ADDRESS and port as the family writes them; undefined when malformed. */
  split(text: string): { readonly address: string; readonly port: string | undefined } | undefined;
  join(address: string, port: number): string;
  /** Whether it stands for any number of machines, so that nothing can be said of a closed port. */
  isGroup(address: A): boolean;
  open(options: TransportOptions<A>): Promise<Transport<A>>;
}

export const IPV4: Family<Ipv4> = {
  name: "IPv4",
  socket: "udp4",
  unspecified: IPV4_ANY,
  serverPort: dhcp4Ports.SERVER_PORT,
  clientPort: dhcp4Ports.CLIENT_PORT,
  exampleAddress: "192.168.5.1",
  exampleEndpoint: "127.0.0.1:6767",
  parse: parseIpv4,
  format: formatIpv4,
  split(text) {
    const [address = "", port, ...rest] = text.split(":");
    return rest.length > 0 ? undefined : { address, port };
  },
  join: (address, port) => `${address}:${port}`,
  isGroup: (address) => address === IPV4_BROADCAST,
  open: openTransport,
};

export const IPV6: Family<Ipv6> = {
  name: "IPv6",
  socket: "udp6",
  unspecified: IPV6_UNSPECIFIED,
  serverPort: dhcp6Ports.SERVER_PORT,
  clientPort: dhcp6Ports.CLIENT_PORT,
  exampleAddress: "2001:db8::1",
  exampleEndpoint: "[::1]:6547",
  parse: parseIpv6,
  format: formatIpv6,
  split(text) {
    const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text);
    return bracketed === null ? { address: text, port: undefined } : { address: bracketed[1] as string, port: bracketed[2] };
  },
  join: (address, port) => `[${address}]:${port}`,
  isGroup: (address) => address[0] === 0xff,
  open: openIpv6Transport,
};
