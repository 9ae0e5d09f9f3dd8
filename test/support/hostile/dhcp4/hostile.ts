import {
  bootpRequest,
  type ClientSettings,
  decline,
  discover,
  ethernetClient,
  inform,
  release,
  requestExtension,
  requestInitReboot,
  requestSelecting,
} from "../../../../src/client/dhcp4/messages.ts";
import { type Ipv4, writeIpv4 } from "../../../../src/net/ipv4.ts";
import { encodeMessage } from "../../../../src/wire/dhcp4/encode.ts";
import type { Message, Option } from "../../../../src/wire/dhcp4/message.ts";
import type { Random } from "../../random.ts";
import { createHostile, type Hostile } from "../mutations.ts";

const OPTIONS = 240;

/** Where the messages pretend to come from. */
export interface Scenery {
  /** Addresses that clients ask for. */
  readonly addresses: readonly Ipv4[];
  /** Relays, known and unknown. */
  readonly relays: readonly Ipv4[];
  /** What clients call the server, rightly and wrongly. */
  readonly serverIdentifiers: readonly Ipv4[];
}

const FORMAT = {
  fieldSize: 1,
  largest: 65_507,
  headerSize: OPTIONS,
  telling: [0, 1, 2, 3, 4, 5, 8, 12, 43, 50, 51, 52, 53, 54, 55, 57, 60, 61, 82, 99, 118, 127, 128, 192, 254, 255],
  heavy: [12, 43, 55, 60, 61, 82, 118, 255, 0],
  optionsAt(bytes: Uint8Array, length: number): number[] {
    const found: number[] = [];
    for (let at = OPTIONS; at + 1 < length && bytes[at] !== 255; at += bytes[at] === 0 ? 1 : 2 + (bytes[at + 1] as number)) found.push(at);
    return found.length === 0 ? [Math.min(OPTIONS, Math.max(0, length - 1))] : found;
  },
} as const;

/** Packets of DHCPv4, good and bad. */
export function createDhcp4Hostile(random: Random, scenery: Scenery): Hostile {
  return createHostile(random, makeSeeds(random, scenery), {
    ...FORMAT,
    more: ({ bytes, insert }) => [
      function setHeader() {
        bytes[random.below(28)] = random.pick(FORMAT.telling);
      },
      function setAddress() {
        writeIpv4(bytes, random.pick([12, 16, 20, 24]), random.pick(scenery.addresses));
      },
      function overload() {
        insert(OPTIONS, Uint8Array.of(52, 1, random.below(5)));
        for (let at = 44; at < 236; at++) bytes[at] = random.pick(FORMAT.telling);
      },
    ],
  });
}

/** Every type of message from several clients, direct and relayed. */
function makeSeeds(random: Random, { addresses, relays, serverIdentifiers }: Scenery): Uint8Array[] {
  const seeds: Uint8Array[] = [];
  for (let number = 0; number < 60; number++) {
    const client = settingsOf(random, number);
    const transaction = { xid: random.next(), secs: random.below(100) };
    const lease = () => ({ address: random.pick(addresses), serverIdentifier: random.pick(serverIdentifiers) });
    const own = lease();
    const messages: Message[] = [
      discover(client, transaction),
      discover(client, transaction, { requestedAddress: random.pick(addresses), leaseTime: random.pick([0, 1, 600, 86400, 0xffffffff]) }),
      requestSelecting(client, transaction, own),
      requestSelecting(client, transaction, lease()),
      requestInitReboot(client, transaction, own.address),
      requestExtension(client, transaction, own.address),
      requestExtension(client, transaction, random.pick(addresses)),
      release(client, transaction.xid, own),
      decline(client, transaction.xid, own),
      inform(client, transaction, own.address),
      bootpRequest(client, transaction),
      ofType(discover(client, transaction), random.below(256)),
    ];
    for (const message of messages) {
      seeds.push(encodeMessage(message), encodeMessage({ ...message, giaddr: random.pick(relays), hops: 1 }));
      const options = [...message.options, relayAgentInformation(random, relays)];
      seeds.push(encodeMessage({ ...message, options, giaddr: random.pick(relays), hops: 2 }));
    }
  }
  return seeds;
}

function settingsOf(random: Random, number: number): ClientSettings {
  const client = ethernetClient(Uint8Array.of(2, 0, 0, 0, 9, number));
  const text = (value: string) => new TextEncoder().encode(value);
  const options: Option[] = [
    { code: 12, data: text(`host-${number}`) },
    { code: 60, data: text("MSFT 5.0") },
    { code: 57, data: Uint8Array.of(random.below(256), random.below(256)) },
    { code: 118, data: Uint8Array.of(10, 0, random.below(4), 0) },
  ];
  return {
    ...client,
    clientIdentifier: number % 3 === 0 ? undefined : client.clientIdentifier,
    broadcast: number % 2 === 0,
    parameterRequestList: number % 5 === 0 ? [] : Array.from({ length: random.below(40) }, () => random.below(256)),
    options: options.filter(() => random.below(3) === 0),
    rapidCommit: number % 7 === 0,
  };
}

function ofType(message: Message, type: number): Message {
  return { ...message, options: [{ code: 53, data: Uint8Array.of(type) }, ...message.options.slice(1)] };
}

/**
 * Circuit id, remote id, link selection and server identifier override (RFC 3046, 3527, 5107), and
 * one that nobody knows.
 */
function relayAgentInformation(random: Random, relays: readonly Ipv4[]): Option {
  const link = new Uint8Array(4);
  writeIpv4(link, 0, random.pick(relays));
  const all = [
    [1, 4, 101, 116, 104, random.below(256)],
    [2, 6, 2, 0, 0, 0, 0, random.below(256)],
    [5, 4, ...link],
    [11, 4, ...link],
    [200, random.below(3)],
  ];
  return { code: 82, data: Uint8Array.from(all.filter(() => random.below(2) === 0).flat()) };
}
