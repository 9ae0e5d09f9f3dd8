import type { Config } from "../../../src/config/model/config.ts";
import type { Dhcp6Config, Network, Reservation } from "../../../src/config/model/dhcp6.ts";
import { compareBytes, toHex } from "../../../src/net/bytes.ts";
import { formatIpv6, type Ipv6, linkLocalOf } from "../../../src/net/ipv6.ts";
import { firstAddress, formatIpv6Prefix, ipv6PrefixContains, prefixLength } from "../../../src/net/ipv6-prefix.ts";
import type { Ipv6Range } from "../../../src/net/ipv6-range-index.ts";
import {
  decode,
  encodeMessage,
  type Message,
  MessageType,
  type Option,
  OptionCode,
  optionValue,
  type Relay,
  readIaAddress,
  readIaNa,
  readIaPrefix,
  statusOf,
} from "../../../src/wire/dhcp6/index.ts";
import type { Answer, Answers } from "./answers.ts";
import type { Place } from "./place.ts";

/* What DHCPv6 clients ask, and what they are told, of a configuration. */

const MOST = 12;
const USUAL = [7, 23, 24, 31, 56, 82, 83];
const IAID = 7;

interface Client {
  readonly name: string;
  readonly mac: Uint8Array;
  readonly duid: Uint8Array;
  readonly options: readonly Option[];
  readonly relay: { readonly link: Ipv6; readonly options: readonly Option[] } | undefined;
  readonly isExact: boolean;
}

