import type { Datagram } from "../io/transport.ts";
import type { Ipv4 } from "../net/ipv4.ts";
import { MessageType } from "../wire/dhcp4/message.ts";
import { peekMessageType } from "../wire/dhcp4/peek.ts";

/*
 * What to leave undone when there is more to do than can be done. Times are in milliseconds.
 *
 * In a full receive queue every message waits as long as the queue is, and what is dropped is whatever comes next. An exchange takes a DISCOVER and
 * a REQUEST, so of each pair that could be served one is often lost, and the work for the other is wasted. So while a queue stands, DISCOVERs that
 * have waited are left to their clients, which repeat them; that keeps the queue short enough that every REQUEST gets in and is answered in time.
 *
 * Where no queue stands everything is served, however long it waited: a machine that was paused for a moment has nothing better to do, and clients still
 * listen after some seconds. RELEASE and DECLINE are served at any time, for no client repeats them.
 */

/** Where a queue stands, an answer after so long is worthless: impatient clients have given up, and the others (RFC 2131 section 4.1: 4 seconds, give or take one) soon repeat themselves. */
const GIVEN_UP = 1000;
/** Who has waited longer than this came in faster than messages are served. In a burst that is as it should be. */
const LATE = 50;
/** How long DISCOVERs may have waited while they are shed: as the receive buffer is limited, so that it has room for REQUESTs at many times the load. */
const LATE_WHILE_SHEDDING = 20;
/** No burst any more when most messages are late for two such periods in a row. */
const PERIOD = 250;
/** While DISCOVERs are shed, messages are late only now and then; the load is over when fewer than one in so many is. */
const FEW = 20;

/** Why a message is not served. */
export type Shed = "waited-too-long" | "overload";

export interface Overload {
  /** Whether DISCOVERs are shed at the moment. */
  readonly shedding: boolean;
  /** Why the datagram is better dropped than served; undefined: serve it. `now` never goes back. */
  check(datagram: Datagram<Ipv4>, now: number): Shed | undefined;
}

export function createOverload(): Overload {
  let shedding = false;
  let periodEnd = 0;
  let messages = 0;
  let late = 0;
  let lateBefore = false;

  function beginPeriod(now: number): void {
    // After a silence what was before says nothing.
    const known = now - periodEnd < 2 * PERIOD;
    const mostly = known && late * 2 > messages;
    shedding = known && (shedding ? late * FEW > messages : mostly && lateBefore);
    lateBefore = mostly;
    periodEnd = now + PERIOD;
    messages = 0;
    late = 0;
  }

  return {
    get shedding() {
      return shedding;
    },
    check(datagram, now) {
      if (now >= periodEnd) beginPeriod(now);
      messages++;
      const { waited } = datagram;
      if (waited <= (shedding ? LATE_WHILE_SHEDDING : LATE)) return undefined;
      late++;
      if (!shedding) return undefined;
      const type = peekMessageType(datagram.bytes, datagram.length);
      if (type === MessageType.RELEASE || type === MessageType.DECLINE) return undefined;
      if (waited > GIVEN_UP) return "waited-too-long";
      return type === MessageType.DISCOVER ? "overload" : undefined;
    },
  };
}
