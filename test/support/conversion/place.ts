import { setTimeout as delay } from "node:timers/promises";
import { formatIpv4, type Ipv4 } from "../../../src/net/ipv4.ts";
import { formatIpv6, type Ipv6, isLinkLocal, parseIpv6 } from "../../../src/net/ipv6.ts";
import {
  ARP_LENGTH,
  ArpOperation,
  ETHERNET_BROADCAST,
  EtherType,
  ipv6Checksum,
  multicastHardwareAddress,
  NEIGHBOR_LENGTH,
  NeighborType,
  parseArp,
  parseEthernet,
  parseIpv4Udp,
  parseIpv6Packet,
  parseNeighbor,
  writeArp,
  writeEthernet,
  writeIpv4Udp,
  writeIpv6,
  writeNeighbor,
} from "../../../src/wire/frames/index.ts";
import type { Lab, Namespace } from "../namespaces.ts";
import { openTap } from "../tap.ts";

/*
 * A place where a server stands, and the other end of its cable, where clients and relays of any
 * address are: they answer for every address, so that a server reaches them all.
 */

const ETHERNET = 14;
const UDP_OVER_IPV4 = 28;
const IPV6 = 40;
const UDP = 8;
const UDP_PROTOCOL = 17;
const ICMP_PROTOCOL = 1;
const ECHO_REQUEST = 8;
/** How long an answer is waited for until the message is sent again, as clients do, and then. */
const PATIENCES = [1000, 1500];

/** Where Kea listens for relays, too, unless it is told addresses. */
const ALL_AGENTS_AND_SERVERS = parseIpv6("ff02::1:2") as Ipv6;

/** Addresses of the server. */
export interface Addresses {
  readonly device: string;
  /** Interfaces that a file names, too, without a cable; with the address that it names. */
  readonly others: ReadonlyMap<string, string | undefined>;
  readonly ipv4: { readonly address: Ipv4; readonly length: number } | undefined;
  readonly ipv6: { readonly address: Ipv6; readonly length: number } | undefined;
}

/** What is around a message of DHCPv4. */
export interface Way {
  readonly source: Ipv4;
  readonly port: number;
  /** Undefined: broadcast, from the client's own hardware address. */
  readonly to: Ipv4 | undefined;
}

export interface Place {
  readonly server: Namespace;
  /** Addresses of which the server asked whether they are in use: by an echo request, or by ARP. */
  readonly probed: ReadonlySet<Ipv4>;
  /** Sends a message; resolves to the first answer that `isIt`, or undefined when none comes. */
  ask4(payload: Uint8Array, chaddr: Uint8Array, way: Way, isIt: (payload: Uint8Array) => boolean): Promise<Uint8Array | undefined>;
  /** From port 546 of this link-local address to all servers, or from a relay to the server. */
  ask6(payload: Uint8Array, source: Ipv6, isIt: (payload: Uint8Array) => boolean): Promise<Uint8Array | undefined>;
  close(): void;
}

interface Waiting {
  readonly isIt: (payload: Uint8Array) => boolean;
  readonly resolve: (payload: Uint8Array) => void;
}