/** Asks all there is to ask; nothing where there is no DHCPv6. */
export async function ask6({ dhcp6: config }: Config, place: Place, server: Ipv6 | undefined): Promise<Answers> {
  const answers = new Map<string, Answer>();
  if (config === undefined) return answers;
  let number = 0;
  let id = 0x5ea500;
  const orders = ordersOf(config);

  const send = async (
    client: Client,
    type: keyof typeof MessageType,
    options: readonly Option[],
    name: string = type,
  ): Promise<Message | undefined> => {
    const transactionId = id++;
    const own = linkLocalOf(client.mac);
    const relays: readonly Relay[] =
      client.relay === undefined ? [] : [{ hopCount: 0, linkAddress: client.relay.link, peerAddress: own, options: client.relay.options }];
    const everyones = [
      { code: OptionCode.clientIdentifier, data: client.duid },
      { code: 8, data: new Uint8Array(2) },
    ];
    const sent: Message = { type: MessageType[type], transactionId, options: [...everyones, ...client.options, ...options], relays };
    let heard: Message | undefined;
    await place.ask6(encodeMessage(sent), client.relay?.link ?? own, (payload) => {
      const decoded = decode(payload);
      if (!decoded.ok || decoded.message.transactionId !== transactionId) return false;
      heard = decoded.message;
      return true;
    });
    answers.set(`${client.name}: ${name}`, heard && textOf(heard, config, client.isExact));
    return heard;
  };

  const life = async (client: Client, ia: number): Promise<void> => {
    const blank: Option = { code: ia, data: Uint8Array.of(0, 0, 0, IAID, 0, 0, 0, 0, 0, 0, 0, 0) };
    const advertise = await send(client, "SOLICIT", [blank, orders]);
    const offered = advertise?.options.filter(({ code }) => code === ia) ?? [];
    const id = advertise && optionValue(advertise.options, OptionCode.serverIdentifier);
    if (id === undefined) return;
    const to = { code: OptionCode.serverIdentifier, data: id };
    const reply = await send(client, "REQUEST", [to, ...offered, orders]);
    const given = reply?.options.filter(({ code }) => code === ia) ?? [];
    if (given.length === 0) return;
    await send(client, "RENEW", [to, ...given, orders]);
    await send(client, "REBIND", [...given, orders]);
    if (ia === OptionCode.iaNa) await send(client, "CONFIRM", given);
    await send(client, "RELEASE", [to, ...given]);
  };

  const tasks: (() => Promise<unknown>)[] = [];
  for (const network of config.networks) {
    const relay = relayOf(config, network, server);
    const client = (what: string, more: Partial<Client> = {}): Client => {
      const mac = Uint8Array.of(0x02, 0xbb, 0, 0, number >> 8, number++);
      return { name: `${network.name}, ${what}`, mac, duid: duidOf(mac), options: [], relay, isExact: false, ...more };
    };
    const [one, brief, informed, moved] = [
      client("a client"),
      client("one in a hurry"),
      client("one without state"),
      client("one that moved"),
    ];
    tasks.push(() => life(one, OptionCode.iaNa));
    tasks.push(() =>
      send(brief, "SOLICIT", [
        { code: OptionCode.iaNa, data: new Uint8Array(12) },
        { code: 14, data: new Uint8Array() },
      ]),
    );
    tasks.push(() => send(informed, "INFORMATION-REQUEST", [orders]));
    const elsewhere = Uint8Array.of(0x20, 1, 0xd, 0xb8, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9);
    const address = { code: OptionCode.iaAddress, data: Uint8Array.of(...elsewhere, 0, 0, 0, 0, 0, 0, 0, 0) };
    const header = [0, 0, 0, IAID, 0, 0, 0, 0, 0, 0, 0, 0];
    const ia = { code: OptionCode.iaNa, data: Uint8Array.of(...header, 0, address.code, 0, address.data.length, ...address.data) };
    tasks.push(() => send(moved, "CONFIRM", [ia]));
    if (network.prefixPools.length > 0) {
      const router = client("a router");
      tasks.push(() => life(router, OptionCode.iaPd));
    }
    for (const reservation of network.reservations.flat().slice(0, MOST)) {
      const known = clientOf(reservation);
      if (known === undefined) continue;
      if (reservation.addresses.some((one) => !ipv6PrefixContains(network.prefix, one))) continue;
      const host = client(`the host ${reservation.name}`, { ...known, isExact: true });
      tasks.push(() => life(host, OptionCode.iaNa));
      if (reservation.prefixes.length > 0) {
        const router = { ...host, name: `${host.name} as a router` };
        tasks.push(() => life(router, OptionCode.iaPd));
      }
    }
  }
  await Promise.all(tasks.map((task) => task()));
  return new Map([...answers].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function duidOf(mac: Uint8Array): Uint8Array {
  return Uint8Array.of(0, 3, 0, 1, ...mac);
}

function clientOf({ match }: Reservation): Pick<Client, "mac" | "duid"> | undefined {
  const [one] = match;
  if (one === undefined || match.length > 1) return undefined;
  if (one.kind === "chaddr") return { mac: one.chaddr, duid: duidOf(one.chaddr) };
  if (one.kind === "duid") return { mac: Uint8Array.of(2, 0xbb, 1, ...one.value.slice(-3)), duid: one.value };
  return undefined;
}

function ordersOf(config: Dhcp6Config): Option {
  const codes = new Set(USUAL);
  for (const { options } of [config, ...config.networks, ...config.pools]) for (const code of options.byCode.keys()) codes.add(code);
  const asked = [...codes].sort((a, b) => a - b).flatMap((code) => [code >> 8, code & 255]);
  return { code: OptionCode.optionRequest, data: Uint8Array.from(asked) };
}

/** Undefined where the cable itself is in this network. */
function relayOf(config: Dhcp6Config, network: Network, server: Ipv6 | undefined): Client["relay"] {
  const link = config.links[network.link];
  const [id] = link?.interfaceIds ?? [];
  const options = id === undefined ? [] : [{ code: 18, data: id }];
  const [relay] = link?.relays ?? [];
  if (relay !== undefined) return { link: relay, options };
  if (id !== undefined) return { link: freeAddress(network, 2), options };
  const isHere = server !== undefined && link?.networks.some(({ prefix }) => ipv6PrefixContains(prefix, server));
  return isHere ? undefined : { link: freeAddress(network, 2), options };
}

/** Where the server stands: in the first network that no relay is named for. */
export function serverAddress6({ dhcp6 }: Config): { readonly address: Ipv6; readonly length: number } | undefined {
  if (dhcp6 === undefined) return undefined;
  const network = dhcp6.networks.find((one) => {
    const link = dhcp6.links[one.link];
    return link?.relays.length === 0 && link.interfaceIds.length === 0;
  });
  if (network !== undefined) return { address: freeAddress(network, 1), length: prefixLength(network.prefix) };
  return { address: Uint8Array.of(0x20, 1, 0xd, 0xb8, 0xff, 0xfe, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1), length: 64 };
}

/** An address of nobody's, near the start or the end of the network. */
function freeAddress({ prefix, ranges, reservations }: Network, last: number): Ipv6 {
  for (const [at, value] of [
    [15, 0],
    [13, 0xee],
    [8, 0xee],
    [14, 0xff],
  ] as const) {
    const address = Uint8Array.from(firstAddress(prefix));
    address[at] = value;
    address[15] = last;
    const isTaken =
      ranges.some((range) => contains(range, address)) ||
      reservations.flat().some((one) => one.addresses.some((other) => compareBytes(other, address) === 0));
    if (!isTaken) return address;
  }
  return firstAddress(prefix);
}

function contains({ start, end }: Ipv6Range, address: Ipv6): boolean {
  return compareBytes(start, address) <= 0 && compareBytes(address, end) <= 0;
}

function textOf(message: Message, config: Dhcp6Config, isExact: boolean): Answer {
  const [[type = "?"] = []] = Object.entries(MessageType).filter(([, code]) => code === message.type);
  const fields: Record<string, string> = { type, status: String(statusOf(message.options)) };
  for (const { code, data } of message.options) {
    if (code === OptionCode.clientIdentifier || code === OptionCode.serverIdentifier || code === OptionCode.statusCode) continue;
    if (code !== OptionCode.iaNa && code !== OptionCode.iaPd) {
      fields[`option ${code}`] = toHex(data);
      continue;
    }
    const ia = readIaNa(data);
    const name = code === OptionCode.iaNa ? "IA_NA" : "IA_PD";
    fields[`${name} times`] = `T1 ${ia?.t1}, T2 ${ia?.t2}`;
    fields[`${name} status`] = String(statusOf(ia?.options ?? []));
    const given: string[] = [];
    for (const option of ia?.options ?? []) {
      const address = option.code === OptionCode.iaAddress ? readIaAddress(option.data) : undefined;
      const prefix = option.code === OptionCode.iaPrefix ? readIaPrefix(option.data) : undefined;
      const one = address ?? prefix;
      if (one === undefined) continue;
      const what = address ? (isExact ? formatIpv6(address.address) : rangeOf(address.address, config)) : poolOf(prefix, config, isExact);
      given.push(`${what} preferred ${one.preferredLifetime}, valid ${one.validLifetime}`);
    }
    fields[name] = given.join("; ");
  }
  return fields;
}

function rangeOf(address: Ipv6, config: Dhcp6Config): string {
  const range = config.networks.flatMap(({ ranges }) => ranges).find((one) => contains(one, address));
  return range === undefined ? formatIpv6(address) : `of ${formatIpv6(range.start)}-${formatIpv6(range.end)}`;
}

function poolOf(prefix: ReturnType<typeof readIaPrefix>, config: Dhcp6Config, isExact: boolean): string {
  if (prefix === undefined) return "";
  const pool = config.networks.flatMap(({ prefixPools }) => prefixPools).find((one) => ipv6PrefixContains(one.prefix, prefix.prefix));
  return pool === undefined || isExact
    ? formatIpv6Prefix(prefix.prefix)
    : `a /${prefixLength(prefix.prefix)} of ${formatIpv6Prefix(pool.prefix)}`;
}
