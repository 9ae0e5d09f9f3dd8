import { formatIpv4, type Ipv4 } from "../../src/net/ipv4.ts";
import { type Message, MessageType } from "../../src/wire/dhcp4/message.ts";
import { messageType, optionIpv4, optionU32, optionValue } from "../../src/wire/dhcp4/options.ts";
import { type MessageSpec, mac, message, relayInfo } from "../engine/support/messages.ts";
import type { Random } from "../support/random.ts";
import { ADDRESSES } from "./configuration.ts";

/** What a client believes it has. */
interface Claim {
  readonly client: string;
  readonly machine: string;
  readonly address: Ipv4;
  readonly until: number;
}

interface Asked {
  readonly client: string;
  readonly machine: string;
  readonly at: number;
  readonly identifier: Uint8Array | undefined;
  readonly giaddr: Ipv4;
}

/** How a client was given or offered an address. */
interface Known {
  readonly at: string;
  readonly identifier: Uint8Array | undefined;
  readonly isRelayed: boolean;
}

/** A few clients that say anything, and what they believe to have by what they were answered. */
export class Clients {
  readonly #random: Random;
  readonly #chaddrOnly: boolean;
  readonly #linkOf: (address: Ipv4) => number;
  /** By xid, what waits for an answer. What a client gave back meanwhile it does not take any more. */
  readonly #asked = new Map<number, Asked>();
  readonly #claims = new Map<string, Claim>();
  /** By machine, what it was answered last. */
  readonly #known = new Map<string, Known>();
  readonly problems: string[] = [];
  #xid = 1;

  constructor(random: Random, chaddrOnly: boolean, linkOf: (address: Ipv4) => number) {
    this.#random = random;
    this.#chaddrOnly = chaddrOnly;
    this.#linkOf = linkOf;
  }