export async function createPlace(lab: Lab, label: string, { device, others, ipv4, ipv6 }: Addresses): Promise<Place> {
  const server = lab.namespace(`${label}-server`);
  const clients = lab.namespace(`${label}-clients`);
  // No address is waited for.
  for (const where of [server, clients]) {
    lab.exec(where, "sh", "-c", "for of in all default; do echo 0 > /proc/sys/net/ipv6/conf/$of/accept_dad; done");
  }
  lab.cable(server, device, clients, "eth0");
  const commands = [...others].flatMap(([name, own]) => [
    `ip link add ${name} type veth peer name ${name}-peer`,
    `ip link set ${name} up`,
    `ip link set ${name}-peer up`,
    ...(own === undefined ? [] : [`ip address add ${own} dev ${name} ${own.includes(":") ? "nodad" : ""}`]),
  ]);
  if (ipv4 !== undefined) {
    commands.push(`ip address add ${formatIpv4(ipv4.address)}/${ipv4.length} dev ${device}`, `ip route add default dev ${device}`);
  }
  if (ipv6 !== undefined) {
    commands.push(`ip address add ${formatIpv6(ipv6.address)}/${ipv6.length} dev ${device} nodad`, `ip -6 route add default dev ${device}`);
  }
  lab.exec(server, "sh", "-ec", commands.join("\n") || "true");
  const { address } = JSON.parse(lab.exec(server, "ip", "-j", "link", "show", device))[0] as { address: string };
  const serverMac = Uint8Array.from(address.split(":"), (pair) => Number.parseInt(pair, 16));
  const tap = await openTap(lab, clients, "eth0");
  const own = tap.hardwareAddress;
  const probed = new Set<Ipv4>();
  const waiting = { v4: new Set<Waiting>(), v6: new Set<Waiting>() };

  function hear(frame: Uint8Array): false {
    const ethernet = parseEthernet(frame);
    if (ethernet?.etherType === EtherType.arp) answerArp(frame, ethernet.payloadOffset);
    else if (ethernet?.etherType === EtherType.ipv4) {
      const bytes = frame.subarray(ethernet.payloadOffset);
      noteEcho(bytes);
      const packet = parseIpv4Udp(bytes, bytes.length, { verifyUdpChecksum: false });
      if (packet.ok) tell(waiting.v4, bytes.slice(packet.payloadOffset, packet.payloadOffset + packet.payloadLength));
    } else if (ethernet?.etherType === EtherType.ipv6) {
      const packet = parseIpv6Packet(frame, ethernet.payloadOffset);
      if (packet?.nextHeader === UDP_PROTOCOL) tell(waiting.v6, frame.slice(packet.payloadOffset + UDP, packet.payloadEnd));
      else answerNeighbor(frame, ethernet.payloadOffset);
    }
    return false;
  }

  function noteEcho(packet: Uint8Array): void {
    const header = ((packet[0] ?? 0) & 0x0f) * 4;
    if (packet.length <= header || packet[9] !== ICMP_PROTOCOL || packet[header] !== ECHO_REQUEST) return;
    probed.add(new DataView(packet.buffer, packet.byteOffset).getUint32(16));
  }

  function answerArp(frame: Uint8Array, offset: number): void {
    const asked = parseArp(frame, offset);
    if (asked === undefined || asked.operation !== ArpOperation.request) return;
    if (asked.senderAddress === 0) probed.add(asked.targetAddress);
    if (asked.senderAddress === 0 || asked.senderAddress === asked.targetAddress) return;
    const reply = new Uint8Array(ETHERNET + ARP_LENGTH);
    writeEthernet(reply, asked.senderHardwareAddress, own, EtherType.arp);
    writeArp(reply, ETHERNET, {
      operation: ArpOperation.reply,
      senderHardwareAddress: own,
      senderAddress: asked.targetAddress,
      targetHardwareAddress: asked.senderHardwareAddress,
      targetAddress: asked.senderAddress,
    });
    tap.send(reply);
  }

  function answerNeighbor(frame: Uint8Array, offset: number): void {
    const asked = parseNeighbor(frame, offset);
    if (asked === undefined || asked.type !== NeighborType.solicitation || asked.source.every((byte) => byte === 0)) return;
    const reply = new Uint8Array(ETHERNET + NEIGHBOR_LENGTH + 8);
    writeEthernet(reply, serverMac, own, EtherType.ipv6);
    const length = writeNeighbor(reply, ETHERNET, {
      type: NeighborType.advertisement,
      source: asked.target,
      destination: asked.source,
      target: asked.target,
      solicited: true,
      linkLayerAddress: own,
    });
    tap.send(reply.subarray(0, ETHERNET + length));
  }

  const stopped = new AbortController();
  const listening = (async (): Promise<void> => {
    while (!stopped.signal.aborted) await tap.frames(1, hear);
  })();

  async function ask(among: Set<Waiting>, frame: Uint8Array, isIt: (payload: Uint8Array) => boolean): Promise<Uint8Array | undefined> {
    let one: Waiting | undefined;
    const answered = new Promise<Uint8Array>((resolve) => {
      one = { isIt, resolve };
      among.add(one);
    });
    let answer: Uint8Array | undefined;
    for (const patience of PATIENCES) {
      tap.send(frame);
      const over = new AbortController();
      answer = await Promise.race([answered, delay(patience, undefined, { signal: over.signal }).catch(() => undefined)]);
      over.abort();
      if (answer !== undefined) break;
    }
    if (one !== undefined) among.delete(one);
    return answer;
  }

  return {
    server,
    probed,
    ask4(payload, chaddr, { source, port, to }, isIt) {
      const frame = new Uint8Array(ETHERNET + UDP_OVER_IPV4 + payload.length);
      writeEthernet(frame, to === undefined ? ETHERNET_BROADCAST : serverMac, to === undefined ? chaddr : own, EtherType.ipv4);
      frame.set(payload, ETHERNET + UDP_OVER_IPV4);
      writeIpv4Udp(frame, ETHERNET + UDP_OVER_IPV4, payload.length, source, port, to ?? 0xffffffff, 67);
      return ask(waiting.v4, frame, isIt);
    },
    ask6(payload, source, isIt) {
      const isClient = isLinkLocal(source);
      const destination = ALL_AGENTS_AND_SERVERS;
      const frame = new Uint8Array(ETHERNET + IPV6 + UDP + payload.length);
      writeEthernet(frame, multicastHardwareAddress(destination), own, EtherType.ipv6);
      writeIpv6(frame, ETHERNET, UDP + payload.length, { nextHeader: UDP_PROTOCOL, hopLimit: 64, source, destination });
      const view = new DataView(frame.buffer, ETHERNET + IPV6);
      view.setUint16(0, isClient ? 546 : 547);
      view.setUint16(2, 547);
      view.setUint16(4, UDP + payload.length);
      frame.set(payload, ETHERNET + IPV6 + UDP);
      view.setUint16(6, ipv6Checksum(frame, ETHERNET, frame.length, UDP_PROTOCOL) || 0xffff);
      return ask(waiting.v6, frame, isIt);
    },
    close() {
      stopped.abort();
      void listening.then(() => tap.close());
    },
  };
}

function tell(among: Set<Waiting>, payload: Uint8Array): void {
  for (const one of among) if (one.isIt(payload)) one.resolve(payload);
}
