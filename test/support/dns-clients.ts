/** Clients of both protocols that have names, behind relays of a server on ports of its own: any number of them, in the process of the test. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { TestContext } from "node:test";
import * as dhcp4 from "../../src/client/dhcp4/messages.ts";
import * as dhcp6 from "../../src/client/dhcp6/index.ts";
import { formatIpv4, type Ipv4, parseIpv4 } from "../../src/net/ipv4.ts";
import { formatIpv6, type Ipv6, parseIpv6 } from "../../src/net/ipv6.ts";
import { firstAddress } from "../../src/net/ipv6-prefix.ts";
import { decode as decode4 } from "../../src/wire/dhcp4/decode.ts";
import { encodeMessage as encode4 } from "../../src/wire/dhcp4/encode.ts";
import { type Message as Message4, MessageType as MessageType4, type Option } from "../../src/wire/dhcp4/message.ts";
import { OptionCode as Code4 } from "../../src/wire/dhcp4/option-code.ts";
import { messageType, optionIpv4, optionValue as value4 } from "../../src/wire/dhcp4/options.ts";
import { decode as decode6 } from "../../src/wire/dhcp6/decode.ts";
import { encodeMessage as encode6 } from "../../src/wire/dhcp6/encode.ts";
import { type Message as Message6, MessageType as MessageType6 } from "../../src/wire/dhcp6/message.ts";
import { OptionCode as Code6 } from "../../src/wire/dhcp6/option-code.ts";
import { optionValue as value6 } from "../../src/wire/dhcp6/options.ts";
import type { Place } from "./loopback-server.ts";

/** The Client FQDN option of either protocol (RFC 4702, RFC 4704). */
export interface SaidFqdn {
  /** Letters of those that are set, of S, O, E and N. */
  readonly flags: string;
  /** With a dot at its end it is a whole name. */
  readonly name: string;
}

/** What a client says of its name. */
export interface Said {
  /** Option 12; DHCPv6 has none. */
  readonly hostname?: string;
  readonly fqdn?: SaidFqdn;
}

/** What the server answered. */
export interface Told {
  /** "ACK", "NAK", "REPLY". */
  readonly kind: string;
  readonly fqdn: SaidFqdn | undefined;
}

/** A client. It asks until it is answered, for a minute, also while there is no server. */
export interface Host {
  /** What it has now, as text. */
  readonly addresses: readonly string[];
  /** Gets leases on the link of `relay`, an address there. */
  obtain(relay: string, said: Said): Promise<Told>;
  /** Renews what it has; `said` is what it says from now on. */
  renew(said: Said): Promise<Told>;
  /** Gives back what it has. Nobody answers a RELEASE of DHCPv4, so it may be lost. */
  release(): Promise<void>;
  /** Says that somebody else has its addresses. */
  decline(): Promise<void>;
}

export interface Hosts {
  /** Known by its MAC address, or by option 61. */
  host4(mac: Uint8Array, clientIdentifier?: Uint8Array): Host;
  /** With so many addresses, each in an association of its own. */
  host6(duid: Uint8Array, addresses?: number): Host;
}

/** Clients of a server there, of both protocols. */
export async function openHosts(t: TestContext, { address, port, port6 }: Place): Promise<Hosts> {
  const line4 = await openLine(t, address, port, transaction4);
  const line6 = await openLine(t, "::1", port6, transaction6);
  let last = 0;
  const next = (): number => ++last;
  return {
    host4(mac, clientIdentifier) {
      return createHost4(line4, next, mac, clientIdentifier);
    },
    host6(duid, addresses = 1) {
      return createHost6(line6, next, duid, addresses);
    },
  };
}

/** Does something with each, with so many at a time. */
export async function forEachOf<T>(things: readonly T[], window: number, act: (thing: T, i: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    for (let i = next++; i < things.length; i = next++) await act(things[i] as T, i);
  };
  await Promise.all(Array.from({ length: window }, work));
}

/** Sends and hears on one socket. */
interface Line<M> {
  /** The first message of this transaction that is wanted. */
  ask(transaction: number, bytes: Uint8Array, isWanted: (message: M) => boolean): Promise<M>;
  tell(bytes: Uint8Array): void;
}

const AGAIN_AFTER = 1000;
const TIMES = 60;

