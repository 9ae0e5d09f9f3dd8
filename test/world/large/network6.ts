import { ALL_DHCP_RELAY_AGENTS_AND_SERVERS } from "../../../src/client/dhcp6/messages.ts";
import type { ServedInterface } from "../../../src/engine/dhcp6/exchange.ts";
import type { Datagram } from "../../../src/io/transport.ts";
import { equalBytes } from "../../../src/net/bytes.ts";
import type { Destination } from "../../../src/net/destination.ts";
import type { Ipv6 } from "../../../src/net/ipv6.ts";
import { decode } from "../../../src/wire/dhcp6/decode.ts";
import { encodeMessage } from "../../../src/wire/dhcp6/encode.ts";
import type { Message, Relay } from "../../../src/wire/dhcp6/message.ts";
import type { Random } from "../../support/random.ts";
import type { Events } from "../events.ts";
import { LONGEST_WAY, type Weather } from "../network.ts";

/** A link, as DHCPv6 sees it: on the server's machine, or behind a relay. */
export interface Link6 {
  readonly name: string;
  readonly interface: ServedInterface;
  /** link-address of the relay, which is its own; undefined: the server is on this link itself. */
  readonly relay: Ipv6 | undefined;
}

/** A host as the network sees it. */
export interface Station6 {
  readonly linkLocal: Ipv6;
  /** Undefined: its cable is unplugged. */
  readonly link: Link6 | undefined;
  receive(bytes: Uint8Array): void;
}

export class Network6 {
  readonly #weather: Weather;
  readonly #events: Events;
  readonly #random: Random;
  readonly #toServer: (datagram: Datagram<Ipv6>) => void;
  readonly #stations = new Map<string, Station6>();

  constructor(weather: Weather, events: Events, random: Random, toServer: (datagram: Datagram<Ipv6>) => void) {
    this.#weather = weather;
    this.#events = events;
    this.#random = random;
    this.#toServer = toServer;
  }

  add(station: Station6): void {
    this.#stations.set(keyOf(station.linkLocal), station);
  }

  /** A host sends to all relays and servers. */
  send({ relay, interface: { index, addresses } }: Link6, message: Message, from: Ipv6): void {
    const relays: readonly Relay[] = relay === undefined ? [] : [{ hopCount: 0, linkAddress: relay, peerAddress: from, options: [] }];
    const bytes = encodeMessage({ ...message, relays });
    this.#travel(() =>
      this.#toServer({
        bytes: bytes.slice(),
        length: bytes.length,
        source: relay ?? from,
        sourcePort: relay === undefined ? 546 : 547,
        destination: relay === undefined ? ALL_DHCP_RELAY_AGENTS_AND_SERVERS : (addresses[0] as Ipv6),
        interfaceIndex: index,
        waited: 0,
      }),
    );
  }

  /** The server sends. The payload is used again by its sender. */
  deliver(payload: Uint8Array, { address, interfaceIndex }: Destination<Ipv6>): void {
    const decoded = decode(payload.slice());
    if (!decoded.ok) throw new Error(`the server sent what is no message: ${decoded.problem}`);
    const { relays, ...message } = decoded.message;
    const relay = relays.at(-1);
    const bytes = encodeMessage({ ...message, relays: [] });
    const station = this.#stations.get(keyOf(relay?.peerAddress ?? address));
    this.#travel(() => {
      const link = station?.link;
      if (link === undefined) return;
      const reached = relay === undefined ? link.relay === undefined && link.interface.index === interfaceIndex : isBehind(link, relay);
      if (reached) station?.receive(bytes.slice());
    });
  }

  #travel(arrive: () => void): void {
    const { loss, duplication, delay } = this.#weather;
    const chance = (share: number): boolean => this.#random.next() < share * 2 ** 32;
    for (let copies = chance(duplication) ? 2 : 1; copies > 0; copies--) {
      if (chance(loss)) continue;
      this.#events.after(chance(delay) ? this.#random.below(LONGEST_WAY) : this.#random.below(10), arrive);
    }
  }
}

function isBehind(link: Link6, { linkAddress }: Relay): boolean {
  return link.relay !== undefined && equalBytes(link.relay, linkAddress);
}

export function keyOf(address: Uint8Array): string {
  return String.fromCharCode(...address);
}
