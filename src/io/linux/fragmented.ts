import type { Ipv4 } from "../../net/ipv4.ts";

/** Few are remembered; whoever sends more of them loses his own. */
const MOST = 64;

interface Sender {
  readonly source: Ipv4;
  readonly sourcePort: number;
  readonly interfaceIndex: number;
  /**
   * Broadcasts of this sender that came in one piece since, whose copies the UDP socket has not
   * given out yet.
   */
  whole: number;
}

/**
 * Broadcasts that came in fragments. The packet socket hears their first one, and only the UDP
 * socket has the whole, among copies of those that the packet socket heard whole: whatever it has
 * of a sender beyond those was put together from fragments.
 */
export interface Fragmented {
  /** The packet socket heard a first fragment. */
  heardFirst(source: Ipv4, sourcePort: number, interfaceIndex: number): void;
  /** The packet socket heard a whole broadcast. */
  heardWhole(source: Ipv4, sourcePort: number, interfaceIndex: number): void;
  /**
   * Whether the broadcast that the UDP socket gives out was put together from fragments. To be
   * asked once for each.
   */
  isPutTogether(source: Ipv4, sourcePort: number, interfaceIndex: number): boolean;
}

export function createFragmented(): Fragmented {
  const senders: Sender[] = [];

  function find(source: Ipv4, sourcePort: number, interfaceIndex: number): number {
    for (let i = 0; i < senders.length; i++) {
      const sender = senders[i] as Sender;
      if (sender.source === source && sender.sourcePort === sourcePort && sender.interfaceIndex === interfaceIndex) return i;
    }
    return -1;
  }

  return {
    heardFirst(source, sourcePort, interfaceIndex) {
      if (senders.length >= MOST) senders.shift();
      senders.push({ source, sourcePort, interfaceIndex, whole: 0 });
    },
    heardWhole(source, sourcePort, interfaceIndex) {
      const sender = senders[find(source, sourcePort, interfaceIndex)];
      if (sender !== undefined) sender.whole++;
    },
    isPutTogether(source, sourcePort, interfaceIndex) {
      const at = find(source, sourcePort, interfaceIndex);
      const sender = senders[at];
      if (sender === undefined) return false;
      if (sender.whole > 0) {
        sender.whole--;
        return false;
      }
      senders.splice(at, 1);
      return true;
    },
  };
}
