import { formatDuration, INFINITE } from "../config/text/duration.ts";
import type { Decision } from "../engine/decision.ts";
import type { Datagram } from "../io/transport.ts";
import { type Lease, type LeaseChange, LeaseState } from "../leases/lease.ts";
import { SaidFacts } from "./log.ts";
import type { Facts, Protocol, Sender, Subject } from "./protocol.ts";

/*
 * Entries of the log about messages and what was decided, in one sentence that stands alone: which
 * address, who, where, for how long, why. Its facts are for programs, and have the names that they
 * have in events and in the API.
 */

/** One entry of the log, put together but not written. */
export interface Entry {
  readonly level: "debug" | "info" | "warn";
  readonly facts: SaidFacts;
  readonly text: string;
}

/** What becomes of leases by a decision. */
export interface Outcome<A, O> {
  /** The first that is bound, and whether one of them was not before. */
  readonly bound: Lease<A, O> | undefined;
  readonly isNew: boolean;
  readonly released: readonly Lease<A, O>[];
  readonly declined: readonly Lease<A, O>[];
}

type Settled<M, A, O> = Extract<Decision<M, A, O>, { readonly kind: "reply" | "update" }>;

export interface SentencesParts<M, A, O> {
  readonly protocol: Pick<Protocol<M, A, O>, "words" | "hooked">;
  /** The name of an interface, or what it is called by its number. */
  readonly interfaceName: (index: number) => string;
  /** The name of the network of an address; empty: none is configured for it. */
  readonly networkName: (address: A) => string;
}

/** Puts entries together. */
export interface Sentences<M, A, O> {
  /** An answer, or what needs none. `subject` undefined: it is no news. */
  settled(request: M, decision: Settled<M, A, O>, outcome: Outcome<A, O>, subject: Subject | undefined, datagram: Datagram<A>): Entry;
  /** A client found that addresses are in use (RFC 2131 section 4.3.3, RFC 8415 section 18.3.8). */
  declined(request: M, leases: readonly Lease<A, O>[], datagram: Datagram<A>): Entry;
  /** A message waits until it is known whether the address is in use. */
  waits(request: M, address: A, datagram: Datagram<A>): Entry;
  /** A message is not answered. `why`: in words, and what to do. */
  unanswered(level: "debug" | "info", request: M, reason: string, why: string, datagram: Datagram<A>): Entry;
}

