import type { ServedInterface } from "../../src/engine/dhcp4/decide.ts";
import type { Datagram } from "../../src/io/transport.ts";
import type { Destination } from "../../src/net/destination.ts";
import { IPV4_BROADCAST, type Ipv4 } from "../../src/net/ipv4.ts";
import { encodeMessage } from "../../src/wire/dhcp4/encode.ts";
import type { Message } from "../../src/wire/dhcp4/message.ts";
import type { Random } from "../support/random.ts";
import type { Events } from "./events.ts";

/** Where hosts are: on a link of the server's machine, or behind a relay. */
export interface Link {
  readonly name: string;
  /** The interface of the server that messages come in by. */
  readonly interface: ServedInterface;
  /** giaddr of the relay; undefined: the server is on this link itself. */
  readonly relay: Ipv4 | undefined;
  /** The first 16 bits of the addresses that hosts get here. */
  readonly networks: readonly number[];
}

/** A host as the network sees it. */
export interface Station {
  readonly hardwareAddress: Uint8Array;
  /** Undefined: its cable is unplugged. */
  readonly link: Link | undefined;
  /** The address that it uses now. */
  readonly address: Ipv4 | undefined;
  receive(bytes: Uint8Array): void;
}

/** What becomes of datagrams on the way: shares from 0 to 1. */
export interface Weather {
  loss: number;
  duplication: number;
  /** Of those that are delayed for seconds, so that they come after later ones. */
  delay: number;
}

/** Datagrams are never under way for longer than this, in milliseconds: who waits longer before he starts anew meets nothing of before. */
export const LONGEST_WAY = 8000;
const RELAY_AGENT_INFORMATION = 82;

export class Network {
  readonly weather: Weather = { loss: 0, duplication: 0, delay: 0 };
  readonly #travel: (arrive: () => void) => void;
  readonly #links: readonly Link[];
  readonly #toServer: (datagram: Datagram<Ipv4>) => void;
  readonly #stations = new Map<string, Station>();

  constructor(events: Events, random: Random, links: readonly Link[], toServer: (datagram: Datagram<Ipv4>) => void) {
    this.#travel = createTravel(events, random, this.weather);
    this.#links = links;
    this.#toServer = toServer;
  }

  add(station: Station): void {
    this.#stations.set(keyOf(station.hardwareAddress), station);
  }

  /** A host sends to port 67. */
  send(link: Link, message: Message, from: Ipv4, to: Ipv4): void {
    const { relay } = link;
    const relayed = relay !== undefined && to === IPV4_BROADCAST;
    const bytes = encodeMessage(relayed ? throughRelay(message, relay, link) : message);
    this.#travel(() =>
      this.#toServer({
        bytes: bytes.slice(),
        length: bytes.length,
        source: relayed ? relay : from,
        sourcePort: relayed ? 67 : 68,
        destination: relayed ? link.interface.address : to,
        interfaceIndex: link.interface.index,
        waited: 0,
      }),
    );
  }

  /** The server sends. */
  deliver(message: Message, to: Destination<Ipv4>): void {
    const bytes = encodeMessage(message);
    this.#travel(() => {
      for (const station of this.#reached(message, to)) station.receive(bytes.slice());
    });
  }

  #reached(message: Message, { address, hardwareAddress, interfaceIndex }: Destination<Ipv4>): Station[] {
    const relayed = this.#links.find(({ relay }) => relay === address);
    if (relayed !== undefined) return this.#on(message.chaddr, ({ link }) => link === relayed);
    const isDirect = ({ link }: Station): boolean => link?.relay === undefined && link?.interface.index === interfaceIndex;
    if (hardwareAddress !== undefined) return this.#on(hardwareAddress, isDirect);
    // Whoever else hears a broadcast knows that it is not for him.
    if (address === IPV4_BROADCAST) return this.#on(message.chaddr, isDirect);
    return this.#on(message.chaddr, (station) => station.address === address && station.link !== undefined);
  }

  #on(hardwareAddress: Uint8Array, where: (station: Station) => boolean): Station[] {
    const station = this.#stations.get(keyOf(hardwareAddress));
    return station !== undefined && where(station) ? [station] : [];
  }
}

/** What becomes of a datagram in this weather, which may change. */
export function createTravel(events: Events, random: Random, weather: Weather): (arrive: () => void) => void {
  const chance = (share: number): boolean => random.next() < share * 2 ** 32;
  return (arrive) => {
    const { loss, duplication, delay } = weather;
    for (let copies = chance(duplication) ? 2 : 1; copies > 0; copies--) {
      if (chance(loss)) continue;
      events.after(chance(delay) ? random.below(LONGEST_WAY) : random.below(10), arrive);
    }
  };
}

export function keyOf(hardwareAddress: Uint8Array): string {
  return String.fromCharCode(...hardwareAddress);
}

/** As RFC 3046 says: giaddr, one more hop, and option 82 with the circuit that the host is behind. */
function throughRelay(message: Message, giaddr: Ipv4, link: Link): Message {
  const circuit = new TextEncoder().encode(link.name);
  const data = Uint8Array.of(1, circuit.length, ...circuit);
  return { ...message, giaddr, hops: message.hops + 1, options: [...message.options, { code: RELAY_AGENT_INFORMATION, data }] };
}
