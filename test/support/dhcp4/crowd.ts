/** Many relayed clients at once, who remember what the server told them: a witness for tests of durability. */
import {
  ClientOption as ClientOptions,
  type ClientSettings,
  discover,
  release,
  requestExtension,
  requestInitReboot,
  requestSelecting,
} from "../../../src/client/dhcp4/messages.ts";
import { toHex } from "../../../src/net/bytes.ts";
import { formatIpv4, type Ipv4 } from "../../../src/net/ipv4.ts";
import { formatMac } from "../../../src/net/mac.ts";
import { decode } from "../../../src/wire/dhcp4/decode.ts";
import { encodeMessage } from "../../../src/wire/dhcp4/encode.ts";
import { type Message, MessageType } from "../../../src/wire/dhcp4/message.ts";
import { messageType, optionIpv4 } from "../../../src/wire/dhcp4/options.ts";
import type { ListedLease } from "../leasehold-process.ts";
import { type Line, type Load, startLoad, type Waiting } from "../load.ts";
import type { Place } from "../loopback-server.ts";
import type { Random } from "../random.ts";

/** Options of the crowd's messages beside those that the client library writes. */
const ClientOption = { ...ClientOptions, hostname: 12, vendorClass: 60, relayAgentInformation: 82 } as const;

/** What a client knows: the last address that it saw acknowledged and has not given back. */
interface Client extends Waiting {
  readonly number: number;
  readonly settings: ClientSettings;
  address: Ipv4;
  serverIdentifier: Ipv4;
  /** Counts its messages, to tell a late answer from the one that it waits for. */
  sequence: number;
  /** When its last message left, in seconds since 1970. */
  sent: number;
  /** Until when it may use the address, by what it was told, in seconds since 1970. */
  until: number;
}

/** A lease as its client knows it. */
export interface HeldLease {
  /** The row that the database has to have, but for its times. */
  readonly row: Omit<ListedLease, "start" | "expiry">;
  /** The row must not end before, in seconds since 1970. */
  readonly until: number;
}

/** What all clients together saw since the crowd was made. */
export interface Witnessed {
  bound: number;
  renewed: number;
  released: number;
  /** Clients that had to give up their address, because the server told them so or gave them another one. */
  refused: number;
  /** Sentences about what must never happen. */
  readonly violations: string[];
}

/** Clients that live longer than the server. */
export interface Crowd {
  readonly witnessed: Witnessed;
  /** The leases that clients hold as far as they know, by address. */
  held(): Map<string, HeldLease>;
  /** Clients talk to the server, `window` of them at a time (far fewer than there are), until `stop`. */
  start(to: Place, window: number): Promise<Load>;
}

