/** A DHCPv4 lease as it is set up, told, and kept. */
import * as client from "../../../client/dhcp4/index.ts";
import { fromHex, toHex } from "../../../net/bytes.ts";
import { formatIpv4, IPV4_ANY, type Ipv4, parseIpv4 } from "../../../net/ipv4.ts";
import { lengthOfMask, parseIpv4Prefix, prefixContains, prefixOf } from "../../../net/prefix.ts";
import { decode } from "../../../wire/dhcp4/decode.ts";
import { encodeMessage } from "../../../wire/dhcp4/encode.ts";
import { OptionCode } from "../../../wire/dhcp4/option-code.ts";
import { optionByCode } from "../../../wire/dhcp4/option-table.ts";
import { optionIpv4, optionU16, optionValue } from "../../../wire/dhcp4/options.ts";
import { decodeValue, type JsonValue } from "../../../wire/values/values.ts";
import { OPTION_TABLE } from "../../probe/dhcp4/look.ts";
import { timeOf, uptime, uptimeAt, wallClockAt } from "../context.ts";
import { optionsToJson, textsOf } from "../options.ts";
import type { Setup, SetupRoute } from "../setup.ts";
import { isObject } from "../state-file.ts";

/** The smallest datagram that every host takes (RFC 791): less would only do harm. */
const LEAST_MTU = 576;

/** Options that are told by the fields of a lease, or are about the message. */
const UNTOLD: ReadonlySet<number> = new Set([
  OptionCode.dhcpMessageType,
  OptionCode.ipAddressLeaseTime,
  OptionCode.renewalTime,
  OptionCode.rebindingTime,
  OptionCode.serverIdentifier,
  OptionCode.clientIdentifier,
  OptionCode.overload,
  OptionCode.rapidCommit,
]);

/** What the lease has the interface set up. */
export function setupOf(lease: client.ClientLease): Setup {
  const { address, message, expiry } = lease;
  const length = prefixLengthOf(lease);
  const validFor = expiry === Infinity ? undefined : (expiry - uptime()) / 1000;
  return {
    addresses: [
      { address: `${formatIpv4(address)}/${length}`, validFor, preferredFor: validFor, flags: length < 31 ? ["broadcast", "+"] : [] },
    ],
    routes: routesOf(lease, length),
    mtu: mtuOf(lease),
    resolver: {
      nameservers: texts(lease, OptionCode.domainNameServers),
      search: [...texts(lease, OptionCode.domainSearch), ...(optionValue(message, OptionCode.domainSearch) ? [] : domainName(lease))],
    },
  };
}

/** The routers, unless there are classless static routes: then those alone count (RFC 3442). */
function routesOf({ address, message }: client.ClientLease, length: number): readonly SetupRoute[] {
  const own = prefixOf(address, length);
  const source = formatIpv4(address);
  const route = (destination: string, router: Ipv4): SetupRoute => ({
    destination,
    router: router === IPV4_ANY ? undefined : formatIpv4(router),
    onLink: router !== IPV4_ANY && !prefixContains(own, router),
    source,
  });
  const given = optionValue(message, OptionCode.classlessStaticRoutes);
  const type = optionByCode(OptionCode.classlessStaticRoutes)?.type;
  const decoded = given === undefined || type === undefined ? undefined : decodeValue(type, given);
  if (decoded?.ok === true && Array.isArray(decoded.value)) {
    return (decoded.value as readonly { destination: string; router: string }[])
      .filter(({ destination }) => parseIpv4Prefix(destination) !== undefined)
      .map(({ destination, router }) => route(destination === "0.0.0.0/0" ? "default" : destination, parseIpv4(router) ?? IPV4_ANY));
  }
  const router = optionIpv4(firstOf(message, OptionCode.routers), OptionCode.routers);
  return router === undefined || router === IPV4_ANY ? [] : [route("default", router)];
}

/** The message with the first address only of a list. */
function firstOf(message: client.ClientLease["message"], code: number): client.ClientLease["message"] {
  const data = optionValue(message, code);
  return { ...message, options: data === undefined ? [] : [{ code, data: data.subarray(0, 4) }] };
}

function mtuOf({ message }: client.ClientLease): number | undefined {
  const mtu = optionU16(message, OptionCode.interfaceMtu);
  return mtu !== undefined && mtu >= LEAST_MTU ? mtu : undefined;
}

/** As the server says; else that of the address's class, which is what all clients take. */
export function prefixLengthOf({ address, message }: client.ClientLease): number {
  const mask = optionIpv4(message, OptionCode.subnetMask);
  const length = mask === undefined ? undefined : lengthOfMask(mask);
  if (length !== undefined && length > 0) return length;
  const first = address >>> 24;
  return first < 128 ? 8 : first < 192 ? 16 : 24;
}

function texts({ message }: client.ClientLease, code: number): readonly string[] {
  return textsOf(OPTION_TABLE, code, optionValue(message, code));
}

function domainName(lease: client.ClientLease): readonly string[] {
  return texts(lease, OptionCode.domainName);
}

/** For people. */
export function describe(lease: client.ClientLease): string {
  const seconds = Math.round((lease.expiry - lease.start) / 1000);
  const time = lease.expiry === Infinity ? "for ever" : `for ${seconds} s`;
  const more = [
    ["routers", texts(lease, OptionCode.routers)],
    ["name servers", texts(lease, OptionCode.domainNameServers)],
  ] as const;
  const parts = more.filter(([, values]) => values.length > 0).map(([name, values]) => `; ${name} ${values.join(", ")}`);
  return `${formatIpv4(lease.address)}/${prefixLengthOf(lease)} ${time} from ${formatIpv4(lease.serverIdentifier)}${parts.join("")}`;
}

/** For programs. */
export function leaseToJson(lease: client.ClientLease): JsonValue {
  return {
    address: formatIpv4(lease.address),
    prefix_length: prefixLengthOf(lease),
    server: formatIpv4(lease.serverIdentifier),
    start: timeOf(lease.start),
    renewal: timeOf(lease.t1),
    rebinding: timeOf(lease.t2),
    expiry: timeOf(lease.expiry),
    options: optionsToJson(OPTION_TABLE, lease.message.options, (code) => !UNTOLD.has(code)),
  };
}

/** For the state file: the ACK, and when it was asked for by the wall clock. */
export function toState(lease: client.ClientLease): JsonValue {
  return { start: Math.round(wallClockAt(lease.start)), ack: toHex(encodeMessage(lease.message)) };
}

/** The lease that was kept; undefined where that is none, whatever it is. */
export function fromState(state: unknown): client.ClientLease | undefined {
  if (!isObject(state) || typeof state.start !== "number" || typeof state.ack !== "string") return undefined;
  const decoded = decode(fromHex(state.ack) ?? new Uint8Array(0));
  if (!decoded.ok) return undefined;
  // A clock that was set back must not make a lease longer than it was.
  const read = client.readLease(decoded.message, Math.min(uptimeAt(state.start), uptime()), 0.5);
  return read.ok ? read.lease : undefined;
}