export function createSentences<M, A, O>({ protocol, interfaceName, networkName }: SentencesParts<M, A, O>): Sentences<M, A, O> {
  const { words } = protocol;

  /** What every entry about a message has. */
  function about(request: M, { interfaceIndex }: Datagram<A>, owner: O | undefined): Sender & { readonly where: string } {
    const sender = words.senderOf(request, owner);
    const at = interfaceName(interfaceIndex);
    const facts = { protocol: protocol.hooked.protocol, message: words.nameOf(request), ...sender.facts, interface: at };
    return { ...sender, facts, where: whereOf(sender, at) };
  }

  function entry(level: Entry["level"], facts: Facts, text: string): Entry {
    return { level, facts: new SaidFacts(facts), text };
  }

  /** Addresses and their network, which is that of the first. */
  function placed(address: string, first: A | undefined): Facts {
    const network = first === undefined ? "" : networkName(first);
    return network === "" ? { address } : { address, network };
  }

  /** Addresses that the client had, and has others for. */
  function listOf(leases: readonly Lease<A, O>[]): string {
    return leases.map(({ address }) => words.format(address)).join(", ");
  }

  return {
    settled(request, decision, { bound, isNew, released }, subject, datagram) {
      const { facts, client, where } = about(request, datagram, (bound ?? released[0])?.owner);
      if (decision.kind === "update") {
        const name = words.nameOf(request);
        const address = listOf(released);
        if (subject === undefined) return entry("debug", facts, `${name} of ${client} ${where} noted: nothing is offered to it any more`);
        return entry(
          "info",
          { kind: "released", ...facts, ...placed(address, released[0]?.address) },
          `${address} released by ${client} ${where}`,
        );
      }
      const { message: reply, to } = decision;
      const name = words.nameOf(reply);
      const address = subject === "releases" ? listOf(released) : words.addressOf(request, reply);
      const first = subject === "releases" ? released[0]?.address : words.givenBy(reply);
      const time = words.leaseTimeOf(reply);
      const refusal = words.refusalIn(reply);
      const sentTo = words.formatEndpoint(to.address, to.port);
      const told = {
        ...facts,
        reply: name,
        ...(address === "" ? {} : placed(address, first)),
        ...(time === undefined ? {} : { lease_time: time }),
        ...(refusal === undefined ? {} : { reason: refusal.reason }),
        to: sentTo,
      };
      const of = address === "" ? "" : ` of ${address}`;
      const less = refusal === undefined ? "" : `; ${refusal.text}`;
      switch (subject) {
        case "new leases":
        case "renewals": {
          const moved = released.length === 0 ? "" : listOf(released);
          const insteadOf = moved === "" ? "" : `, in place of ${moved}`;
          const verb = isNew ? "leased to" : "renewed by";
          const more = { kind: isNew ? "bound" : "renewed", ...told, ...(moved === "" ? {} : { released: moved }) };
          return entry("info", more, `${address} ${verb} ${client} ${where}${forTime(time)}${insteadOf}${less}`);
        }
        case "releases":
          return entry("info", { kind: "released", ...told }, `${address} released by ${client} ${where}`);
        case "refusals":
          return entry("info", { kind: "refused", ...told }, `${name}${of} to ${client} ${where}: ${refusal?.text ?? "it gets nothing"}`);
        case "nothing to give": {
          const why = `${refusal?.text ?? "it gets nothing"}; \`leasehold explain\` tells why`;
          return entry("info", { kind: "refused", ...told }, `${name} to ${client} ${where}: ${why}`);
        }
        default: {
          const text = `${words.nameOf(request)} of ${client} ${where} answered with ${name}${of}${forTime(time)}${less}, sent to ${sentTo}`;
          return entry("debug", told, text);
        }
      }
    },
    declined(request, leases, datagram) {
      const [first] = leases;
      const { facts, client, where } = about(request, datagram, first?.owner);
      const address = listOf(leases);
      const so = first === undefined ? "" : `: not given out for ${formatDuration(first.expiry - first.start)}`;
      return entry(
        "warn",
        { kind: "declined", ...facts, ...placed(address, first?.address) },
        `${address} declined by ${client} ${where}, for somebody else uses it${so}`,
      );
    },
    waits(request, address, datagram) {
      const { facts, client, where } = about(request, datagram, undefined);
      const text = words.format(address);
      return entry(
        "debug",
        { ...facts, ...placed(text, address) },
        `${words.nameOf(request)} of ${client} ${where} waits: is ${text} in use?`,
      );
    },
    unanswered(level, request, reason, why, datagram) {
      const { facts, client, where } = about(request, datagram, undefined);
      const from = words.formatEndpoint(datagram.source, datagram.sourcePort);
      const text = `${words.nameOf(request)} of ${client} ${where} not answered: ${why}`;
      return entry(level, { ...facts, from, reason }, text);
    },
  };
}

/** Where a client is, as far as that is known. */
function whereOf({ relay, port }: Sender, interfaceName: string): string {
  const at = relay === undefined ? `on ${interfaceName}` : `behind relay ${relay}`;
  return port === undefined ? at : `${at} port ${port}`;
}

function forTime(seconds: number | undefined): string {
  if (seconds === undefined) return "";
  return seconds === INFINITE ? " for ever" : ` for ${formatDuration(seconds)}`;
}

/** Whether the changes put a lease into this state; `state` undefined: into any. */
export function puts<A, O>(changes: readonly LeaseChange<A, O>[], state: LeaseState | undefined): boolean {
  for (let i = 0; i < changes.length; i++) {
    const change = changes[i] as LeaseChange<A, O>;
    if (change.kind === "put" && (state === undefined || change.lease.state === state)) return true;
  }
  return false;
}

/** Whether the changes bind a lease that was not bound; `stateOf`: how leases are before them. */
export function bindsAnew<A, O>(changes: readonly LeaseChange<A, O>[], stateOf: (address: A) => LeaseState | undefined): boolean {
  for (let i = 0; i < changes.length; i++) {
    const change = changes[i] as LeaseChange<A, O>;
    if (change.kind !== "put" || change.lease.state !== LeaseState.bound) continue;
    if (stateOf(change.lease.address) !== LeaseState.bound) return true;
  }
  return false;
}

/** What becomes of leases by these changes; `stateOf`: how they are before them. */
export function outcomeOf<A, O>({ changes }: Settled<unknown, A, O>, stateOf: (address: A) => LeaseState | undefined): Outcome<A, O> {
  let bound: Lease<A, O> | undefined;
  let declined: Lease<A, O>[] | undefined;
  let released: Lease<A, O>[] | undefined;
  for (let i = 0; i < changes.length; i++) {
    const change = changes[i];
    if (change?.kind !== "put") continue;
    const { lease } = change;
    if (lease.state === LeaseState.bound) {
      bound ??= lease;
    } else if (lease.state === LeaseState.declined) {
      declined ??= [];
      declined.push(lease);
    } else {
      released ??= [];
      released.push(lease);
    }
  }
  return { bound, isNew: bindsAnew(changes, stateOf), released: released ?? NONE, declined: declined ?? NONE };
}

const NONE: readonly never[] = [];