  /** A message of any kind, sent at this time. */
  next(now: number): Message {
    const random = this.#random;
    const number = 1 + random.below(4);
    const machine = `02:00:00:00:00:0${number}`;
    // Mostly it goes on with what it knows.
    const known = random.below(3) === 0 ? undefined : this.#known.get(machine);
    const at = known?.at ?? random.pick(ADDRESSES);
    const identifier = known === undefined ? this.#identifier(number, machine) : known.identifier;
    const more = identifier === undefined ? [] : [{ code: 61, data: identifier }];
    if (random.below(3) === 0) more.push({ code: 60, data: new TextEncoder().encode("phone".repeat(1 + random.below(3) * 10)) });
    const spec: MessageSpec = {
      mac: machine,
      ...(random.below(2) === 0 ? {} : { hostname: `h${"x".repeat(random.below(20))}` }),
      ...(known?.isRelayed === false ? {} : this.#relay(number)),
    };
    const made = this.#message(spec, at, more);
    const sent = { ...made, xid: this.#xid++ };
    this.#note(sent, machine, identifier, at, now);
    return sent;
  }

  /** Takes an answer that has left. */
  receive(reply: Message): void {
    const asked = this.#asked.get(reply.xid);
    if (asked === undefined) return;
    const { client, machine, at } = asked;
    const type = messageType(reply);
    if (type === MessageType.NAK) {
      this.#forget((claim) => claim.machine === machine);
      this.#known.delete(machine);
    }
    if (reply.yiaddr !== 0)
      this.#known.set(machine, { at: formatIpv4(reply.yiaddr), identifier: asked.identifier, isRelayed: asked.giaddr !== 0 });
    if ((type !== MessageType.ACK && type !== undefined) || reply.yiaddr === 0) return;
    for (const other of this.#claims.values()) {
      if (other.address !== reply.yiaddr || other.machine === machine || other.until <= at) continue;
      this.problems.push(`${formatIpv4(reply.yiaddr)} is given to ${machine} at ${at}; ${other.machine} has it until ${other.until}`);
    }
    const time = type === undefined ? undefined : optionU32(reply, 51);
    const until = time === undefined || time === 0xffffffff ? Number.POSITIVE_INFINITY : at + time;
    this.#claims.set(`${client} ${this.#linkOf(reply.yiaddr)}`, { client, machine, address: reply.yiaddr, until });
  }

  /** Nothing that was asked will be answered any more. */
  settled(): void {
    this.#asked.clear();
  }

  /** The same, after answers may have been lost: who asked for another address may have lost the one it had, and not know. */
  unheard(): void {
    for (const { client } of this.#asked.values()) this.#forget((claim) => claim.client === client);
    this.#asked.clear();
  }

  #forget(which: (claim: Claim) => boolean): void {
    for (const [key, claim] of this.#claims) if (which(claim)) this.#claims.delete(key);
  }

  #note(sent: Message, machine: string, identifier: Uint8Array | undefined, at: string, now: number): void {
    // Htype and chaddr are the same client as an identifier of the same bytes.
    const isKnownByIt = identifier !== undefined && identifier.length > 0 && !this.#chaddrOnly;
    const client = isKnownByIt ? identifier.join() : Uint8Array.of(1, ...mac(machine)).join();
    const type = messageType(sent);
    if (type === MessageType.RELEASE || type === MessageType.DECLINE) {
      this.#forget((claim) => claim.client === client && formatIpv4(claim.address) === at);
      // With a request open it does not know what it has.
      for (const [xid, asked] of this.#asked) {
        if (asked.client !== client) continue;
        this.#asked.delete(xid);
        this.#forget((claim) => claim.client === client);
      }
    } else this.#asked.set(sent.xid, { client, machine, at: now, identifier, giaddr: sent.giaddr });
  }

  #message(spec: MessageSpec, at: string, more: MessageSpec["more"] & object): Message {
    const random = this.#random;
    const rapid = random.below(4) === 0 ? [...more, { code: 80, data: new Uint8Array(0) }] : more;
    switch (random.below(12)) {
      case 0:
      case 1:
        return message(MessageType.DISCOVER, { ...spec, requested: at, more: rapid });
      case 2:
        return message(MessageType.DISCOVER, { ...spec, more: rapid });
      case 3:
      case 4:
        return message(MessageType.REQUEST, { ...spec, requested: at, server: random.pick(["10.0.0.1", "10.0.0.12", "10.0.0.12"]), more });
      case 5:
        return message(MessageType.REQUEST, { ...spec, requested: at, server: "10.0.0.99", more });
      case 6:
        return message(MessageType.REQUEST, { ...spec, requested: at, more });
      case 7:
      case 8:
        return message(MessageType.REQUEST, { ...spec, ciaddr: at, more });
      case 9:
        return message(MessageType.RELEASE, { ...spec, ciaddr: at, more });
      case 10:
        return message(MessageType.DECLINE, { ...spec, requested: at, more });
      default:
        // BOOTP takes addresses for ever: seldom.
        if (random.below(6) === 0) return message(undefined, { ...spec, more });
        return message(MessageType.INFORM, { ...spec, ciaddr: at, more });
    }
  }

  #identifier(number: number, machine: string): Uint8Array | undefined {
    switch (this.#random.below(8)) {
      case 0:
        return new TextEncoder().encode(`id${number}`);
      case 1:
        return Uint8Array.of(1, ...mac(machine));
      case 2:
        return Uint8Array.of(255, 0, 0, 0, number, 0, 3, 0, 1, ...mac(machine));
      case 3:
        return new Uint8Array(0);
      default:
        return undefined;
    }
  }

  #relay(number: number): Partial<MessageSpec> {
    const random = this.#random;
    if (random.below(3) > 0) return {};
    const relay = relayInfo({
      1: new TextEncoder().encode(`p${random.below(2)}`),
      2: new Uint8Array(random.below(24)).fill(number),
    });
    return { giaddr: random.pick(["10.0.0.2", "10.0.1.2"]), relay };
  }
}

/** What option 54 of a message says; for messages in failures. */
export function describeMessage(sent: Message): string {
  const name = Object.entries(MessageType).find(([, type]) => type === messageType(sent))?.[0] ?? "BOOTP";
  const server = optionIpv4(sent, 54);
  const requested = optionIpv4(sent, 50);
  const identifier = optionValue(sent, 61);
  return [
    name,
    `of client ${sent.chaddr[5]}`,
    identifier === undefined ? "" : `as ${identifier.length} bytes`,
    sent.ciaddr === 0 ? "" : `ciaddr ${formatIpv4(sent.ciaddr)}`,
    requested === undefined ? "" : `asking for ${formatIpv4(requested)}`,
    server === undefined ? "" : `to ${formatIpv4(server)}`,
    sent.giaddr === 0 ? "" : `by ${formatIpv4(sent.giaddr)}`,
  ]
    .filter((part) => part !== "")
    .join(" ");
}
