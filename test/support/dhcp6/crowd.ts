/** Many clients of DHCPv6 behind relays at once, each with an address and a prefix, who remember what the server told them. */
import {
  type AssociationKind,
  type AssociationRequest,
  type ClientSettings,
  ethernetClient,
  readAssociations,
  rebind,
  release,
  renew,
  request,
  solicit,
} from "../../../src/client/dhcp6/index.ts";
import { toHex } from "../../../src/net/bytes.ts";
import { formatIpv6, type Ipv6, parseIpv6 } from "../../../src/net/ipv6.ts";
import { firstAddress, formatIpv6Prefix, type Ipv6Prefix, prefixLength } from "../../../src/net/ipv6-prefix.ts";
import { formatMac } from "../../../src/net/mac.ts";
import { decode } from "../../../src/wire/dhcp6/decode.ts";
import { encodeMessage } from "../../../src/wire/dhcp6/encode.ts";
import { type Message, MessageType } from "../../../src/wire/dhcp6/message.ts";
import { OptionCode } from "../../../src/wire/dhcp6/option-code.ts";
import { optionValue } from "../../../src/wire/dhcp6/options.ts";
import { StatusCode } from "../../../src/wire/dhcp6/status-code.ts";
import { type Line, type Load, startLoad, type Waiting } from "../load.ts";
import type { Random } from "../random.ts";

/** A lease as its client knows it. */
export interface HeldLease {
  /** The row that the database has to have, but for its times and its network. */
  readonly row: Readonly<Record<string, unknown>>;
  /** The row must not end before, in seconds since 1970. */
  readonly until: number;
}

interface Holding {
  readonly prefix: Ipv6Prefix;
  readonly until: number;
}

interface Client extends Waiting {
  readonly number: number;
  readonly settings: ClientSettings;
  readonly holds: Map<AssociationKind, Holding>;
  server: Uint8Array;
  /** Counts its messages, to tell a late answer from the one that it waits for. */
  sequence: number;
  /** What its last message was: nothing is learned from the answer to a RELEASE. */
  asked: number;
  sent: number;
}

/** What all clients together saw since the crowd was made. */
export interface Witnessed {
  bound: number;
  renewed: number;
  released: number;
  /** Sentences about what must never happen. */
  readonly violations: string[];
}

/** Clients that live longer than the server. */
export interface Crowd {
  readonly witnessed: Witnessed;
  /** What clients hold as far as they know, by address or prefix as it is written. */
  held(): Map<string, HeldLease>;
  /** Clients talk to the server, `window` of them at a time (far fewer than there are), until `stop`. */
  start(to: { readonly address: string; readonly port: number }, window: number): Promise<Load>;
}

export function nameOf(prefix: Ipv6Prefix): string {
  return prefixLength(prefix) === 128 ? formatIpv6(firstAddress(prefix)) : formatIpv6Prefix(prefix);
}

