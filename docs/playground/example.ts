import { parseIpv6 } from "leasehold/net";
import { dhcp4, frames } from "leasehold/wire";

/** What the page shows at first. */
export const CONFIGURATION = `networks:
  192.168.5.0/24:
    options:
      routers: 192.168.5.1
      domain_name_servers: [192.0.2.53]
    ranges:
      - range: 192.168.5.10-192.168.5.99
    reservations:
      - hostname: printer
        ip: 192.168.5.5
        match: { chaddr: "52:54:00:00:00:05" }
v6:
  networks:
    2001:db8::/64:
      interfaces: [eth0]
      ranges:
        - prefix: "2001:db8:0:0:1::/80"
`;

export const LEASES = "# the address of another client\n192.168.5.10 52:54:00:00:00:99 bound 1200\n";

const CLIENT = Uint8Array.of(0x52, 0x54, 0, 0, 0, 1);

/** A DISCOVER and a SOLICIT as they are on an Ethernet, in hex. */
export function examplePackets(): string {
  const discover: frames.Packet = {
    kind: "dhcp4",
    link: { kind: "ethernet", destination: frames.ETHERNET_BROADCAST, source: CLIENT, vlans: [] },
    ip: {
      version: 4,
      source: 0,
      destination: 0xffffffff,
      trafficClass: 0,
      identification: 0,
      dontFragment: true,
      hopLimit: 64,
      options: NO_BYTES,
    },
    udp: { sourcePort: 68, destinationPort: 67 },
    message: {
      op: 1,
      htype: 1,
      hlen: 6,
      hops: 0,
      xid: 0x1f2e3d4c,
      secs: 0,
      flags: 0,
      ciaddr: 0,
      yiaddr: 0,
      siaddr: 0,
      giaddr: 0,
      chaddr: CLIENT,
      sname: NO_BYTES,
      file: NO_BYTES,
      cookie: true,
      options: ["message_type", "parameter_request_list"].map((name, i) => ({
        code: dhcp4.optionByName(name)?.code ?? 0,
        data: i === 0 ? Uint8Array.of(dhcp4.MessageType.DISCOVER) : Uint8Array.of(1, 3, 6),
      })),
    },
  };
  return [`# DISCOVER`, hexOf(discover), "", "# SOLICIT", hexOf(solicit()), ""].join("\n");
}

const NO_BYTES = new Uint8Array(0);

function solicit(): frames.Packet {
  return {
    kind: "dhcp6",
    link: { kind: "ethernet", destination: Uint8Array.of(0x33, 0x33, 0, 1, 0, 2), source: CLIENT, vlans: [] },
    ip: {
      version: 6,
      source: address("fe80::5054:ff:fe00:1"),
      destination: address("ff02::1:2"),
      trafficClass: 0,
      flowLabel: 0,
      hopLimit: 1,
      extensions: [],
    },
    udp: { sourcePort: 546, destinationPort: 547 },
    message: {
      type: 1,
      transactionId: 0x5a5a5a,
      relays: [],
      options: [
        { code: 1, data: Uint8Array.of(0, 3, 0, 1, ...CLIENT) },
        { code: 3, data: Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0) },
        { code: 8, data: Uint8Array.of(0, 0) },
      ],
    },
  };
}

function address(text: string): Uint8Array {
  return parseIpv6(text) ?? new Uint8Array(16);
}

/** In lines of 32 bytes. */
export function toHexLines(bytes: Uint8Array): string {
  const pairs = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"));
  return pairs.map((pair, i) => (i > 0 && i % 32 === 0 ? `\n${pair}` : pair)).join("");
}

function hexOf(packet: frames.Packet): string {
  const encoded = frames.encodePacket(packet);
  return encoded.ok ? toHexLines(encoded.bytes) : "";
}
