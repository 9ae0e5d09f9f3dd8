/**
 * The exchanges of many clients over one socket: which one to start, what to do with an answer,
 * what is lost.
 */

import type { Datagram, Outbox } from "../../io/transport.ts";
import type { Destination } from "../../net/destination.ts";
import type { Ipv4 } from "../../net/ipv4.ts";
import { MessageType } from "../../wire/dhcp4/message.ts";
import { createAddressSet } from "./address-set.ts";
import { createHistogram, type Histogram } from "./histogram.ts";
import { clientOfXid, emptyAnswer, makeXid, type Packets, Phase, readAnswer } from "./packets.ts";
import { createWaitingList } from "./waiting-list.ts";

/** An exchange that is not answered within this many milliseconds is lost. */
export const ANSWER_TIMEOUT = 1000;

/** Where a client stands. */
const Client = { idle: 0, waitsForOffer: 1, waitsForAck: 2, bound: 3, renews: 4, gaveUp: 5 } as const;

export interface Counts {
  started: number;
  completed: number;
  /** Unanswered DISCOVERs, and unanswered REQUESTs of both kinds. */
  lostDiscovers: number;
  lostRequests: number;
  naks: number;
  /** ACKs for an address that another client of this run holds. */
  duplicates: number;
  /**
   * Answers that fit their transaction but not what was asked: another type, address or hardware
   * address, no server identifier.
   */
  wrong: number;
  /** Answers to nobody who waits: too late, twice, or not ours. */
  unexpected: number;
}

export interface Load {
  readonly counts: Counts;
  readonly discoverToOffer: Histogram;
  readonly requestToAck: Histogram;
  readonly wholeExchange: Histogram;
  readonly outstanding: number;
  readonly bound: number;
  /** True when a new client was wanted and all of them had been used. */
  readonly exhausted: boolean;
  /** The share of renewals among the exchanges that are started from now on. */
  renewShare: number;
  /**
   * Starts one exchange, at `now` in milliseconds; false when there is no client for it at the
   * moment.
   */
  start(now: number): boolean;
  /** Takes the answers of a batch. REQUESTs that follow from them are put in the outbox. */
  receive(batch: readonly Datagram<Ipv4>[], count: number, now: number): void;
  /** Gives up the exchanges that have waited too long. */
  sweep(now: number): void;
  /** Forgets counts and latencies; the exchanges that are under way go on and count as started. */
  resetCounts(): void;
}

export interface LoadSettings {
  readonly clients: number;
  readonly firstClient: number;
  readonly packets: Packets;
  readonly destination: Destination<Ipv4>;
  readonly outbox: Outbox<Ipv4>;
}