async function openLine<M>(
  t: TestContext,
  address: string,
  port: number,
  read: (bytes: Uint8Array) => { transaction: number; message: M } | undefined,
): Promise<Line<M>> {
  const family = address.includes(":") ? "udp6" : "udp4";
  const socket = createSocket(family);
  socket.bind(0, family === "udp6" ? "::1" : "127.0.0.1");
  await once(socket, "listening");
  const waiting = new Map<number, (message: M) => void>();
  socket.on("message", (bytes) => {
    const found = read(Uint8Array.from(bytes));
    if (found !== undefined) waiting.get(found.transaction)?.(found.message);
  });
  t.after(() => socket.close());
  const tell = (bytes: Uint8Array): void => socket.send(bytes, port, address);
  return {
    tell,
    ask(transaction, bytes, isWanted) {
      return new Promise((resolve, reject) => {
        let times = 0;
        const again = (): void => {
          if (++times <= TIMES) tell(bytes);
          else settle(() => reject(new Error(`no answer in ${(TIMES * AGAIN_AFTER) / 1000} s`)));
        };
        const timer = setInterval(again, AGAIN_AFTER);
        const settle = (outcome: () => void): void => {
          clearInterval(timer);
          waiting.delete(transaction);
          outcome();
        };
        waiting.set(transaction, (message) => {
          if (isWanted(message)) settle(() => resolve(message));
        });
        again();
      });
    },
  };
}

function transaction4(bytes: Uint8Array): { transaction: number; message: Message4 } | undefined {
  const decoded = decode4(bytes);
  return decoded.ok ? { transaction: decoded.message.xid, message: decoded.message } : undefined;
}

function transaction6(bytes: Uint8Array): { transaction: number; message: Message6 } | undefined {
  const decoded = decode6(bytes);
  return decoded.ok ? { transaction: decoded.message.transactionId, message: decoded.message } : undefined;
}

function createHost4(line: Line<Message4>, next: () => number, mac: Uint8Array, clientIdentifier: Uint8Array | undefined): Host {
  const identity = { ...dhcp4.ethernetClient(mac), clientIdentifier };
  let address: Ipv4 = 0;
  let giaddr: Ipv4 = 0;
  let serverIdentifier: Ipv4 = 0;
  const settingsOf = ({ hostname, fqdn }: Said) => {
    const options: Option[] = [];
    if (hostname !== undefined) options.push({ code: Code4.hostName, data: textBytes(hostname) });
    if (fqdn !== undefined) options.push({ code: Code4.clientFqdn, data: fqdnValue4(fqdn) });
    return { ...identity, options };
  };
  const ask = (message: Message4, ...types: number[]): Promise<Message4> =>
    line.ask(message.xid, encode4({ ...message, giaddr, hops: 1 }), (answer) => types.includes(messageType(answer) as number));
  const take = (answer: Message4): Told => {
    const acknowledged = messageType(answer) === MessageType4.ACK;
    address = acknowledged ? answer.yiaddr : 0;
    return { kind: acknowledged ? "ACK" : "NAK", fqdn: readFqdn4(value4(answer, Code4.clientFqdn)) };
  };
  const parting = (make: typeof dhcp4.release): Promise<void> => {
    line.tell(encode4({ ...make(identity, next(), { address, serverIdentifier }), giaddr, hops: 1 }));
    address = 0;
    return Promise.resolve();
  };
  return {
    get addresses() {
      return address === 0 ? [] : [formatIpv4(address)];
    },
    async obtain(relay, said) {
      giaddr = parseIpv4(relay) as Ipv4;
      for (;;) {
        const offer = await ask(dhcp4.discover(settingsOf(said), { xid: next(), secs: 0 }), MessageType4.OFFER);
        serverIdentifier = optionIpv4(offer, Code4.serverIdentifier) ?? 0;
        const chosen = { address: offer.yiaddr, serverIdentifier };
        const answer = await ask(
          dhcp4.requestSelecting(settingsOf(said), { xid: next(), secs: 0 }, chosen),
          MessageType4.ACK,
          MessageType4.NAK,
        );
        // A server that was started meanwhile knows nothing of what it has offered before.
        if (messageType(answer) === MessageType4.ACK) return take(answer);
      }
    },
    renew: async (said) =>
      take(await ask(dhcp4.requestExtension(settingsOf(said), { xid: next(), secs: 0 }, address), MessageType4.ACK, MessageType4.NAK)),
    release: () => parting(dhcp4.release),
    decline: () => parting(dhcp4.decline),
  };
}

const PEER = parseIpv6("fe80::a") as Ipv6;

