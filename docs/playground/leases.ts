import { dhcp4, dhcp6, endAfter, LeaseState, type Seconds } from "leasehold/leases";
import {
  formatDuid,
  formatIpv4,
  formatIpv6Prefix,
  formatMac,
  ipv6Prefix,
  isDuid,
  parseIpv4,
  parseIpv6,
  parseIpv6Prefix,
} from "leasehold/net";

/*
 * A list of leases as one types it: a line for each, `ADDRESS CLIENT [STATE] [SECONDS]`, such as
 *
 *     192.168.5.10  52:54:00:00:00:01
 *     192.168.5.11  id:01525400000002  bound     600
 *     2001:db8::10  00:03:00:01:52:54:00:00:00:01/1  released  60
 *
 * SECONDS are those that are left of a lease or of the probation of a declined address, or since when
 * it is no longer bound. # begins a comment.
 */

export interface LeaseList {
  readonly dhcp4: readonly dhcp4.Lease[];
  readonly dhcp6: readonly dhcp6.Lease[];
  readonly problems: readonly { readonly line: number; readonly message: string }[];
}

const DEFAULT_SECONDS = 3600;

/** Reads a list at the time `now`. */
export function readLeases(text: string, now: Seconds): LeaseList {
  const list: { dhcp4: dhcp4.Lease[]; dhcp6: dhcp6.Lease[]; problems: { line: number; message: string }[] } = {
    dhcp4: [],
    dhcp6: [],
    problems: [],
  };
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    const words = line.replace(/#.*/, "").trim().split(/\s+/);
    if (words[0] === "") continue;
    const problem = readLease(words, now, list);
    if (problem !== undefined) list.problems.push({ line: i + 1, message: problem });
  }
  return list;
}

/** Adds the lease, or says what is wrong with it. */
function readLease(words: readonly string[], now: Seconds, list: { dhcp4: dhcp4.Lease[]; dhcp6: dhcp6.Lease[] }): string | undefined {
  const [address = "", client, state = "bound", seconds = `${DEFAULT_SECONDS}`, ...more] = words;
  if (client === undefined) return "write the address, then the client";
  if (more.length > 0) return `what is "${more[0]}"? A line has address, client, state and seconds`;
  if (!Object.hasOwn(LeaseState, state)) return `the state is one of ${Object.keys(LeaseState).join(", ")}`;
  if (!/^\d{1,9}$/.test(seconds)) return `"${seconds}" is no number of seconds`;
  const times = timesOf(state as keyof typeof LeaseState, Number(seconds), now);
  const ipv4 = parseIpv4(address);
  if (ipv4 !== undefined) {
    const owner = ownerOf4(client);
    if (typeof owner === "string") return owner;
    list.dhcp4.push({ address: ipv4, ...times, owner });
    return undefined;
  }
  const whole = parseIpv6(address);
  const ipv6 = whole === undefined ? parseIpv6Prefix(address) : ipv6Prefix(whole, 128);
  if (ipv6 === undefined) return `"${address}" is neither an address nor an IPv6 prefix`;
  const owner = ownerOf6(client, whole === undefined ? dhcp6.Association.prefixes : dhcp6.Association.addresses);
  if (typeof owner === "string") return owner;
  list.dhcp6.push({ address: ipv6, ...times, owner });
  return undefined;
}

function timesOf(state: keyof typeof LeaseState, seconds: number, now: Seconds): Pick<dhcp4.Lease, "state" | "start" | "expiry"> {
  const isRunning = state === "bound" || state === "declined";
  return { state: LeaseState[state], start: isRunning ? now : now - seconds, expiry: isRunning ? endAfter(now, seconds) : now - seconds };
}

/** Pairs of hex digits, with colons or without. */
function bytesOf(text: string): Uint8Array | undefined {
  const digits = text.replace(/:/g, "");
  if (!/^(?:[0-9a-f]{2})+$/i.test(digits)) return undefined;
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

const NO_BYTES = new Uint8Array(0);

function ownerOf4(client: string): dhcp4.LeaseOwner | string {
  const isIdentifier = client.startsWith("id:");
  const bytes = bytesOf(isIdentifier ? client.slice(3) : client);
  if (bytes === undefined || (!isIdentifier && bytes.length !== 6)) {
    return `the client of an IPv4 address is a hardware address, such as 52:54:00:00:00:01, or id: and the hex of its client identifier; "${client}" is neither`;
  }
  const rest = { htype: 1, hostname: undefined, vendorClass: undefined, relayAgentInformation: undefined, limitKeys: undefined };
  return isIdentifier
    ? { ...rest, clientKey: bytes, clientIdentifier: bytes, chaddr: NO_BYTES }
    : { ...rest, clientKey: dhcp4.hardwareKey(1, bytes), clientIdentifier: undefined, chaddr: bytes };
}

function ownerOf6(client: string, association: dhcp6.Association): dhcp6.LeaseOwner | string {
  const [duidText = "", iaid = "1"] = client.split("/");
  const duid = bytesOf(duidText);
  if (duid === undefined || !isDuid(duid) || !/^\d{1,10}$/.test(iaid)) {
    return `the client of an IPv6 address is the hex of its DUID, / and the IAID, such as 00:03:00:01:52:54:00:00:00:01/1; "${client}" is not`;
  }
  return {
    clientKey: dhcp6.clientKeyOf(association, Number(iaid), duid),
    preferredLifetime: DEFAULT_SECONDS,
    peerAddress: undefined,
    relays: undefined,
    interfaceName: undefined,
    hardware: undefined,
    hostname: undefined,
    vendorClass: undefined,
    reconfigureKey: undefined,
    limitKeys: undefined,
  };
}

const STATE_NAMES = Object.fromEntries(Object.entries(LeaseState).map(([name, number]) => [number, name]));

/** A line of the list for a lease. */
export function formatLease4({ address, state, expiry, owner }: dhcp4.Lease, now: Seconds): string {
  const client = owner.clientIdentifier === undefined ? formatMac(owner.chaddr) : `id:${formatMac(owner.clientIdentifier)}`;
  return `${formatIpv4(address)} ${client} ${STATE_NAMES[state]} ${Math.abs(expiry - now)}`;
}

/** The same of DHCPv6. */
export function formatLease6({ address, state, expiry, owner }: dhcp6.Lease, now: Seconds): string {
  const client = `${formatDuid(dhcp6.duidOf(owner.clientKey))}/${dhcp6.iaidOf(owner.clientKey)}`;
  return `${formatIpv6Prefix(address).replace(/\/128$/, "")} ${client} ${STATE_NAMES[state]} ${Math.abs(expiry - now)}`;
}
