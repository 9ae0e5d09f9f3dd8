import { NO_BYTES } from "../../net/bytes.ts";
import { isDuid } from "../../net/duid.ts";
import { parseIpv4 } from "../../net/ipv4.ts";
import { parseIpv6 } from "../../net/ipv6.ts";
import { ipv6Prefix } from "../../net/ipv6-prefix.ts";
import { hardwareKey } from "../dhcp4/client-key.ts";
import { Association, clientKeyOf } from "../dhcp6/client-key.ts";
import { LeaseState, NEVER, type Seconds, storedTime } from "../lease.ts";
import { parseColonHex } from "./hex.ts";
import type { ImportedLease, LeaseFileReader, LeaseFileVisitor, LeaseFormat } from "./imported-lease.ts";
import { cutLines } from "./lines.ts";

/*
 * dhcp.leases of dnsmasq, in which each line is a lease:
 *
 *   EXPIRY HARDWARE ADDRESS NAME CLIENT-ID     of IPv4
 *   duid SERVER-DUID                           what follows is of IPv6
 *   EXPIRY [T]IAID ADDRESS NAME CLIENT-DUID
 *
 * EXPIRY is in seconds since 1970, 0: never. `*`: there is no such thing. T: a temporary address.
 * When the lease began is not said.
 */

const HARDWARE_TYPE_ETHERNET = 1;
/** In place of the start, which no line has. */
const UNKNOWN: Seconds = 0;
/**
 * Earlier ends are none: dnsmasq for a machine without a clock writes how long a lease lasts
 * instead, and nobody knows from when on. The first second of 2000.
 */
const EARLIEST_END: Seconds = 946_684_800;

export const DNSMASQ_LEASES: LeaseFormat = {
  name: "dnsmasq",
  title: "dhcp.leases of dnsmasq",
  isLikely: (_, beginning) => /^(\d{1,10} \S+ \S+ \S+( \S+)?|duid [0-9a-f:]+)\r?$/m.test(firstLine(beginning)),
  open: openDnsmasqLeases,
};

function firstLine(text: string): string {
  const end = text.indexOf("\n");
  return end < 0 ? text : text.slice(0, end);
}

function openDnsmasqLeases({ lease, problem, serverDuid }: LeaseFileVisitor): LeaseFileReader {
  let ofIpv6 = false;
  return cutLines((line, number) => {
    if (line === "") return;
    const words = line.split(" ");
    if (words[0] === "duid") {
      ofIpv6 = true;
      const duid = parseColonHex(words[1] ?? "");
      if (duid !== undefined && isDuid(duid)) serverDuid?.(duid);
      else problem({ line: number, message: "the DUID of the server is damaged" });
      return;
    }
    const read = ofIpv6 ? readIpv6(words) : readIpv4(words);
    if (typeof read === "string") problem({ line: number, message: read });
    else lease(read);
  });
}

/** The lease, or why there is none. */
function readIpv4([end = "", hardwareText = "", addressText = "", name = "", id = "*"]: readonly string[]): ImportedLease | string {
  const expiry = expiryOf(end);
  if (typeof expiry === "string") return expiry;
  const address = parseIpv4(addressText);
  if (address === undefined) return `"${shown(addressText)}" is no IPv4 address`;
  const hardware = hardwareOf(hardwareText);
  if (hardware === undefined) return `"${shown(hardwareText)}" is no hardware address`;
  const clientIdentifier = id === "*" ? undefined : parseColonHex(id);
  if (id !== "*" && clientIdentifier === undefined) return `"${shown(id)}" is no client identifier`;
  const { htype, chaddr } = hardware;
  // Fewer than two bytes identify nobody (RFC 2132 section 9.14).
  const identifies = clientIdentifier !== undefined && clientIdentifier.length >= 2;
  if (!identifies && chaddr.length === 0) return "it says neither a hardware address nor a client identifier";
  const owner = {
    clientKey: identifies ? clientIdentifier : hardwareKey(htype, chaddr),
    clientIdentifier,
    htype,
    chaddr,
    hostname: nameOf(name),
    vendorClass: undefined,
    relayAgentInformation: undefined,
    limitKeys: undefined,
  };
  return { protocol: "dhcp4", lease: { address, state: LeaseState.bound, start: UNKNOWN, expiry, owner } };
}

function readIpv6([end = "", association = "", addressText = "", name = "", id = ""]: readonly string[]): ImportedLease | string {
  const expiry = expiryOf(end);
  if (typeof expiry === "string") return expiry;
  const address = parseIpv6(addressText);
  if (address === undefined) return `"${shown(addressText)}" is no IPv6 address`;
  if (association.startsWith("T")) return `${shown(addressText)} is a temporary address (IA_TA), which Leasehold does not lease`;
  const iaid = /^\d{1,10}$/.test(association) ? Number(association) : Number.NaN;
  if (!(iaid <= 0xffffffff)) return `"${shown(association)}" is no IAID`;
  const duid = parseColonHex(id);
  if (duid === undefined || !isDuid(duid)) return `"${shown(id)}" is no DUID`;
  const owner = {
    clientKey: clientKeyOf(Association.addresses, iaid, duid),
    // The file does not say; the next answer to the client does.
    preferredLifetime: 0,
    peerAddress: undefined,
    relays: undefined,
    interfaceName: undefined,
    hardware: undefined,
    hostname: nameOf(name),
    vendorClass: undefined,
    reconfigureKey: undefined,
    limitKeys: undefined,
  };
  const lease = { address: ipv6Prefix(address), state: LeaseState.bound, start: UNKNOWN, expiry, owner };
  return { protocol: "dhcp6", lease };
}

function expiryOf(text: string): Seconds | string {
  if (!/^\d{1,20}$/.test(text)) return `"${shown(text)}" is no time at which a lease ends`;
  const seconds = Number(text);
  if (seconds === 0) return NEVER;
  if (seconds < EARLIEST_END) return `${text} is how long the lease lasts and not when it ends: nobody knows from when on it counts`;
  return storedTime(Math.min(seconds, NEVER - 1));
}

/** `TYPE-` in front of what is not Ethernet. */
function hardwareOf(text: string): { readonly htype: number; readonly chaddr: Uint8Array } | undefined {
  const dash = text.indexOf("-");
  const type = dash < 0 ? undefined : text.slice(0, dash);
  if (type !== undefined && !/^[0-9a-f]{2}$/i.test(type)) return undefined;
  const rest = text.slice(dash + 1);
  const chaddr = rest === "" ? (type === undefined ? undefined : NO_BYTES) : parseColonHex(rest);
  if (chaddr === undefined || chaddr.length > 16) return undefined;
  return { htype: type === undefined ? HARDWARE_TYPE_ETHERNET : Number.parseInt(type, 16), chaddr };
}

function nameOf(text: string): Uint8Array | undefined {
  return text === "*" || text === "" ? undefined : new TextEncoder().encode(text);
}

/** So much of a text as a message has room for. */
function shown(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 60)}...`;
}