function createHost6(line: Line<Message6>, next: () => number, duid: Uint8Array, count: number): Host {
  let linkAddress: Ipv6 = PEER;
  let server: Uint8Array = duid;
  let held: readonly dhcp6.AssociationRequest[] = [];
  const wanted = Array.from({ length: count }, (_, i): dhcp6.AssociationRequest => ({ kind: "IA_NA", iaid: i + 1, prefixes: [] }));
  const settingsOf = ({ fqdn }: Said): dhcp6.ClientSettings => ({
    duid,
    associations: wanted,
    // It hears of a name only when it asks for it (RFC 4704 section 5).
    optionRequest: [...dhcp6.DEFAULT_OPTION_REQUEST, Code6.clientFqdn],
    options: fqdn === undefined ? [] : [{ code: Code6.clientFqdn, data: fqdnValue6(fqdn) }],
    rapidCommit: false,
    acceptReconfigure: false,
  });
  const ask = (message: Message6, type: number): Promise<Message6> => {
    const relays = [{ hopCount: 0, linkAddress, peerAddress: PEER, options: [] }];
    return line.ask(message.transactionId, encode6({ ...message, relays }), (answer) => answer.type === type);
  };
  const take = (answer: Message6): Told => {
    held = dhcp6.readAssociations(answer).flatMap(({ kind, iaid, leases }) => {
      const prefixes = leases.filter(({ validLifetime }) => validLifetime > 0).map(({ prefix }) => prefix.slice());
      return prefixes.length === 0 ? [] : [{ kind, iaid, prefixes }];
    });
    return { kind: "REPLY", fqdn: readFqdn6(value6(answer.options, Code6.clientFqdn)) };
  };
  const transaction = () => ({ transactionId: next() & 0xffffff, elapsed: 0 });
  const parting = async (make: typeof dhcp6.release): Promise<void> => {
    const given = held;
    held = [];
    await ask(make(settingsOf({}), transaction(), server, given), MessageType6.REPLY);
  };
  return {
    get addresses() {
      return held.flatMap(({ prefixes }) => prefixes.map((prefix) => formatIpv6(firstAddress(prefix)))).sort();
    },
    async obtain(relay, said) {
      linkAddress = parseIpv6(relay) as Ipv6;
      const settings = settingsOf(said);
      const advertised = await ask(dhcp6.solicit(settings, transaction()), MessageType6.ADVERTISE);
      server = value6(advertised.options, Code6.serverIdentifier)?.slice() ?? server;
      return take(await ask(dhcp6.request(settings, transaction(), server, wanted), MessageType6.REPLY));
    },
    renew: async (said) => take(await ask(dhcp6.renew(settingsOf(said), transaction(), server, held), MessageType6.REPLY)),
    release: () => parting(dhcp6.release),
    decline: () => parting(dhcp6.decline),
  };
}

const BITS_4 = { S: 1, O: 2, E: 4, N: 8 } as const;
const BITS_6 = { S: 1, O: 2, N: 4 } as const;

function bitsOf(flags: string, bits: Readonly<Record<string, number>>): number {
  return [...flags].reduce((sum, letter) => sum | (bits[letter] as number), 0);
}

function lettersOf(value: number, bits: Readonly<Record<string, number>>): string {
  return Object.keys(bits)
    .filter((letter) => (value & (bits[letter] as number)) !== 0)
    .join("");
}

/** Option 81: flags, two bytes that nobody looks at, and the name, on the wire (E) or as text. */
export function fqdnValue4({ flags, name }: SaidFqdn): Uint8Array {
  return Uint8Array.of(bitsOf(flags, BITS_4), 0, 0, ...(flags.includes("E") ? labelBytes(name) : textBytes(name)));
}

function readFqdn4(value: Uint8Array | undefined): SaidFqdn | undefined {
  if (value === undefined) return undefined;
  const flags = lettersOf(value[0] as number, BITS_4);
  const name = value.subarray(3);
  return { flags, name: flags.includes("E") ? nameOfLabels(name) : Buffer.from(name).toString() };
}

/** Option 39 (RFC 4704). */
export function fqdnValue6({ flags, name }: SaidFqdn): Uint8Array {
  return Uint8Array.of(bitsOf(flags, BITS_6), ...labelBytes(name));
}

function readFqdn6(value: Uint8Array | undefined): SaidFqdn | undefined {
  return value && { flags: lettersOf(value[0] as number, BITS_6), name: nameOfLabels(value.subarray(1)) };
}

/** A name as RFC 1035 has it; without a dot at its end it lacks the root. */
function labelBytes(name: string): Uint8Array {
  const labels = name.split(".").filter((label) => label !== "");
  const root = name.endsWith(".") ? [0] : [];
  return Uint8Array.from([...labels.flatMap((label) => [label.length, ...textBytes(label)]), ...root]);
}

function nameOfLabels(bytes: Uint8Array): string {
  let name = "";
  for (let at = 0; at < bytes.length; ) {
    const length = bytes[at] as number;
    if (length === 0) return `${name}.`;
    name += `${name === "" ? "" : "."}${Buffer.from(bytes.subarray(at + 1, at + 1 + length)).toString()}`;
    at += 1 + length;
  }
  return name;
}

function textBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
