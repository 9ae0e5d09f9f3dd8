import type { Config } from "../../../src/config/model/config.ts";
import type { Network, Reservation } from "../../../src/config/model/dhcp4.ts";
import { fromHex, toHex } from "../../../src/net/bytes.ts";
import { formatIpv4, type Ipv4, writeIpv4 } from "../../../src/net/ipv4.ts";
import { prefixContains, rangeOfPrefix } from "../../../src/net/prefix.ts";
import { rangeContains } from "../../../src/net/range.ts";
import { decode, encodeMessage, type Message, MessageType, type Option, optionIpv4, optionValue } from "../../../src/wire/dhcp4/index.ts";
import type { Answer, Answers } from "./answers.ts";
import type { Place, Way } from "./place.ts";

/* What DHCPv4 clients ask, and what they are told, of a configuration. */

/** Classes and reservations that get a client, at most: an exchange of four messages each. */
const MOST = 12;
/** Whoever asks for it can do without an address (RFC 8925): a client of another kind. */
const V6_ONLY_PREFERRED = 108;
const DOMAIN_SEARCH = 119;
const USUAL = [1, 3, 6, 12, 15, 28, 42, 43, 51, 54, 58, 59, 66, 67, 119, 121];

/** A client, and how it reaches the server. */
interface Client {
  readonly name: string;
  readonly chaddr: Uint8Array;
  readonly options: readonly Option[];
  /** Undefined: on the cable itself. */
  readonly relay: Ipv4 | undefined;
  /** Whether its address must be the very same, not just one of the same range; or only this one. */
  readonly isExact: boolean | Ipv4;
}

/** What a client asks beyond what is made up from the configuration: `NAME.packets.json`. */
export interface Extra {
  readonly name: string;
  readonly type?: keyof typeof MessageType;
  /** Default: the first network, directly. */
  readonly relay?: Ipv4;
  readonly chaddr?: Uint8Array;
  /** By code. */
  readonly options: readonly Option[];
  readonly ciaddr?: Ipv4;
}

