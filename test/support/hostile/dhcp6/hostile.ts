import {
  type AssociationRequest,
  type ClientSettings,
  confirm,
  decline,
  informationRequest,
  rebind,
  release,
  renew,
  request,
  solicit,
} from "../../../../src/client/dhcp6/messages.ts";
import { readU16, writeU16 } from "../../../../src/net/bytes.ts";
import type { Duid } from "../../../../src/net/duid.ts";
import type { Ipv6 } from "../../../../src/net/ipv6.ts";
import { type Ipv6Prefix, ipv6Prefix } from "../../../../src/net/ipv6-prefix.ts";
import { encodeMessage } from "../../../../src/wire/dhcp6/encode.ts";
import { iaAddressOption } from "../../../../src/wire/dhcp6/identity-association.ts";
import { type Message, MessageType, type Option, type Relay } from "../../../../src/wire/dhcp6/message.ts";
import { OptionCode } from "../../../../src/wire/dhcp6/option-code.ts";
import type { Random } from "../../random.ts";
import { createHostile, type Hostile } from "../mutations.ts";

/** Where the messages pretend to come from. */
export interface Scenery {
  /** Addresses that clients ask for. */
  readonly addresses: readonly Ipv6[];
  /** Prefixes that clients ask for, lengths without a prefix among them. */
  readonly prefixes: readonly Ipv6Prefix[];
  /** Link addresses of relays, known and unknown. */
  readonly links: readonly Ipv6[];
  /** What clients call the server, rightly and wrongly. */
  readonly serverIdentifiers: readonly Duid[];
}

const MESSAGE_HEADER = 4;
const RELAY_HEADER = 34;
const OPTION_HEADER = 4;

/** Bytes of a value in front of the options in it. */
const OPTIONS_IN: ReadonlyMap<number, number> = new Map([
  [OptionCode.iaNa, 12],
  [OptionCode.iaTa, 4],
  [OptionCode.iaAddress, 24],
  [OptionCode.iaPd, 12],
  [OptionCode.iaPrefix, 25],
]);

const FORMAT = {
  fieldSize: 2,
  largest: 65_527,
  headerSize: MESSAGE_HEADER,
  telling: [0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 12, 13, 14, 16, 17, 18, 19, 20, 25, 26, 37, 39, 53, 67, 79, 82, 127, 128, 255],
  heavy: [1, 3, 5, 6, 9, 15, 16, 17, 18, 25, 26, 39],
  optionsAt(bytes: Uint8Array, length: number): number[] {
    const found: number[] = [];
    const walk = (start: number, end: number): void => {
      for (let at = start; at + OPTION_HEADER <= end; at += OPTION_HEADER + readU16(bytes, at + 2)) {
        found.push(at);
        const code = readU16(bytes, at);
        const value = at + OPTION_HEADER;
        const last = Math.min(end, value + readU16(bytes, at + 2));
        if (code === OptionCode.relayMessage) walk(value + headerOf(bytes[value]), last);
        else walk(value + (OPTIONS_IN.get(code) ?? 0x10000), last);
      }
    };
    walk(headerOf(bytes[0]), length);
    return found.length === 0 ? [Math.max(0, Math.min(MESSAGE_HEADER, length - OPTION_HEADER))] : found;
  },
} as const;

function headerOf(type: number | undefined): number {
  return type === MessageType["RELAY-FORW"] || type === MessageType["RELAY-REPL"] ? RELAY_HEADER : MESSAGE_HEADER;
}

/** Packets of DHCPv6, good and bad. */
export function createDhcp6Hostile(random: Random, scenery: Scenery): Hostile {
  return createHostile(random, makeSeeds(random, scenery), {
    ...FORMAT,
    more: (packet) => [
      function changeType() {
        packet.bytes[0] = random.below(40);
      },
      function changeHopCountOrAddresses() {
        packet.bytes[1 + random.below(RELAY_HEADER - 1)] = random.pick(FORMAT.telling);
      },
      /** In relays, up to more than any server has to follow. */
      function nest() {
        for (let depth = random.pick([1, 2, 8, 9, 31, 32, 33, 40]); depth > 0; depth--) {
          const header = new Uint8Array(RELAY_HEADER + OPTION_HEADER);
          header[0] = MessageType["RELAY-FORW"];
          header[1] = random.pick([0, depth, 8, 32, 255]);
          if (random.below(2) === 0) header.set(random.pick(scenery.links), 2);
          writeU16(header, RELAY_HEADER, OptionCode.relayMessage);
          writeU16(header, RELAY_HEADER + 2, packet.length);
          packet.insert(0, header);
        }
      },
    ],
  });
}

