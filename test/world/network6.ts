import type { ServedInterface } from "../../src/engine/dhcp6/exchange.ts";
import type { Datagram } from "../../src/io/transport.ts";
import { toHex } from "../../src/net/bytes.ts";
import type { Destination } from "../../src/net/destination.ts";
import { type Ipv6, linkLocalOf, parseIpv6 } from "../../src/net/ipv6.ts";
import type { Ipv6Prefix } from "../../src/net/ipv6-prefix.ts";
import { encodeMessage } from "../../src/wire/dhcp6/encode.ts";
import type { Message } from "../../src/wire/dhcp6/message.ts";
import type { Random } from "../support/random.ts";
import type { Events } from "./events.ts";
import { createTravel, type Weather } from "./network.ts";

/** Where hosts of IPv6 are: on the link of the server, or behind a relay. */
export interface Link6 {
  readonly name: string;
  /** Address of the relay on the link; undefined: the server is on this link itself. */
  readonly relay: Ipv6 | undefined;
}

const address = (text: string): Ipv6 => parseIpv6(text) as Ipv6;
const GROUP = address("ff02::1:2");

/** The link that the server is on, and where it hears its relays. */
export const ETHER = {
  interface: { index: 2, name: "eth0", address: address("fe80::1"), addresses: [address("fe80::1"), address("2001:db8::1")] },
  relays: [address("2001:db8:1::1"), address("2001:db8:2::1")],
} as const satisfies { readonly interface: ServedInterface; readonly relays: readonly [Ipv6, Ipv6] };

interface Host {
  readonly link: Link6;
  readonly receive: (bytes: Uint8Array) => void;
}

/** The network of a world for IPv6. */
export class Network6 {
  readonly weather: Weather = { loss: 0, duplication: 0, delay: 0 };
  readonly #travel: (arrive: () => void) => void;
  readonly #relays: ReadonlyMap<string, Link6>;
  readonly #toServer: (datagram: Datagram<Ipv6 | Ipv6Prefix>) => void;
  readonly #hosts = new Map<string, Host>();

  constructor(events: Events, random: Random, links: readonly Link6[], toServer: (datagram: Datagram<Ipv6 | Ipv6Prefix>) => void) {
    this.#travel = createTravel(events, random, this.weather);
    this.#relays = new Map(links.flatMap((link) => (link.relay === undefined ? [] : [[toHex(link.relay), link]])));
    this.#toServer = toServer;
  }

  /** A host, known by the link-local address that it makes of its hardware address. */
  add(hardwareAddress: Uint8Array, link: Link6, receive: (bytes: Uint8Array) => void): void {
    this.#hosts.set(toHex(linkLocalOf(hardwareAddress)), { link, receive });
  }

  /** A host sends to all relays and servers of its link. */
  send({ relay }: Link6, hardwareAddress: Uint8Array, message: Message): void {
    const own = linkLocalOf(hardwareAddress);
    const relays = relay === undefined ? [] : [{ hopCount: 0, linkAddress: relay, peerAddress: own, options: [] }];
    const bytes = encodeMessage({ ...message, relays });
    this.#travel(() =>
      this.#toServer({
        bytes: bytes.slice(),
        length: bytes.length,
        source: relay ?? own,
        sourcePort: relay === undefined ? 546 : 547,
        destination: relay === undefined ? GROUP : (ETHER.interface.addresses[1] as Ipv6),
        interfaceIndex: ETHER.interface.index,
        waited: 0,
      }),
    );
  }

  /** The server sends, to a host or to the relay that has the message for one. */
  deliver(message: Message, to: Destination<Ipv6 | Ipv6Prefix>): void {
    const link = this.#relays.get(toHex(to.address));
    const [relay] = message.relays;
    const receiver = link === undefined ? to.address : relay?.peerAddress;
    if (receiver === undefined) return;
    const bytes = encodeMessage({ ...message, relays: [] });
    this.#travel(() => {
      const host = this.#hosts.get(toHex(receiver));
      if (host !== undefined && host.link.relay === link?.relay) host.receive(bytes.slice());
    });
  }
}
