/** Cables with a network each, and what clients made of plain data exchange with the server over them. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { type ClientSettings, discover, ethernetClient, requestSelecting, type Transaction } from "../../src/client/dhcp4/index.ts";
import { NO_BYTES, toHex } from "../../src/net/bytes.ts";
import { formatIpv4, type Ipv4, parseIpv4 } from "../../src/net/ipv4.ts";
import { formatMac } from "../../src/net/mac.ts";
import type { Message, Option } from "../../src/wire/dhcp4/index.ts";
import type { LeaseholdProcess } from "../support/leasehold-process.ts";
import type { Lab, Namespace } from "../support/namespaces.ts";
import { type Answer, type Envelope, openRawClient, type RawClient } from "../support/raw-client.ts";
import { assertReply, type ExpectedReply } from "./expected-reply.ts";

/** A cable between server and clients, with the network 10.70.`number`.0/24 on it. */
export interface Wire {
  readonly raw: RawClient;
  /** Option 54 of all that the server says here. */
  readonly server: Ipv4;
  /** An address of the network. */
  at(host: number): Ipv4;
  /** Sends a message, which must have one answer. */
  ask(message: Message, envelope?: Envelope): Promise<Answer>;
  assertReply(message: Message, answer: Answer, expected: Expected): void;
  /** Sends a message, which must have exactly this answer. */
  expectReply(message: Message, expected: Expected, envelope?: Envelope): Promise<void>;
  /** Sends a message, which must have no answer: the next one is that of the message that follows it. */
  expectSilence(message: Message, next: Message): Promise<void>;
  /** What a client that has this address sends to the server alone; the server's machine knows where the client is. */
  unicast(client: ClientSettings, host: number): Envelope;
}

/** What is left out is as a client gets it that has no address yet: from the server to `yiaddr` at its hardware address, or by broadcast. */
export type Expected = Partial<ExpectedReply> & { readonly options: readonly string[] };

const serverMac = (number: number): Uint8Array => Uint8Array.of(2, 0, 0x5e, 0x70, 0, number);

/** A cable eth`number` between the namespaces; `hosts` are the server's addresses on it, of which the last is the one that it uses. */
export async function createWire(
  t: TestContext,
  lab: Lab,
  server: Namespace,
  clients: Namespace,
  number: number,
  hosts: readonly number[] = [1],
): Promise<Wire> {
  const device = `eth${number}`;
  lab.cable(server, device, clients, device);
  lab.exec(server, "ip", "link", "set", device, "address", formatMac(serverMac(number)));
  for (const host of hosts) lab.exec(server, "ip", "address", "add", `10.70.${number}.${host}/24`, "dev", device);
  const raw = await openRawClient(t, lab, clients, device);
  const at = (host: number): Ipv4 => parseIpv4(`10.70.${number}.${host}`) as Ipv4;
  const own = at(hosts.at(-1) as number);
  const ask: Wire["ask"] = async (message, envelope) => {
    raw.send(message, envelope);
    const [answer, ...more] = await raw.answers(1);
    assert.ok(answer !== undefined, "there is no answer");
    assert.deepEqual(more, []);
    return answer;
  };
  const assertAnswer: Wire["assertReply"] = (message, answer, expected) => {
    const isBroadcast = (expected.flags ?? message.flags) !== 0 || expected.yiaddr === undefined;
    assertReply(message, answer, {
      from: serverMac(number),
      to: isBroadcast ? "ff:ff:ff:ff:ff:ff" : formatMac(message.chaddr),
      packet: `${formatIpv4(own)}:67 > ${isBroadcast ? "255.255.255.255" : formatIpv4(expected.yiaddr as Ipv4)}:68`,
      ...expected,
    });
  };
  return {
    raw,
    server: own,
    at,
    ask,
    assertReply: assertAnswer,
    expectReply: async (message, expected, envelope) => assertAnswer(message, await ask(message, envelope), expected),
    async expectSilence(message, next) {
      raw.send(message);
      raw.send(next);
      const answers = await raw.answers(1);
      assert.deepEqual(
        answers.map((answer) => answer.message.xid),
        [next.xid],
      );
    },
    unicast(client, host) {
      lab.exec(
        server,
        "ip",
        "neigh",
        "replace",
        formatIpv4(at(host)),
        "lladdr",
        formatMac(client.chaddr),
        "dev",
        device,
        "nud",
        "permanent",
      );
      return { to: serverMac(number), source: at(host), destination: own };
    },
  };
}

let transactions = 0;
/** Begins a transaction with a number of its own. */
export const transaction = (): Transaction => ({ xid: 0x1ea5e000 + transactions++, secs: 0 });

/** A client with a hardware address of its own, which asks for mask and router. */
export function clientOf(number: number, changes: Partial<ClientSettings> = {}): ClientSettings {
  return { ...ethernetClient(Uint8Array.of(2, 0, 0x5e, 0x71, 0, number)), parameterRequestList: [1, 3], ...changes };
}

export const vendorClass = (text: string): Option => ({ code: 60, data: Buffer.from(text) });
export const u32 = (value: number): string => value.toString(16).padStart(8, "0");
export const textOption = (code: number, text: string): string => `${code} ${Buffer.from(text).toString("hex")}`;

export const [OFFER, ACK, NAK] = ["02", "05", "06"] as const;

/** Options of an OFFER or ACK: what every lease has, then `settings`, then the echo of option 61. */
export function leaseOptions(
  wire: Wire,
  client: ClientSettings,
  type: string,
  { time = 3600, settings = [] as string[], more = [] as string[] } = {},
) {
  const times = [`51 ${u32(time)}`, `58 ${u32(Math.floor(time / 2))}`, `59 ${u32(Math.floor((time * 7) / 8))}`];
  return [
    `53 ${type}`,
    `54 ${u32(wire.server)}`,
    ...times,
    ...more,
    "1 ffffff00",
    ...settings,
    `61 ${toHex(client.clientIdentifier ?? NO_BYTES)}`,
  ];
}

export const nakOptions = (wire: Wire, client: ClientSettings, why: string): string[] => [
  ...[`53 ${NAK}`, `54 ${u32(wire.server)}`, textOption(56, why)],
  `61 ${toHex(client.clientIdentifier ?? NO_BYTES)}`,
];

/** DISCOVER, OFFER, REQUEST, ACK: the client gets the address of this host, with these settings. */
export async function obtain(
  wire: Wire,
  client: ClientSettings,
  host: number,
  changes: { time?: number; settings?: string[] } = {},
): Promise<void> {
  const yiaddr = wire.at(host);
  const { xid, secs } = transaction();
  await wire.expectReply(discover(client, { xid, secs }), { yiaddr, options: leaseOptions(wire, client, OFFER, changes) });
  const request = requestSelecting(client, { xid, secs }, { address: yiaddr, serverIdentifier: wire.server });
  await wire.expectReply(request, { yiaddr, options: leaseOptions(wire, client, ACK, changes) });
}

export const row = (wire: Wire, host: number, state: string, client: ClientSettings, time: number | "for ever" = 3600): string =>
  `${formatIpv4(wire.at(host))} ${state} ${formatMac(client.chaddr)} ${time}`;

export async function rows(leasehold: LeaseholdProcess): Promise<string[]> {
  const leases = await leasehold.leases();
  return leases.map(({ address, state, hardware_address, start, expiry }) => {
    const time = (Date.parse(expiry) - Date.parse(start)) / 1000;
    return `${address} ${state} ${hardware_address} ${Number.isNaN(time) ? "for ever" : time}`;
  });
}