/** `size` clients, at most 4096, behind a relay on the link of `linkAddress`. */
export function createCrowd(size: number, linkAddress: Ipv6, random: Random): Crowd {
  const clients = Array.from({ length: size }, (_, number): Client => {
    const usual = ethernetClient(Uint8Array.of(2, 0, 0, 0, number >>> 8, number & 255));
    const settings: ClientSettings = {
      ...usual,
      associations: [...usual.associations, { kind: "IA_PD", iaid: 1, prefixes: [] }],
      rapidCommit: number % 3 === 0,
    };
    return { number, settings, holds: new Map(), server: new Uint8Array(0), sequence: 0, asked: 0, sent: 0, deadline: 0 };
  });
  const holders = new Map<string, Client>();
  const witnessed: Witnessed = { bound: 0, renewed: 0, released: 0, violations: [] };
  const peerAddress = parseIpv6("fe80::a") as Ipv6;

  function lose(client: Client, kind: AssociationKind): void {
    const before = client.holds.get(kind);
    if (before === undefined) return;
    if (holders.get(nameOf(before.prefix)) === client) holders.delete(nameOf(before.prefix));
    client.holds.delete(kind);
  }

  function learn(client: Client, message: Message): void {
    const answered = readAssociations(message);
    for (const { kind } of client.settings.associations) {
      const given = answered.find((one) => one.kind === kind)?.leases.find(({ validLifetime }) => validLifetime > 0);
      const before = client.holds.get(kind);
      if (before !== undefined && (given === undefined || nameOf(given.prefix) !== nameOf(before.prefix))) {
        const instead = given === undefined ? "nothing" : nameOf(given.prefix);
        witnessed.violations.push(`client ${client.number} holds ${nameOf(before.prefix)} and was given ${instead}`);
        lose(client, kind);
      }
      if (given === undefined) continue;
      const name = nameOf(given.prefix);
      const other = holders.get(name);
      if (other !== undefined && other !== client)
        witnessed.violations.push(`${name} was given to client ${client.number} while client ${other.number} holds it`);
      if (before === undefined) witnessed.bound++;
      else witnessed.renewed++;
      client.holds.set(kind, { prefix: given.prefix.slice(), until: client.sent + given.validLifetime });
      holders.set(name, client);
    }
  }

  function heldOf(client: Client): AssociationRequest[] {
    return [...client.holds].map(([kind, { prefix }]) => ({ kind, iaid: 1, prefixes: [prefix] }));
  }

  const send = (line: Line<Client>, client: Client, make: (transaction: { transactionId: number; elapsed: number }) => Message): void => {
    client.sequence = (client.sequence + 1) & 0xfff;
    client.sent = Math.floor(Date.now() / 1000);
    const message = make({ transactionId: (client.sequence << 12) | client.number, elapsed: 0 });
    client.asked = message.type;
    const options = [{ code: OptionCode.interfaceId, data: interfaceIdOf(client) }];
    line.send(client, encodeMessage({ ...message, relays: [{ hopCount: 0, linkAddress, peerAddress, options }] }));
  };

  /** The client does what clients do in its state. */
  const begin = (client: Client, line: Line<Client>): void => {
    const { settings, server } = client;
    const held = heldOf(client);
    const choice = random.below(10);
    if (held.length === 0 || choice < 2) send(line, client, (transaction) => solicit(settings, transaction));
    else if (choice < 7) send(line, client, (transaction) => renew(settings, transaction, server, held));
    else if (choice < 9) send(line, client, (transaction) => rebind(settings, transaction, held));
    else {
      // What is given back is nobody's from the moment on that the message leaves.
      for (const { kind } of held) lose(client, kind);
      witnessed.released++;
      send(line, client, (transaction) => release(settings, transaction, server, held));
      line.finish(client);
    }
  };

  const receive = (bytes: Uint8Array, line: Line<Client>): void => {
    const decoded = decode(bytes);
    if (!decoded.ok || decoded.problems.length > 0) {
      witnessed.violations.push(`an answer can't be decoded: ${toHex(bytes)}`);
      return;
    }
    const { message } = decoded;
    const client = clients[message.transactionId & 0xfff] as Client;
    // What was given counts also when the client no longer waits for it, unless it has given it back meanwhile.
    if (message.transactionId >>> 12 !== client.sequence || client.asked === MessageType.RELEASE) return;
    client.server = optionValue(message.options, OptionCode.serverIdentifier)?.slice() ?? client.server;
    if (message.type === MessageType.ADVERTISE) {
      const hasMore = readAssociations(message).some(({ status }) => status === StatusCode.Success);
      const { settings, server } = client;
      if (client.deadline === 0) return;
      if (hasMore && line.running) send(line, client, (transaction) => request(settings, transaction, server, settings.associations));
      else line.finish(client);
    } else if (message.type === MessageType.REPLY) {
      learn(client, message);
      if (client.deadline !== 0) line.finish(client);
    }
  };

  return {
    witnessed,
    held: () =>
      new Map(
        [...holders].map(([name, client]) => {
          const [kind, { until }] = [...client.holds].find(([, { prefix }]) => nameOf(prefix) === name) as [AssociationKind, Holding];
          return [name, { row: rowOf(name, kind, client), until }];
        }),
      ),
    start: (to, window) =>
      startLoad({
        clients,
        window,
        random,
        from: { family: "udp6", address: "::1" },
        to,
        begin,
        receive,
        seen: () => witnessed.bound + witnessed.renewed,
      }),
  };
}

function interfaceIdOf({ number }: Client): Uint8Array {
  return Uint8Array.of(9, number >>> 8, number & 255);
}

function rowOf(address: string, kind: AssociationKind, client: Client): HeldLease["row"] {
  return {
    address,
    state: "bound",
    hardware_address: formatMac(Uint8Array.of(2, 0, 0, 0, client.number >>> 8, client.number & 255)),
    client_identifier: toHex(client.settings.duid),
    hostname: null,
    vendor_class: null,
    circuit_id: toHex(interfaceIdOf(client)),
    remote_id: null,
    association: kind.toLowerCase(),
    iaid: 1,
  };
}
