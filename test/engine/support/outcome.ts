import type { Decision } from "../../../src/engine/dhcp4/decision.ts";
import { type Hold, type Lease, type LeaseChange, type LeaseOwner, LeaseState } from "../../../src/leases/dhcp4/lease.ts";
import { toHex } from "../../../src/net/bytes.ts";
import type { Destination } from "../../../src/net/destination.ts";
import { formatIpv4, type Ipv4, readIpv4 } from "../../../src/net/ipv4.ts";
import { formatMac } from "../../../src/net/mac.ts";
import type { Message, Option } from "../../../src/wire/dhcp4/message.ts";
import { mac, XID } from "./messages.ts";

/** A decision in words, so that a test states and sees the whole of it. */
export interface Outcome {
  readonly silence?: string;
  /** Of a probe: `address on interface for milliseconds`, the interface 0 for ICMP echo. */
  readonly probe?: string;
  /** `address:port hardware-address on interface from source` */
  readonly to?: string;
  /** The header fields that are not zero or empty. */
  readonly header?: string;
  /** In the order of the message. */
  readonly options?: readonly string[];
  readonly limit?: number;
  /**
   * `state address start..expiry of owner`, `remove address`, `hold address until then for owner`,
   * or `withdraw address`.
   */
  readonly changes?: readonly string[];
}

export function describe(decision: Decision): Outcome {
  if (decision.kind === "silence") return { silence: decision.reason };
  if (decision.kind === "question") {
    return {
      ...describe(decision.unanswered),
      probe: `${formatIpv4(decision.about.address)} on ${decision.about.interfaceIndex} for ${decision.about.timeout} ms`,
    };
  }
  const changes = decision.changes.map(describeChange);
  if (decision.kind === "update") return { changes };
  return {
    to: describeDestination(decision.to),
    ...describeMessage(decision.message),
    limit: decision.limit,
    changes,
  };
}

export function describeMessage(message: Message): { readonly header: string; readonly options: readonly string[] } {
  return { header: describeHeader(message), options: message.options.map(describeOption) };
}

/** The type of the answer and its address: enough for tests of who gets which address. */
export function briefly(outcome: Outcome): string {
  if (outcome.silence !== undefined) return outcome.silence;
  if (outcome.probe !== undefined) return `probe ${outcome.probe}`;
  if (outcome.options === undefined) return "update";
  const type = outcome.options[0] as string;
  const why = outcome.options.find((option) => option.startsWith("56 "));
  const yiaddr = / yiaddr ([\d.]+)/.exec(outcome.header ?? "")?.[1];
  return [type.slice(3), yiaddr ?? why?.slice(3)].filter((part) => part !== undefined).join(" ");
}

function describeDestination(to: Destination<Ipv4>): string {
  const hardware = to.hardwareAddress === undefined ? "" : ` ${formatMac(to.hardwareAddress)}`;
  return `${formatIpv4(to.address)}:${to.port}${hardware} on ${to.interfaceIndex} from ${formatIpv4(to.source)}`;
}

function describeHeader(message: Message): string {
  const parts = [`op ${message.op}`, `htype ${message.htype}`, formatMac(message.chaddr)];
  if (message.hlen !== message.chaddr.length) parts.push(`hlen ${message.hlen}`);
  if (message.hops !== 0) parts.push(`hops ${message.hops}`);
  if (message.xid !== XID) parts.push(`xid ${message.xid}`);
  if (message.secs !== 0) parts.push(`secs ${message.secs}`);
  if (message.flags !== 0) parts.push(`flags ${message.flags.toString(16)}`);
  for (const field of ["ciaddr", "yiaddr", "siaddr", "giaddr"] as const) {
    if (message[field] !== 0) parts.push(`${field} ${formatIpv4(message[field])}`);
  }
  for (const field of ["sname", "file"] as const) {
    if (message[field].length > 0) parts.push(`${field} ${new TextDecoder().decode(message[field])}`);
  }
  if (!message.cookie) parts.push("without cookie");
  return parts.join(" ");
}

const TYPES = [
  "",
  "DISCOVER",
  "OFFER",
  "REQUEST",
  "DECLINE",
  "ACK",
  "NAK",
  "RELEASE",
  "INFORM",
  "FORCERENEW",
  "LEASEQUERY",
  "LEASEUNASSIGNED",
  "LEASEUNKNOWN",
  "LEASEACTIVE",
  "BULKLEASEQUERY",
  "LEASEQUERYDONE",
];

function describeOption({ code, data }: Option): string {
  return `${code} ${describeValue(code, data)}`;
}

function describeValue(code: number, data: Uint8Array): string {
  if (code === 53) return TYPES[data[0] as number] as string;
  if ([51, 58, 59, 91, 152, 153].includes(code)) return `${readIpv4(data, 0)} s`;
  if ([12, 15, 56, 61].includes(code)) return new TextDecoder().decode(data);
  if ([1, 3, 6, 28, 42, 54, 92, 118].includes(code)) {
    return Array.from({ length: data.length / 4 }, (_, i) => formatIpv4(readIpv4(data, 4 * i))).join(" ");
  }
  if (code === 151) return `${data[0]} ${new TextDecoder().decode(data.subarray(1))}`;
  return toHex(data);
}

function describeChange(change: LeaseChange): string {
  switch (change.kind) {
    case "put":
      return describeLease(change.lease);
    case "hold":
      return describeHold(change.hold);
    default:
      return `${change.kind} ${formatIpv4(change.address)}`;
  }
}

const STATES = Object.fromEntries(Object.entries(LeaseState).map(([name, value]) => [value, name]));
const NAMES = new Map([
  ["02:00:00:00:00:0a", "alice"],
  ["02:00:00:00:00:0b", "bob"],
  ["02:00:00:00:00:0c", "carol"],
]);

function describeLease({ state, address, start, expiry, owner }: Lease): string {
  return `${STATES[state]} ${formatIpv4(address)} ${start}..${expiry} of ${nameOf(owner)}`;
}

export function describeHold({ address, until, owner }: Hold): string {
  return `hold ${formatIpv4(address)} until ${until} for ${nameOf(owner)}`;
}

function nameOf(owner: LeaseOwner): string {
  const hardware = formatMac(owner.chaddr);
  const byHardware = toHex(owner.clientKey) === toHex(Uint8Array.of(owner.htype, ...mac(hardware)));
  return (NAMES.get(hardware) ?? hardware) + (byHardware ? "" : ` as ${new TextDecoder().decode(owner.clientKey)}`);
}