export function createLoad(settings: LoadSettings): Load {
  const { clients, firstClient, packets, destination, outbox } = settings;
  const state = new Uint8Array(clients);
  const sequence = new Uint8Array(clients);
  const address = new Uint32Array(clients);
  const startedAt = new Float64Array(clients);
  const sentAt = new Float64Array(clients);
  const waiting = createWaitingList(clients);
  const addresses = createAddressSet();
  const boundClients = new Uint32Array(clients);
  let boundCount = 0;
  let renewCursor = 0;
  let nextClient = 0;
  let renewalsDue = 0;
  let exhausted = false;

  const counts: Counts = {
    started: 0,
    completed: 0,
    lostDiscovers: 0,
    lostRequests: 0,
    naks: 0,
    duplicates: 0,
    wrong: 0,
    unexpected: 0,
  };
  const discoverToOffer = createHistogram();
  const requestToAck = createHistogram();
  const wholeExchange = createHistogram();
  const answer = emptyAnswer();

  function post(length: number): void {
    outbox.add(length, destination);
    if (outbox.full) outbox.send();
  }

  function wait(client: number, now: number, newState: number): void {
    state[client] = newState;
    sentAt[client] = now;
    waiting.add(client);
  }

  function begin(client: number, now: number): void {
    sequence[client] = (sequence[client] as number) + 1;
    startedAt[client] = now;
    counts.started++;
  }

  function startNew(now: number): boolean {
    if (nextClient === clients) {
      exhausted = true;
      return false;
    }
    const client = nextClient++;
    begin(client, now);
    wait(client, now, Client.waitsForOffer);
    post(packets.discover(outbox.next(), client, makeXid(client, Phase.discover, sequence[client] as number)));
    return true;
  }

  function startRenewal(now: number): boolean {
    const client = nextBound();
    if (client < 0) return false;
    begin(client, now);
    wait(client, now, Client.renews);
    const xid = makeXid(client, Phase.renew, sequence[client] as number);
    post(packets.renew(outbox.next(), client, xid, address[client] as number));
    return true;
  }

  /** The bound client whose turn it is; -1 when the next ones are all busy. */
  function nextBound(): number {
    for (let tries = 0; tries < 16 && boundCount > 0; tries++) {
      if (renewCursor >= boundCount) renewCursor = 0;
      const client = boundClients[renewCursor] as number;
      if (state[client] === Client.gaveUp) {
        boundClients[renewCursor] = boundClients[--boundCount] as number;
        continue;
      }
      renewCursor++;
      if (state[client] === Client.bound) return client;
    }
    return -1;
  }

  function offered(client: number, now: number): void {
    discoverToOffer.record((now - (sentAt[client] as number)) * 1000);
    address[client] = answer.yiaddr;
    wait(client, now, Client.waitsForAck);
    const xid = makeXid(client, Phase.request, sequence[client] as number);
    post(packets.request(outbox.next(), client, xid, answer.yiaddr, answer.serverIdentifier));
  }

  function acknowledged(client: number, now: number, isNew: boolean): void {
    requestToAck.record((now - (sentAt[client] as number)) * 1000);
    wholeExchange.record((now - (startedAt[client] as number)) * 1000);
    counts.completed++;
    state[client] = Client.bound;
    if (!isNew) return;
    boundClients[boundCount++] = client;
    if (!addresses.add(answer.yiaddr)) counts.duplicates++;
  }

  function refused(client: number): void {
    counts.naks++;
    if (state[client] === Client.renews) addresses.remove(address[client] as number);
    state[client] = Client.gaveUp;
  }

  function take(datagram: Datagram<Ipv4>, now: number): void {
    if (!readAnswer(datagram.bytes, datagram.length, answer)) {
      counts.unexpected++;
      return;
    }
    const client = clientOfXid(answer.xid);
    const was = client < clients ? (state[client] as number) : Client.idle;
    const phase = was === Client.waitsForOffer ? Phase.discover : was === Client.waitsForAck ? Phase.request : Phase.renew;
    if (
      was === Client.idle ||
      was === Client.bound ||
      was === Client.gaveUp ||
      answer.xid !== makeXid(client, phase, sequence[client] as number)
    ) {
      counts.unexpected++;
      return;
    }
    const ours = answer.hardwareAddress === (firstClient + client) >>> 0 && answer.serverIdentifier !== 0;
    if (ours && was === Client.waitsForOffer && answer.type === MessageType.OFFER && answer.yiaddr !== 0) {
      waiting.remove(client);
      offered(client, now);
    } else if (ours && was !== Client.waitsForOffer && answer.type === MessageType.ACK && answer.yiaddr === address[client]) {
      waiting.remove(client);
      acknowledged(client, now, was === Client.waitsForAck);
    } else if (ours && was !== Client.waitsForOffer && answer.type === MessageType.NAK) {
      waiting.remove(client);
      refused(client);
    } else {
      counts.wrong++;
    }
  }

  return {
    counts,
    discoverToOffer,
    requestToAck,
    wholeExchange,
    get outstanding() {
      return waiting.size;
    },
    get bound() {
      return boundCount;
    },
    get exhausted() {
      return exhausted;
    },
    renewShare: 0,
    start(now) {
      renewalsDue += this.renewShare;
      if (renewalsDue < 1) return startNew(now);
      renewalsDue--;
      // A mixture has nobody to renew before its first client is bound.
      return startRenewal(now) || (this.renewShare < 1 && startNew(now));
    },
    receive(batch, count, now) {
      for (let i = 0; i < count; i++) take(batch[i] as Datagram<Ipv4>, now);
    },
    sweep(now) {
      for (let client = waiting.oldest; client >= 0 && now - (sentAt[client] as number) > ANSWER_TIMEOUT; client = waiting.oldest) {
        waiting.remove(client);
        if (state[client] === Client.waitsForOffer) counts.lostDiscovers++;
        else counts.lostRequests++;
        // The server goes on to believe that a client whose renewal was lost holds its address, and
        // so does the client.
        state[client] = state[client] === Client.renews ? Client.bound : Client.gaveUp;
      }
    },
    resetCounts() {
      for (const key of Object.keys(counts) as (keyof Counts)[]) counts[key] = 0;
      counts.started = waiting.size;
      for (const histogram of [discoverToOffer, requestToAck, wholeExchange]) histogram.reset();
    },
  };
}
