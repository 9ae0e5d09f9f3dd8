import { SILENCE_REASONS, type SilenceReason } from "../engine/decision.ts";
import { type LogAllowance, withLeftOut } from "../io/log-allowance.ts";
import type { Datagram } from "../io/transport.ts";
import { createKeyHash } from "../leases/columns/key-hash.ts";
import { NO_BYTES } from "../net/bytes.ts";
import { createHourlyAllowance, type HourlyAllowance } from "./hourly-allowance.ts";
import { type Log, SaidFacts } from "./log.ts";
import type { Protocol } from "./protocol.ts";
import type { Entry, Sentences } from "./sentences.ts";

/*
 * What is said of clients that go without. At `debug` every message that is not answered is told
 * with its reason; at `info` those of which somebody has to know who runs a network: each client
 * once an hour for each reason, so that one that asks all the time does not hide another, and of
 * each reason so many a minute. What no network is there for is told of by place, not by client.
 */

/** Entries a minute: of each reason, and about places. */
const ALLOWED = 20;
const ALLOWED_PLACES = 10;

/**
 * What to do about the silences that are told of at `info`, behind the reason itself; empty: that
 * says it. All others are told of at `debug` alone: they cost no client its service, it is somebody
 * else who gives it, or the message is what no client sends. Of the networks on which nothing is
 * free there are warnings besides (`ExhaustedPools`).
 */
const TOLD: Readonly<Partial<Record<SilenceReason, string>>> = {
  "bootp-not-enabled": "`bootp_enable: true` serves such clients",
  "no-client-identity": "the client is broken",
  "hardware-address-too-long": "",
  "identity-too-long": "the client or its relay is broken",
  "other-vpn": "look at `vss` of the network, and at the relay",
  "no-server-address": "give the interface an address",
  "no-return-address": "look at the relay, or at the client",
  "dropped-by-class": "look at the condition of that class if it should be served",
  "dropped-by-hook": "",
  "refused-by-hook": "",
  "hook-failed": "look at the hook",
  "no-range-for-class": "look at `class` and `deny_class` of networks and ranges if it should be served",
  "no-reservation": "add one if it should be served",
  "no-address-free": "",
  "limit-reached": "look at `limits` if it should be served",
  "conflicts-found": "look for hosts with fixed addresses in the ranges",
  "leasequery-not-enabled": "add `leasequery` if it should be answered",
  "requester-not-permitted": "list it in `leasequery: {requesters}` if it should be answered",
  "reply-too-large": "look at what the relay puts into Interface-Id and Echo Request",
  flood: "look for what makes it send so much, or allow more",
};

export interface SilenceLogParts<M, A, O> {
  readonly log: Log;
  /** Its name in facts. */
  readonly protocol: string;
  /** Milliseconds that never go back. */
  readonly uptime: () => number;
  /**
   * Two unsigned 32-bit numbers that no client knows, else one could silence what is said of
   * another.
   */
  readonly secret: readonly [number, number];
  readonly words: Protocol<M, A, O>["words"];
  readonly sentences: Sentences<M, A, O>;
  /** Name and address of an interface, for people; undefined: nothing is served there. */
  readonly describeInterface: (index: number) => string | undefined;
  readonly interfaceName: (index: number) => string;
}

/** Tells of clients that go without. */
export interface SilenceLog<M, A> {
  /** A message is not answered. `finest`: the finest level that is wanted. */
  unanswered(request: M, reason: SilenceReason, datagram: Datagram<A>, finest: "debug" | "info" | "warn"): void;
  /**
   * A message came in on an interface that is not served; nobody has looked at it. `debug`: every
   * one is wanted, not only the first.
   */
  notServed(datagram: Datagram<A>, debug: boolean): void;
  /**
   * A client is answered that it gets nothing: how many such entries were left out before this one;
   * undefined: nothing is to be said of it.
   */
  takeNothingToGive(request: M): number | undefined;
  readonly allowances: readonly (readonly [subject: string, LogAllowance])[];
}

export function createSilenceLog<M, A, O>(parts: SilenceLogParts<M, A, O>): SilenceLog<M, A> {
  const { log, uptime, words, sentences, protocol, interfaceName } = parts;
  const allowances = new Map<string, HourlyAllowance>();
  for (const reason of Object.keys(TOLD)) allowances.set(reason, createHourlyAllowance(ALLOWED, uptime));
  const nothingToGive = createHourlyAllowance(ALLOWED, uptime);
  const relays = createHourlyAllowance(ALLOWED_PLACES, uptime);
  const ownInterfaces = createHourlyAllowance(ALLOWED_PLACES, uptime);
  const hash = createKeyHash(parts.secret);
  const keyOf = (request: M): number => hash(words.identityOf(request) ?? NO_BYTES);

  function write({ level, facts, text }: Entry, leftOut = 0): void {
    log[level](facts, withLeftOut(text, leftOut));
  }

  /** Of places, however many clients ask there. */
  function tellPlace(request: M, { interfaceIndex }: Datagram<A>): void {
    const place = words.placeKeyOf(request, hash);
    const leftOut = place === undefined ? ownInterfaces.take(interfaceIndex) : relays.take(place);
    if (leftOut === undefined) return;
    const name = interfaceName(interfaceIndex);
    const facts = {
      protocol,
      message: words.nameOf(request),
      ...words.senderOf(request, undefined).facts,
      interface: name,
      reason: "no-network",
    };
    const here = parts.describeInterface(interfaceIndex) ?? name;
    const text =
      place === undefined
        ? `no network holds ${here}, so clients there get nothing: add its network, or list in \`interfaces\` what to serve`
        : words.noNetworkFor(request);
    log.warn(new SaidFacts(facts), withLeftOut(text, leftOut));
  }

  return {
    unanswered(request, reason, datagram, finest) {
      if (reason === "no-network") tellPlace(request, datagram);
      if (finest === "debug") {
        write(sentences.unanswered("debug", request, reason, SILENCE_REASONS[reason], datagram));
        return;
      }
      const leftOut = finest === "info" ? allowances.get(reason)?.take(keyOf(request)) : undefined;
      if (leftOut === undefined) return;
      const advice = TOLD[reason] ?? "";
      const why = `${SILENCE_REASONS[reason]}${advice === "" ? "" : `: ${advice}`}`;
      write(sentences.unanswered("info", request, reason, why, datagram), leftOut);
    },
    notServed({ interfaceIndex, source, sourcePort }, debug) {
      const leftOut = ownInterfaces.take(interfaceIndex);
      if (leftOut === undefined && !debug) return;
      const name = interfaceName(interfaceIndex);
      const facts = { protocol, interface: name, from: words.formatEndpoint(source, sourcePort), reason: "interface-not-served" };
      const text = `messages that come in on ${name} are not answered: it is not in \`interfaces\`, or has no address to serve from`;
      if (leftOut !== undefined) log.info(new SaidFacts(facts), withLeftOut(text, leftOut));
      if (debug)
        log.debug(new SaidFacts(facts), `a message of ${facts.from} on ${name} not answered: ${SILENCE_REASONS["interface-not-served"]}`);
    },
    takeNothingToGive: (request) => nothingToGive.take(keyOf(request)),
    allowances: [
      ...[...allowances].map(([reason, { allowance }]): [string, LogAllowance] => [`messages not answered (${reason})`, allowance]),
      ["clients that nothing can be given to", nothingToGive.allowance],
      ["relays that no network holds", relays.allowance],
      ["interfaces that are in no network", ownInterfaces.allowance],
    ],
  };
}