/** Every type of message from several clients, direct and relayed. */
function makeSeeds(random: Random, { addresses, prefixes, links, serverIdentifiers }: Scenery): Uint8Array[] {
  const seeds: Uint8Array[] = [];
  for (let number = 0; number < 60; number++) {
    const client = settingsOf(random, number);
    const transaction = { transactionId: random.below(1 << 24), elapsed: random.below(100_000) };
    const server = (): Duid => random.pick(serverIdentifiers);
    const held = (): AssociationRequest[] =>
      client.associations.map(({ kind, iaid }) => ({
        kind,
        iaid,
        prefixes: Array.from({ length: random.below(3) }, () =>
          kind === "IA_NA" ? ipv6Prefix(random.pick(addresses)) : random.pick(prefixes),
        ),
      }));
    const own = random.pick(addresses);
    const messages: Message[] = [
      solicit(client, transaction),
      solicit({ ...client, associations: held() }, transaction),
      request(client, transaction, server(), client.associations),
      request(client, transaction, server(), held()),
      confirm(client, transaction, held()),
      renew(client, transaction, server(), held()),
      rebind(client, transaction, held()),
      release(client, transaction, server(), held()),
      decline(client, transaction, server(), held()),
      informationRequest(client, transaction, undefined),
      ofType(solicit(client, transaction), random.below(40)),
      registration(client, transaction.transactionId, own),
    ];
    for (const message of messages) {
      const relay = (hopCount: number): Relay => ({
        hopCount,
        linkAddress: random.pick(links),
        peerAddress: message.type === MessageType["ADDR-REG-INFORM"] ? own : random.pick(addresses),
        options: relayOptions(random),
      });
      seeds.push(encodeMessage(message), encodeMessage({ ...message, relays: [relay(0)] }));
      seeds.push(encodeMessage({ ...message, relays: [relay(2), relay(1), relay(0)] }));
    }
  }
  return seeds;
}

function settingsOf(random: Random, number: number): ClientSettings {
  const options: Option[] = [
    { code: OptionCode.userClass, data: Uint8Array.of(0, 1, 97) },
    { code: OptionCode.vendorClass, data: Uint8Array.of(0, 0, 0x11, 0x8b, 0, 2, 97, 98) },
    { code: OptionCode.vendorInformation, data: Uint8Array.of(0, 0, 0x11, 0x8b, 0, 1, 0, 1, 7) },
    { code: OptionCode.clientFqdn, data: Uint8Array.of(1, 4, 104, 111, 115, 116) },
    { code: OptionCode.iaTa, data: Uint8Array.of(0, 0, 0, 1) },
  ];
  return {
    duid: Uint8Array.of(0, 3, 0, 1, 2, 0, 0, 0, 9, number),
    associations: [
      { kind: "IA_NA" as const, iaid: number % 3, prefixes: [] },
      { kind: "IA_NA" as const, iaid: 7, prefixes: [] },
      { kind: "IA_PD" as const, iaid: number % 3, prefixes: [] },
    ].filter((_, i) => i === number % 3 || random.below(2) === 0),
    optionRequest: number % 5 === 0 ? [] : Array.from({ length: random.below(40) }, () => random.below(150)),
    options: options.filter(() => random.below(3) === 0),
    rapidCommit: number % 7 === 0,
    acceptReconfigure: number % 2 === 0,
  };
}

function ofType(message: Message, type: number): Message {
  return { ...message, type: headerOf(type) === RELAY_HEADER ? 0 : type };
}

function registration({ duid }: ClientSettings, transactionId: number, own: Ipv6): Message {
  const options = [{ code: OptionCode.clientIdentifier, data: duid }, iaAddressOption(own, 300, 600)];
  return { type: MessageType["ADDR-REG-INFORM"], transactionId, options, relays: [] };
}

/**
 * Interface and remote identifiers, the client's hardware address (RFC 6939), and one that nobody
 * knows.
 */
function relayOptions(random: Random): Option[] {
  const all: Option[] = [
    { code: OptionCode.interfaceId, data: Uint8Array.of(101, 116, 104, random.below(256)) },
    { code: OptionCode.remoteId, data: Uint8Array.of(0, 0, 0, 9, 2, random.below(256)) },
    { code: OptionCode.clientLinkLayerAddress, data: Uint8Array.of(0, 1, 2, 0, 0, 0, 9, random.below(60)) },
    { code: 65_000, data: Uint8Array.of(random.below(3)) },
  ];
  return all.filter(() => random.below(2) === 0);
}
