import { networkInterfaces } from "node:os";
import type { DnsEndpoint } from "../../config/model/names.ts";
import { formatEndpoint } from "../../net/address.ts";
import { createTrouble, messageOf, type Tell } from "../tell.ts";
import { followsInterfaces, type Interfaces, placesOf } from "./places.ts";
import type { TcpService } from "./tcp.ts";
import { type Listener, listenByUdp, type UdpParts } from "./udp.ts";

/** How often it is looked whether addresses have come or gone, and what failed is tried again. */
const LOOK_EVERY = 5000;

export interface ListeningParts {
  readonly udp: Pick<UdpParts, "onDatagram" | "onUnsent">;
  readonly tcp: TcpService;
  readonly tell: Tell;
  /** Where is listened, or to be listened, may be another place now. */
  readonly onPlaces: (places: readonly DnsEndpoint[]) => void;
  /** What `node:os` says, for tests. */
  readonly interfaces?: () => Interfaces;
  /** In milliseconds, for tests. */
  readonly lookEvery?: number;
}

/** Where is listened, now and as the machine's addresses change. */
export interface Listening {
  /** Settles when each place has been tried. */
  configure(listen: readonly DnsEndpoint[]): Promise<void>;
  /** Places that work, by both UDP and TCP. */
  open(): readonly DnsEndpoint[];
  /** Why others don't. */
  problems(): readonly string[];
  close(): Promise<void>;
}

/** A place that is listened at, or to be. */
interface Place {
  readonly at: DnsEndpoint;
  udp: Listener | undefined;
  tcp: Listener | undefined;
  problem: string | undefined;
}

/** A place that can't be listened at is tried again, and others are not held up by it. */
export function createListening(parts: ListeningParts): Listening {
  const { udp, tcp, tell, onPlaces, interfaces = networkInterfaces, lookEvery = LOOK_EVERY } = parts;
  const present = new Map<string, Place>();
  const trouble = createTrouble(tell, "dns: it can't be found out where to listen", "dns: it is known again where to listen");
  let wanted: readonly DnsEndpoint[] = [];
  let closed = false;
  let last: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    const isWhole = [...present.values()].every(({ problem }) => problem === undefined);
    if (followsInterfaces(wanted) || !isWhole) void look();
  }, lookEvery);

  /** One look after the other. */
  function look(): Promise<void> {
    last = last.then(lookNow).then(trouble.over, (error) => trouble.happened(messageOf(error)));
    return last;
  }

  async function lookNow(): Promise<void> {
    const places = closed ? [] : placesOf(wanted, interfaces());
    const keys = new Set(places.map(keyOf));
    for (const [key, place] of present) {
      if (keys.has(key)) continue;
      present.delete(key);
      shut(place);
    }
    if (closed) return;
    onPlaces(places);
    for (const at of places) {
      const place = present.get(keyOf(at)) ?? { at, udp: undefined, tcp: undefined, problem: undefined };
      present.set(keyOf(at), place);
      await open(place);
    }
  }

  async function open(place: Place): Promise<void> {
    const { at } = place;
    const broken = (what: "udp" | "tcp") => (error: Error) => {
      place[what] = undefined;
      fail(place, `listening at ${formatEndpoint(at)} ended: ${error.message}`);
    };
    if (place.udp !== undefined && place.tcp !== undefined) return;
    try {
      place.udp ??= await listenByUdp({ ...udp, at, onBroken: broken("udp") });
      place.tcp ??= await tcp.listen(at, broken("tcp"));
      place.problem = undefined;
      tell("info", `dns: listening at ${formatEndpoint(at)}`);
    } catch (error) {
      fail(place, messageOf(error));
    }
  }

  function fail(place: Place, problem: string): void {
    if (problem !== place.problem) tell("warn", `dns: ${problem}; it is tried again every ${lookEvery / 1000} s`);
    place.problem = problem;
  }

  return {
    configure(listen) {
      wanted = listen;
      return look();
    },
    open: () => [...present.values()].filter((place) => place.udp !== undefined && place.tcp !== undefined).map(({ at }) => at),
    problems: () => [...present.values()].flatMap(({ problem }) => problem ?? []),
    async close() {
      closed = true;
      clearInterval(timer);
      await look();
    },
  };
}

function shut({ udp, tcp }: Place): void {
  udp?.close();
  tcp?.close();
}

function keyOf({ address, port }: DnsEndpoint): string {
  return `${address} ${port}`;
}
