/**
 * The exchanges of many clients over one socket: which one to start, what to do with an answer,
 * what is lost.
 */

import type { Datagram, Outbox } from "../../io/transport.ts";
import type { Destination } from "../../net/destination.ts";
import { createHistogram, type Histogram } from "./histogram.ts";
import { Answer, type Messages, Phase } from "./messages.ts";
import { createWaitingList } from "./waiting-list.ts";

/** An exchange that is not answered within this many milliseconds is lost. */
export const ANSWER_TIMEOUT = 1000;

/** Where a client stands. */
const Client = { idle: 0, waitsForOffer: 1, waitsForLease: 2, bound: 3, renews: 4, gaveUp: 5 } as const;

export interface Counts {
  started: number;
  completed: number;
  /** Unanswered questions for an offer, and for a lease or its renewal. */
  lostOffers: number;
  lostLeases: number;
  refusals: number;
  /** Leases of what another client of this run holds. */
  duplicates: number;
  /**
   * Answers that fit their transaction but not what was asked: another type, lease or client, no
   * server identifier.
   */
  wrong: number;
  /** Answers to nobody who waits: too late, twice, or not ours. */
  unexpected: number;
}

export interface Load<A> {
  readonly counts: Counts;
  /** From the questions to the answers. */
  readonly offers: Histogram;
  readonly leases: Histogram;
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
  /** Takes the answers of a batch. Messages that follow from them are put in the outbox. */
  receive(batch: readonly Datagram<A>[], count: number, now: number): void;
  /** Gives up the exchanges that have waited too long. */
  sweep(now: number): void;
  /** Forgets counts and latencies; the exchanges that are under way go on and count as started. */
  resetCounts(): void;
}

export interface LoadSettings<A> {
  readonly clients: number;
  readonly messages: Messages;
  readonly destination: Destination<A>;
  readonly outbox: Outbox<A>;
}

export function createLoad<A>(settings: LoadSettings<A>): Load<A> {
  const { clients, messages, destination, outbox } = settings;
  const state = new Uint8Array(clients);
  const sequence = new Uint8Array(clients);
  const startedAt = new Float64Array(clients);
  const sentAt = new Float64Array(clients);
  const waiting = createWaitingList(clients);
  const boundClients = new Uint32Array(clients);
  let boundCount = 0;
  let renewCursor = 0;
  let nextClient = 0;
  let renewalsDue = 0;
  let exhausted = false;

  const counts: Counts = {
    started: 0,
    completed: 0,
    lostOffers: 0,
    lostLeases: 0,
    refusals: 0,
    duplicates: 0,
    wrong: 0,
    unexpected: 0,
  };
  const offers = createHistogram();
  const leases = createHistogram();
  const wholeExchange = createHistogram();

  function post(phase: Phase, client: number): void {
    outbox.add(messages.write(phase, outbox.next(), client, sequence[client] as number), destination);
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
    post(Phase.offer, client);
    return true;
  }

  function startRenewal(now: number): boolean {
    const client = nextBound();
    if (client < 0) return false;
    begin(client, now);
    wait(client, now, Client.renews);
    post(Phase.renewal, client);
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
    offers.record((now - (sentAt[client] as number)) * 1000);
    messages.keep(client);
    wait(client, now, Client.waitsForLease);
    post(Phase.lease, client);
  }

  function leased(client: number, now: number, isNew: boolean): void {
    leases.record((now - (sentAt[client] as number)) * 1000);
    wholeExchange.record((now - (startedAt[client] as number)) * 1000);
    counts.completed++;
    state[client] = Client.bound;
    if (!isNew) return;
    boundClients[boundCount++] = client;
    if (!messages.bind(client)) counts.duplicates++;
  }

  function refused(client: number): void {
    counts.refusals++;
    if (state[client] === Client.renews) messages.free(client);
    state[client] = Client.gaveUp;
  }

  /** What the client waits for; undefined: nothing. */
  function phaseOf(client: number): Phase | undefined {
    switch (state[client]) {
      case Client.waitsForOffer:
        return Phase.offer;
      case Client.waitsForLease:
        return Phase.lease;
      case Client.renews:
        return Phase.renewal;
      default:
        return undefined;
    }
  }

  function take(datagram: Datagram<A>, now: number): void {
    const client = messages.read(datagram.bytes, datagram.length);
    const phase = phaseOf(client);
    const answer = phase === undefined ? Answer.unrelated : messages.answerTo(phase, client, sequence[client] as number);
    if (answer === Answer.unrelated) {
      counts.unexpected++;
      return;
    }
    if (answer === Answer.wrong) {
      counts.wrong++;
      return;
    }
    waiting.remove(client);
    if (answer === Answer.offer) offered(client, now);
    else if (answer === Answer.lease) leased(client, now, phase === Phase.lease);
    else refused(client);
  }

  return {
    counts,
    offers,
    leases,
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
      for (let i = 0; i < count; i++) take(batch[i] as Datagram<A>, now);
    },
    sweep(now) {
      for (let client = waiting.oldest; client >= 0 && now - (sentAt[client] as number) > ANSWER_TIMEOUT; client = waiting.oldest) {
        waiting.remove(client);
        if (state[client] === Client.waitsForOffer) counts.lostOffers++;
        else counts.lostLeases++;
        // The server goes on to believe that a client whose renewal was lost holds its address, and
        // so does the client.
        state[client] = state[client] === Client.renews ? Client.bound : Client.gaveUp;
      }
    },
    resetCounts() {
      for (const key of Object.keys(counts) as (keyof Counts)[]) counts[key] = 0;
      counts.started = waiting.size;
      for (const histogram of [offers, leases, wholeExchange]) histogram.reset();
    },
  };
}