/** `size` clients of `network` behind the relay `giaddr`; every second one has a client identifier. All say everything that is kept of a client. `mayBeRefused`: addresses that clients hold can be taken from them. */
export function createCrowd(size: number, network: string, giaddr: Ipv4, random: Random, mayBeRefused = false): Crowd {
  const clients = Array.from({ length: size }, (_, number): Client => {
    const chaddr = Uint8Array.of(2, 0, 0, 0, number >>> 8, number & 255);
    const clientIdentifier = number % 2 === 0 ? undefined : Uint8Array.of(255, 0, 0, number >>> 8, number & 255);
    const options = [
      { code: ClientOption.hostname, data: text(hostnameOf(number)) },
      { code: ClientOption.vendorClass, data: text(VENDOR_CLASS) },
    ];
    const settings = { htype: 1, chaddr, clientIdentifier, parameterRequestList: [1, 3, 6], broadcast: false, options, rapidCommit: false };
    return { number, settings, address: 0, serverIdentifier: 0, sequence: 0, deadline: 0, sent: 0, until: 0 };
  });
  const holders = new Map<Ipv4, Client>();
  const witnessed: Witnessed = { bound: 0, renewed: 0, released: 0, refused: 0, violations: [] };

  function lose(client: Client): void {
    if (holders.get(client.address) === client) holders.delete(client.address);
    client.address = 0;
  }

  function acknowledged(client: Client, address: Ipv4, leaseTime: number): void {
    client.until = client.sent + leaseTime;
    const other = holders.get(address);
    if (other !== undefined && other !== client) {
      witnessed.violations.push(`${formatIpv4(address)} was given to client ${client.number} while client ${other.number} holds it`);
    }
    if (client.address === address) {
      witnessed.renewed++;
      return;
    }
    if (client.address !== 0) {
      if (mayBeRefused) witnessed.refused++;
      else witnessed.violations.push(`client ${client.number} holds ${formatIpv4(client.address)} and was given ${formatIpv4(address)}`);
      lose(client);
    }
    witnessed.bound++;
    client.address = address;
    holders.set(address, client);
  }

  return {
    witnessed,
    held: () => new Map([...holders.values()].map((client) => [formatIpv4(client.address), heldBy(client, network)])),
    start(to, window) {
      const send = (line: Line<Client>, client: Client, make: (xid: number) => Message): void => {
        client.sequence = (client.sequence + 1) & 0xffff;
        client.sent = Math.floor(Date.now() / 1000);
        const message = make(((client.sequence << 16) | client.number) >>> 0);
        const options = [...message.options, { code: ClientOption.relayAgentInformation, data: relayInformation(client.number) }];
        line.send(client, encodeMessage({ ...message, giaddr, hops: 1, options }));
      };

      /** The client does what clients do in its state. */
      const begin = (client: Client, line: Line<Client>): void => {
        const { address, settings, serverIdentifier } = client;
        if (address === 0) {
          send(line, client, (xid) => discover(settings, { xid, secs: 0 }));
          return;
        }
        const choice = random.below(10);
        if (choice < 5) send(line, client, (xid) => requestExtension(settings, { xid, secs: 0 }, address));
        else if (choice < 7) send(line, client, (xid) => requestInitReboot(settings, { xid, secs: 0 }, address));
        else if (choice < 9) send(line, client, (xid) => discover(settings, { xid, secs: 0 }));
        else {
          // What is given back is nobody's from the moment on that the message leaves.
          lose(client);
          witnessed.released++;
          send(line, client, (xid) => release(settings, xid, { address, serverIdentifier }));
          line.finish(client);
        }
      };

      const receive = (bytes: Uint8Array, line: Line<Client>): void => {
        const decoded = decode(bytes);
        if (!decoded.ok || decoded.problems.length > 0) {
          witnessed.violations.push(`an answer can't be decoded: ${Buffer.from(bytes).toString("hex")}`);
          return;
        }
        const { message } = decoded;
        const client = clients[message.xid & 0xffff] as Client;
        const type = messageType(message);
        // What was acknowledged counts also when the client no longer waits for it, unless it has given the address back meanwhile.
        if (message.xid >>> 16 !== client.sequence) return;
        if (type === MessageType.OFFER && client.deadline !== 0) {
          const offer = { address: message.yiaddr, serverIdentifier: optionIpv4(message, 54) ?? 0 };
          client.serverIdentifier = offer.serverIdentifier;
          if (line.running) send(line, client, (xid) => requestSelecting(client.settings, { xid, secs: 0 }, offer));
        } else if (type === MessageType.ACK) {
          acknowledged(client, message.yiaddr, optionIpv4(message, ClientOption.ipAddressLeaseTime) ?? 0);
          if (client.deadline !== 0) line.finish(client);
        } else if (type === MessageType.NAK) {
          if (client.address !== 0) witnessed.refused++;
          if (client.address !== 0 && !mayBeRefused) {
            witnessed.violations.push(`client ${client.number} holds ${formatIpv4(client.address)}, and the server does not know`);
          }
          lose(client);
          if (client.deadline !== 0) line.finish(client);
        }
      };

      const seen = (): number => witnessed.bound + witnessed.renewed;
      return startLoad({ clients, window, random, from: { family: "udp4", address: "127.0.0.1" }, to, begin, receive, seen });
    },
  };
}

const VENDOR_CLASS = "crowd 1.0";

function hostnameOf(number: number): string {
  return `host-${number}`;
}

/** Circuit id and remote id (RFC 3046 sections 3.1 and 3.2). */
function relayInformation(number: number): Uint8Array {
  return Uint8Array.of(1, 2, number >>> 8, number & 255, 2, 3, 9, number >>> 8, number & 255);
}

function heldBy({ number, address, settings, until }: Client, network: string): HeldLease {
  const { chaddr, clientIdentifier } = settings;
  const relay = relayInformation(number);
  return {
    row: {
      address: formatIpv4(address),
      state: "bound",
      hardware_address: formatMac(chaddr),
      client_identifier: clientIdentifier === undefined ? null : toHex(clientIdentifier),
      hostname: hostnameOf(number),
      vendor_class: VENDOR_CLASS,
      circuit_id: toHex(relay.subarray(2, 4)),
      remote_id: toHex(relay.subarray(6)),
      network,
    },
    until,
  };
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}
