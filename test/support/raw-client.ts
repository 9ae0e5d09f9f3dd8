import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { formatIpv4, IPV4_BROADCAST, type Ipv4 } from "../../src/net/ipv4.ts";
import { formatMac } from "../../src/net/mac.ts";
import { decode, encodeMessage, type Message } from "../../src/wire/dhcp4/index.ts";
import { ETHERNET_BROADCAST, EtherType, parseEthernet, parseIpv4Udp, writeEthernet, writeIpv4Udp } from "../../src/wire/frames/index.ts";
import type { Lab, Namespace } from "./namespaces.ts";
import { openTap } from "./tap.ts";

const HEADERS = 14 + 28;
/** Offset of the protocol in an IPv4 header, and UDP's number. */
const IPV4_PROTOCOL = 9;
const UDP = 17;

/** What is around a message. What is left out is as a client has it that has no address yet. */
export interface Envelope {
  /** The hardware address that the frame goes to; default broadcast. */
  readonly to?: Uint8Array;
  readonly source?: Ipv4;
  readonly sourcePort?: number;
  readonly destination?: Ipv4;
}

/** A message of the server, with what was around it. */
export interface Answer {
  /** Hardware addresses: "02:00:5e:00:00:01 > ff:ff:ff:ff:ff:ff". */
  readonly frame: string;
  /** Addresses and ports: "10.0.0.1:67 > 255.255.255.255:68". */
  readonly packet: string;
  /** Length of the UDP payload. */
  readonly size: number;
  /** Whether the UDP checksum is filled in and right. The kernel leaves it to the network card, which a virtual cable has not. */
  readonly checksum: boolean;
  readonly message: Message;
}

/** Any number of clients or a relay at one end of a cable, which send what we want and hear all that the server sends. */
export interface RawClient {
  send(message: Message, envelope?: Envelope): void;
  /** The answers since the last call, as soon as there are `count`; fewer after 10 seconds. */
  answers(count: number): Promise<Answer[]>;
  /** How many ARP packets have arrived so far. */
  readonly arps: number;
}

export async function openRawClient(t: TestContext, lab: Lab, where: Namespace, interfaceName = "eth0"): Promise<RawClient> {
  const tap = await openTap(lab, where, interfaceName);
  t.after(() => tap.close());
  let arps = 0;
  const isAnswer = (frame: Uint8Array): boolean => {
    const etherType = parseEthernet(frame)?.etherType;
    if (etherType === EtherType.arp) arps++;
    // Hosts on the link say other things too, such as which multicasts they listen to (IGMP).
    return etherType === EtherType.ipv4 && frame[14 + IPV4_PROTOCOL] === UDP;
  };
  return {
    send(message, { to = ETHERNET_BROADCAST, source = 0, sourcePort = 68, destination = IPV4_BROADCAST } = {}) {
      const payload = encodeMessage(message);
      const frame = new Uint8Array(HEADERS + payload.length);
      writeEthernet(frame, to, message.chaddr, EtherType.ipv4);
      frame.set(payload, HEADERS);
      writeIpv4Udp(frame, HEADERS, payload.length, source, sourcePort, destination, 67);
      tap.send(frame);
    },
    async answers(count) {
      const frames: Uint8Array[] = [];
      for (const end = Date.now() + 10_000; frames.length < count && Date.now() < end; ) {
        frames.push(...(await tap.frames(count - frames.length, isAnswer)));
      }
      return frames.map(parseAnswer);
    },
    get arps() {
      return arps;
    },
  };
}

function parseAnswer(frame: Uint8Array): Answer {
  const ethernet = parseEthernet(frame);
  assert.ok(ethernet !== undefined);
  const bytes = frame.subarray(ethernet.payloadOffset);
  const packet = parseIpv4Udp(bytes, bytes.length, { verifyUdpChecksum: false });
  assert.ok(packet.ok, JSON.stringify(packet));
  const { source, sourcePort, destination, destinationPort, payloadOffset, payloadLength } = packet;
  const decoded = decode(bytes.slice(payloadOffset, payloadOffset + payloadLength));
  assert.ok(decoded.ok && decoded.problems.length === 0, JSON.stringify(decoded));
  return {
    frame: `${formatMac(ethernet.source)} > ${formatMac(ethernet.destination)}`,
    packet: `${formatIpv4(source)}:${sourcePort} > ${formatIpv4(destination)}:${destinationPort}`,
    size: payloadLength,
    checksum: parseIpv4Udp(bytes, bytes.length, { verifyUdpChecksum: true }).ok,
    message: decoded.message,
  };
}
