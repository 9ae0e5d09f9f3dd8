import { randomInt } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import type { DnsEndpoint, TsigKey } from "../../config/model/names.ts";
import { NO_BYTES, readU16 } from "../../net/bytes.ts";
import { readHeader } from "../../wire/dns/read.ts";
import { sign } from "../../wire/dns/tsig.ts";
import { isAnswerTo, type Outcome, outcomeOf, type Request } from "./outcome.ts";
import { openStream } from "./stream.ts";

/*
 * One message to one server and its answer: by UDP, and by TCP what is too long for that. Answers
 * that nobody has signed, though they should be, are not waited for any longer than for the right
 * one; whoever sends them can't keep that from being heard.
 */

/** How long an answer may take, in milliseconds, each time that the message is sent. */
const PATIENCE = 2000;
const TRIES = 2;
/** What goes through every network in one piece (RFC 9715). */
const LONGEST_DATAGRAM = 1232;
/** A socket that is not in use is closed after so many milliseconds: the next one has another port. */
const IDLE = 5000;
/** Errors of sending that say nothing of the server: as if the network had lost it. */
const TRANSIENT = ["EAGAIN", "ENOBUFS", "ENOMEM"];

export interface Exchange {
  /** Sends what `encode` makes, signed where there is a key. Never rejects. */
  ask(encode: (id: number) => Uint8Array, key: TsigKey | undefined): Promise<Outcome>;
  /** Ends what is under way as if nothing had come back. */
  close(): void;
}

export interface ExchangeParts {
  /** Seconds since 1970, which signatures are made with. */
  now(): number;
  readonly patience?: number;
}

interface Waiting extends Request {
  /** By `performance.now`. */
  deadline: number;
  tries: number;
  /** An answer came that does not count: what to say if none comes that does. */
  doubtful: Outcome | undefined;
  readonly done: (outcome: Outcome) => void;
}

export function createExchange(endpoint: DnsEndpoint, { now, patience = PATIENCE }: ExchangeParts): Exchange {
  /** By id; the one that is out of time first is the first. */
  const waiting = new Map<number, Waiting>();
  const streams = new Set<() => void>();
  let socket: Socket | undefined;
  let isConnected = false;
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;

  function settle(one: Waiting, outcome: Outcome): void {
    if (!waiting.delete(one.id)) return;
    one.done(outcome);
    schedule();
  }

  function failAll(code: string): void {
    dropSocket();
    for (const one of [...waiting.values()]) settle(one, { kind: "unreachable", code });
  }

  function dropSocket(): void {
    const old = socket;
    socket = undefined;
    isConnected = false;
    old?.removeAllListeners("message");
    old?.close();
  }

  /** One timer for all. */
  function schedule(): void {
    clearTimeout(timer);
    timer = undefined;
    if (isClosed) return;
    const [first] = waiting.values();
    if (first !== undefined) timer = setTimeout(onTime, Math.max(1, first.deadline - performance.now()));
    else if (socket !== undefined) timer = setTimeout(dropSocket, IDLE).unref();
  }

  function onTime(): void {
    const time = performance.now();
    for (const one of [...waiting.values()]) {
      if (one.deadline > time) break;
      if (one.doubtful !== undefined || one.tries >= TRIES) settle(one, one.doubtful ?? { kind: "timeout" });
      else transmit(one);
    }
    schedule();
  }

  function transmit(one: Waiting): void {
    waiting.delete(one.id);
    one.tries++;
    one.deadline = performance.now() + patience;
    waiting.set(one.id, one);
    if (socket === undefined) open();
    if (isConnected) send(one);
  }

  function open(): void {
    const own = createSocket(endpoint.address.includes(":") ? "udp6" : "udp4");
    socket = own;
    own.on("message", (bytes) => received(bytes));
    own.on("error", (error) => {
      if (socket === own) failAll(codeOf(error));
    });
    own.connect(endpoint.port, endpoint.address, (error?: Error) => {
      if (socket !== own) return;
      if (error !== undefined) {
        failAll(codeOf(error));
        return;
      }
      isConnected = true;
      for (const one of waiting.values()) send(one);
    });
  }

  function send(one: Waiting): void {
    const own = socket;
    own?.send(one.bytes, (error) => {
      if (error === null || socket !== own || waiting.get(one.id) !== one) return;
      const code = codeOf(error);
      if (code === "EMSGSIZE") askByTcp(one);
      else if (!TRANSIENT.includes(code)) failAll(code);
    });
  }

  function received(bytes: Uint8Array): void {
    if (bytes.length < 2) return;
    const one = waiting.get(readU16(bytes, 0));
    if (one === undefined || !isAnswerTo(bytes, one)) return;
    const outcome = outcomeOf(bytes, one, now());
    if (isDoubtful(outcome)) one.doubtful = outcome;
    else if (outcome.kind === "answered" && outcome.message.header.tc) askByTcp(one);
    else settle(one, outcome);
  }

  /** It is no longer waited for by UDP. */
  function askByTcp(one: Waiting): void {
    waiting.delete(one.id);
    schedule();
    overTcp(one).then(one.done);
  }

  function overTcp(request: Request): Promise<Outcome> {
    return new Promise((resolve) => {
      const done = (outcome: Outcome): void => {
        clearTimeout(limit);
        streams.delete(stop);
        close();
        resolve(outcome);
      };
      const close = openStream(request.bytes, {
        endpoint,
        patience: patience * TRIES,
        message(bytes) {
          // A connection is the server's own: there is no better answer to be waited for.
          if (isAnswerTo(bytes, request)) done(outcomeOf(bytes, request, now()));
        },
        ended: (reason) => done(typeof reason === "object" ? { kind: "unreachable", code: reason.code } : { kind: "timeout" }),
      });
      const limit = setTimeout(() => done({ kind: "timeout" }), patience * TRIES);
      const stop = (): void => done({ kind: "closed" });
      streams.add(stop);
    });
  }

  function freshId(): number {
    for (;;) {
      const id = randomInt(0x1_0000);
      if (!waiting.has(id)) return id;
    }
  }

  return {
    ask(encode, key) {
      if (isClosed) return Promise.resolve({ kind: "closed" });
      const id = freshId();
      const plain = encode(id);
      const { bytes, mac } = key === undefined ? { bytes: plain, mac: NO_BYTES } : sign(plain, key, now());
      const request: Request = { id, bytes, mac, key, opcode: readHeader(plain)?.opcode ?? 0 };
      if (bytes.length > LONGEST_DATAGRAM) return overTcp(request);
      return new Promise((done) => {
        transmit({ ...request, deadline: 0, tries: 0, doubtful: undefined, done });
        if (timer === undefined || waiting.size === 1) schedule();
      });
    },
    close() {
      isClosed = true;
      for (const stop of [...streams]) stop();
      for (const one of [...waiting.values()]) settle(one, { kind: "closed" });
      clearTimeout(timer);
      dropSocket();
    },
  };
}

/** Whether there may be a better answer than this one. */
function isDoubtful({ kind }: Outcome): boolean {
  return kind === "unsigned" || kind === "forged" || kind === "malformed";
}

function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
}
