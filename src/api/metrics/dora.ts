import type { Family } from "./family.ts";
import type { ProtocolSnapshot, Snapshot } from "./snapshot.ts";
import { UNKNOWN } from "./snapshot.ts";

/*
 * The names by which dora tells the same, for dashboards that were made for it. Where dora was
 * wrong, the name is kept and the number is right.
 */

/** What dora calls message types, by our names; all others are `unknown`. */
const TYPES4: Readonly<Record<string, string>> = {
  DISCOVER: "discover",
  REQUEST: "request",
  DECLINE: "decline",
  RELEASE: "release",
  OFFER: "offer",
  ACK: "ack",
  NAK: "nak",
  INFORM: "inform",
};
const TYPES6: Readonly<Record<string, string>> = {
  SOLICIT: "solicit",
  ADVERTISE: "advertise",
  REQUEST: "request",
  CONFIRM: "confirm",
  RENEW: "renew",
  REBIND: "rebind",
  REPLY: "reply",
  RELEASE: "release",
  DECLINE: "decline",
  RECONFIGURE: "reconf",
  "INFORMATION-REQUEST": "inforeq",
  "RELAY-FORW": "relayforw",
  "RELAY-REPL": "relayrepl",
};

type Read = (protocol: ProtocolSnapshot) => number;

function one(type: "counter" | "gauge", name: string, help: string, value: (snapshot: Snapshot) => number): Family {
  return { name, type, help: `dora: ${help}`, labels: [], read: (snapshot) => [{ labels: {}, value: value(snapshot) }] };
}

/** Of one protocol, 0 where it is not served; or of both. */
function sumOf(protocol: string | undefined, read: Read): (snapshot: Snapshot) => number {
  return ({ protocols }) =>
    protocols.filter((each) => protocol === undefined || each.protocol === protocol).reduce((sum, each) => sum + read(each), 0);
}

function types(
  name: string,
  help: string,
  label: string,
  protocol: string,
  names: Readonly<Record<string, string>>,
  read: (protocol: ProtocolSnapshot) => ReadonlyMap<string, number>,
): Family {
  return {
    name,
    type: "counter",
    help: `dora: ${help}`,
    labels: [label],
    read({ protocols }) {
      const counts = new Map([...Object.values(names), UNKNOWN].map((own) => [own, 0]));
      for (const each of protocols) {
        if (each.protocol !== protocol) continue;
        for (const [type, count] of read(each)) {
          const own = names[type] ?? UNKNOWN;
          counts.set(own, (counts.get(own) as number) + count);
        }
      }
      return [...counts].map(([type, value]) => ({ labels: { [label]: type }, value }));
    },
  };
}

const number =
  (name: Parameters<ProtocolSnapshot["number"]>[0]): Read =>
  (protocol) =>
    protocol.number(name);

export const DORA_FAMILIES: readonly Family[] = [
  one("counter", "dhcpv4_bytes_sent", "bytes of DHCPv4 sent", sumOf("dhcp4", number("bytesSent"))),
  one("counter", "dhcpv6_bytes_sent", "bytes of DHCPv6 sent", sumOf("dhcp6", number("bytesSent"))),
  one("counter", "dhcpv4_bytes_recv", "bytes of DHCPv4 received", sumOf("dhcp4", number("bytesReceived"))),
  one("counter", "dhcpv6_bytes_recv", "bytes of DHCPv6 received", sumOf("dhcp6", number("bytesReceived"))),
  types("recv_type_counts", "DHCPv4 messages received", "message_type", "dhcp4", TYPES4, ({ received }) => received),
  types("sent_type_counts", "DHCPv4 messages sent", "message_type", "dhcp4", TYPES4, ({ sent }) => sent),
  types("v6_recv_type_counts", "DHCPv6 messages received", "v6_message_type", "dhcp6", TYPES6, ({ received }) => received),
  types("v6_sent_type_counts", "DHCPv6 messages sent", "v6_message_type", "dhcp6", TYPES6, ({ sent }) => sent),
  one("counter", "icmpv4_request_count", "probes for IPv4 addresses in use", sumOf("dhcp4", number("probes"))),
  one("counter", "icmpv4_reply_count", "those of them that were answered", sumOf("dhcp4", number("conflicts"))),
  one("counter", "icmpv6_request_count", "probes for IPv6 addresses in use", sumOf("dhcp6", number("probes"))),
  one("counter", "icmpv6_reply_count", "those of them that were answered", sumOf("dhcp6", number("conflicts"))),
  one(
    "counter",
    "renew_cache_hit_count",
    "renewals answered without a write (cache_threshold)",
    sumOf(undefined, ({ unwritten }) => (unwritten.get("ACK") ?? 0) + (unwritten.get("REPLY") ?? 0)),
  ),
  one(
    "counter",
    "flood_threshold_count",
    "messages of clients that send more than flood_protection_threshold",
    sumOf(undefined, ({ silent }) => silent.get("flood") ?? 0),
  ),
  one("gauge", "in_flight", "messages received whose answer is not sent yet", sumOf(undefined, number("repliesWaiting"))),
  one(
    "gauge",
    "total_available_addrs",
    "IPv4 addresses that can be given out, of all ranges, in use or not",
    sumOf("dhcp4", ({ described: { pools } }) => pools.reduce((sum, { capacity }) => sum + capacity, 0)),
  ),
  one("gauge", "uptime", "seconds since the server was started", ({ server }) => server("uptime")),
];