/** Asks all there is to ask. Clients come at the same time, each of them in turn. */
export async function ask(config: Config, place: Place, server: Ipv4, extras: readonly Extra[]): Promise<Answers> {
  const answers = new Map<string, Answer>();
  const parameters = parametersOf(config);
  let number = 0;
  const mac = (): Uint8Array => Uint8Array.of(0x02, 0xaa, 0, 0, number >> 8, number++);
  let xid = 0x1ea50000;

  const send = async (client: Client, name: string, message: Partial<Message>, way?: Way): Promise<Message | undefined> => {
    const id = xid++;
    const { chaddr, relay } = client;
    const sent: Message = { ...BLANK, chaddr, xid: id, giaddr: relay ?? 0, hops: relay === undefined ? 0 : 1, ...message };
    const usual: Way = relay === undefined ? { source: 0, port: 68, to: undefined } : { source: relay, port: 67, to: server };
    let heard: Message | undefined;
    await place.ask4(encodeMessage(sent), chaddr, way ?? usual, (payload) => {
      const decoded = decode(payload);
      if (!decoded.ok || decoded.message.xid !== id || decoded.message.op !== 2) return false;
      heard = decoded.message;
      return true;
    });
    answers.set(`${client.name}: ${name}`, heard && textOf(heard, config, client.isExact));
    return heard;
  };

  /** An address from the beginning to the end, as a client has it. */
  const life = async (client: Client, wanted: readonly Option[] = []): Promise<void> => {
    const asked = [...client.options, ...parameters];
    const offer = await send(client, "DISCOVER", { options: [typeOf("DISCOVER"), ...asked, ...wanted] });
    if (offer === undefined) return;
    const id = optionValue(offer, 54) ?? new Uint8Array(4);
    const request = [typeOf("REQUEST"), { code: 50, data: bytesOf(offer.yiaddr) }, { code: 54, data: id }, ...asked];
    const ack = await send(client, "REQUEST", { options: request });
    if (ack === undefined || ack.yiaddr === 0) return;
    const { yiaddr: ciaddr } = ack;
    const way: Way = { source: ciaddr, port: 68, to: optionIpv4(ack, 54) ?? server };
    await send(client, "renewing", { ciaddr, giaddr: 0, hops: 0, options: [typeOf("REQUEST"), ...asked] }, way);
    const init = [typeOf("REQUEST"), { code: 50, data: bytesOf(ciaddr) }, ...asked];
    await send(client, "after a restart", { options: init });
  };

  const tasks: (() => Promise<unknown>)[] = [];
  for (const network of config.networks) {
    const relay = relayOf(config, network, server);
    const named = (what: string, more: Partial<Client> = {}): Client => ({
      name: `${network.name}, ${what}`,
      chaddr: mac(),
      options: [],
      relay,
      isExact: false,
      ...more,
    });
    tasks.push(() => life(named("a client")));
    const brief = named("one that asks for nothing");
    tasks.push(() => send(brief, "DISCOVER", { options: [typeOf("DISCOVER")] }));
    const identified = named("one with an identifier and a name", { options: [{ code: 61, data: text(`\0lease-hold${number}`) }] });
    tasks.push(() => life(identified, [{ code: 12, data: text("somebody") }]));
    const informed = named("one with an address of its own", { isExact: true });
    const ciaddr = freeAddress(network, [server]);
    tasks.push(() => send(informed, "INFORM", { ciaddr, options: [typeOf("INFORM"), ...parameters] }));
    const [range] = network.ranges;
    const wish = range && range.guard === undefined && !isReserved(network, range.end - 1) ? range.end - 1 : undefined;
    if (wish !== undefined && range !== undefined && wish > range.start) {
      const wishing = named("one that asks for an address", { isExact: wish });
      tasks.push(() => send(wishing, "DISCOVER", { options: [typeOf("DISCOVER"), { code: 50, data: bytesOf(wish) }, ...parameters] }));
    }
    const stray = named("one from another network", { isExact: true });
    tasks.push(() =>
      send(stray, "after a restart", { options: [typeOf("REQUEST"), { code: 50, data: bytesOf(0xcb007109) }, ...parameters] }),
    );
    for (const reservation of network.reservations.flat().slice(0, MOST)) {
      const known = clientOf(reservation, mac());
      if (known === undefined || (reservation.address !== undefined && !prefixContains(network.prefix, reservation.address))) continue;
      tasks.push(() => life(named(`the host ${reservation.name}`, { ...known, isExact: reservation.address !== undefined })));
    }
  }
  const [first] = config.networks;
  const relay = first && relayOf(config, first, server);
  const nowhere = { name: "an unknown network", chaddr: mac(), options: [], relay: 0xc6336401, isExact: true };
  tasks.push(() => send(nowhere, "DISCOVER", { options: [typeOf("DISCOVER"), ...parameters] }));
  for (const extra of extras) {
    const own = extra.relay === undefined ? relay : extra.relay === server ? undefined : extra.relay;
    const client: Client = { name: extra.name, chaddr: extra.chaddr ?? mac(), options: extra.options, relay: own, isExact: false };
    const { type = "DISCOVER", ciaddr = 0 } = extra;
    const asked = extra.options.some(({ code }) => code === 55) ? extra.options : [...extra.options, ...parameters];
    const from: Way | undefined = ciaddr === 0 || own !== undefined ? undefined : { source: ciaddr, port: 68, to: server };
    if (type === "DISCOVER") tasks.push(() => life(client));
    else tasks.push(() => send(client, type, { ciaddr, options: [typeOf(type), ...asked] }, from));
  }
  await Promise.all(tasks.map((task) => task()));
  return new Map([...answers].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const BLANK: Message = {
  op: 1,
  htype: 1,
  hlen: 6,
  hops: 0,
  xid: 0,
  secs: 0,
  flags: 0,
  ciaddr: 0,
  yiaddr: 0,
  siaddr: 0,
  giaddr: 0,
  chaddr: new Uint8Array(6),
  sname: new Uint8Array(0),
  file: new Uint8Array(0),
  cookie: true,
  options: [],
};

function typeOf(type: keyof typeof MessageType): Option {
  return { code: 53, data: Uint8Array.of(MessageType[type]) };
}

/** Asks for everything that the configuration has, and for what is usual. */
function parametersOf(config: Config): readonly Option[] {
  const codes = new Set(USUAL);
  for (const { options } of [config, ...config.networks, ...config.ranges, ...(config.classification?.classes ?? [])]) {
    for (const code of options.byCode.keys()) codes.add(code);
  }
  for (const reservation of config.networks.flatMap(({ reservations }) => reservations.flat())) {
    for (const code of reservation.options.byCode.keys()) codes.add(code);
  }
  // What a server adds by itself is not asked for: server identifier, type, relay information.
  const asked = [...codes].filter((code) => code > 0 && code < 255 && ![53, 82, V6_ONLY_PREFERRED].includes(code)).sort((a, b) => a - b);
  return [{ code: 55, data: Uint8Array.from(asked) }];
}

/** Undefined where the cable itself is in this network. */
export function relayOf(config: Config, network: Network, server: Ipv4): Ipv4 | undefined {
  const link = config.links[network.link];
  const [relay] = link?.relays ?? [];
  if (relay !== undefined) return relay;
  return link?.networks.some(({ prefix }) => prefixContains(prefix, server)) ? undefined : freeAddress(network, []);
}

/** The last address that is nobody's. */
export function freeAddress(network: Network, others: readonly Ipv4[]): Ipv4 {
  const { start, end } = rangeOfPrefix(network.prefix);
  for (let address = end - 1; address > start && end - address < 70_000; address--) {
    if (others.includes(address) || network.ranges.some((range) => rangeContains(range, address)) || isReserved(network, address)) continue;
    return address;
  }
  return start + 1;
}

function isReserved(network: Network, address: Ipv4): boolean {
  return network.reservations.some((list) => list.some((one) => one.address === address));
}

/** A client that matches; undefined where it takes a relay's words. */
function clientOf({ match }: Reservation, chaddr: Uint8Array): Pick<Client, "chaddr" | "options"> | undefined {
  let mac = chaddr;
  const options: Option[] = [];
  const relayed: number[] = [];
  for (const one of match) {
    if (one.kind === "chaddr") mac = one.chaddr;
    else if (one.kind === "clientIdentifier") options.push({ code: 61, data: one.value });
    else if (one.kind === "duid") options.push({ code: 61, data: Uint8Array.of(255, 0, 0, 0, 1, ...one.value) });
    else if (one.kind === "option") options.push({ code: one.code, data: one.value });
    else relayed.push(one.kind === "circuitId" ? 1 : 2, one.value.length, ...one.value);
  }
  if (mac.length !== 6) return undefined;
  if (relayed.length > 0) options.push({ code: 82, data: Uint8Array.from(relayed) });
  return { chaddr: mac, options };
}

function textOf(message: Message, config: Config, isExact: Client["isExact"]): Answer {
  const [[type = "?"] = []] = Object.entries(MessageType).filter(([, code]) => code === optionValue(message, 53)?.[0]);
  const fields: Record<string, string> = {
    type,
    yiaddr:
      message.yiaddr === 0 || isExact === true || isExact === message.yiaddr ? formatIpv4(message.yiaddr) : placeOf(message.yiaddr, config),
    siaddr: formatIpv4(message.siaddr),
    sname: new TextDecoder().decode(message.sname),
    file: new TextDecoder().decode(message.file),
  };
  for (const code of new Set(message.options.map((option) => option.code))) {
    const value = optionValue(message, code) as Uint8Array;
    if (code !== 53) fields[`option ${code}`] = code === DOMAIN_SEARCH ? namesOf(value) : toHex(value);
  }
  return fields;
}

/** Names, whose ends may be told by a pointer to where they stood before (RFC 3397). */
function namesOf(bytes: Uint8Array): string {
  const names: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const labels: string[] = [];
    let next: number | undefined;
    for (let i = at, jumps = 0; jumps < 100; jumps++) {
      const length = bytes[i] ?? 0;
      if (length >= 0xc0) {
        next ??= i + 2;
        i = ((length & 0x3f) << 8) | (bytes[i + 1] ?? 0);
        continue;
      }
      i += 1 + length;
      if (length === 0) {
        next ??= i;
        break;
      }
      labels.push(new TextDecoder().decode(bytes.subarray(i - length, i)));
    }
    names.push(labels.join("."));
    at = next ?? bytes.length;
  }
  return names.join(" ");
}

function placeOf(address: Ipv4, config: Config): string {
  const range = config.ranges.find((one) => rangeContains(one, address));
  return range === undefined ? formatIpv4(address) : `of ${formatIpv4(range.start)}-${formatIpv4(range.end)}`;
}

function bytesOf(address: Ipv4): Uint8Array {
  const bytes = new Uint8Array(4);
  writeIpv4(bytes, 0, address);
  return bytes;
}

function text(characters: string): Uint8Array {
  return new TextEncoder().encode(characters);
}

/** The values that the tests of classes want, where they are told by the expression itself. */
export function triggers(classes: readonly { readonly name: string; readonly assert?: string }[]): readonly Extra[] {
  return classes.slice(0, MOST).flatMap(({ name, assert = "" }) => {
    const options: Option[] = [];
    const relayed: number[] = [];
    const pattern = /\b(option|relay4)\[(\d+)\]\.(?:hex|text)(?:,\s*0,\s*\d+\))?\s*==\s*(?:'([^']*)'|0x((?:[0-9a-f]{2})+))/gi;
    for (const [, kind, code, words, hex] of assert.split(/\bor\b/)[0]?.matchAll(pattern) ?? []) {
      const data = words === undefined ? (fromHex(hex ?? "") ?? new Uint8Array()) : text(words);
      if (kind === "relay4") relayed.push(Number(code), data.length, ...data);
      else options.push({ code: Number(code), data });
    }
    if (relayed.length > 0) options.push({ code: 82, data: Uint8Array.from(relayed) });
    return options.length === 0 ? [] : [{ name: `one of the class ${name}`, options }];
  });
}

/**
 * Where the server stands: in the first network that no relay is named for, at an address that the
 * file says is its own (`own`), else at one that is nobody's.
 */
export function serverAddress(config: Config, own: readonly Ipv4[]): { readonly address: Ipv4; readonly length: number } | undefined {
  if (config.networks.length === 0) return undefined;
  const network = config.networks.find((one) => config.links[one.link]?.relays.length === 0);
  const [{ address: named } = { address: undefined }] = config.interfaces;
  if (network === undefined) return { address: named ?? ELSEWHERE, length: 24 };
  const told = [named, ...own, network.serverId, ...config.networks.map(({ serverId }) => serverId)];
  const address = told.find((one) => one !== undefined && prefixContains(network.prefix, one));
  return { address: address ?? freeAddress(network, []), length: network.prefix.length };
}

/** 198.18.0.1 */
const ELSEWHERE = 0xc6120001;
