/** The records that a client's name has to have in the DNS, as `lineOf` writes them. */
import { createHash } from "node:crypto";
import { isIPv6 } from "node:net";
import { type Ipv6, parseIpv6 } from "../../src/net/ipv6.ts";

/** Who a client is to other writers of DNS: an identifier type of RFC 4701 section 3.3, and the data. */
export interface Identity {
  readonly type: 0 | 1 | 2;
  readonly data: Uint8Array;
}

/** Known by its hardware address, of Ethernet. */
export function identityOfMac(mac: Uint8Array): Identity {
  return { type: 0, data: Uint8Array.of(1, ...mac) };
}

/** Known by option 61; one with a DUID in it (RFC 4361) is known by that. */
export function identityOfClientIdentifier(identifier: Uint8Array): Identity {
  return identifier[0] === 255 ? { type: 2, data: identifier.subarray(5) } : { type: 1, data: identifier };
}

export function identityOfDuid(duid: Uint8Array): Identity {
  return { type: 2, data: duid };
}

/** Data of the record that says whose a name is, in base64 (RFC 4701 section 3.5). */
export function dhcidText({ type, data }: Identity, name: string): string {
  const wire = Buffer.concat([...name.split("."), ""].map((label) => Buffer.from([label.length, ...Buffer.from(label)])));
  const digest = createHash("sha256").update(data).update(wire).digest();
  return Buffer.concat([Buffer.of(0, type, 1), digest]).toString("base64");
}

/** What an address is called in the reverse zones. */
export function reverseNameOf(address: string): string {
  if (!isIPv6(address)) return `${address.split(".").reverse().join(".")}.in-addr.arpa`;
  const nibbles = Buffer.from(parseIpv6(address) as Ipv6).toString("hex");
  return `${[...nibbles].reverse().join(".")}.ip6.arpa`;
}

/** Records of a name with these addresses. */
export function forwardLines(name: string, addresses: readonly string[], identity: Identity): string[] {
  return [
    ...addresses.map((address) => `${name} ${isIPv6(address) ? "AAAA" : "A"} ${address}`),
    `${name} DHCID ${dhcidText(identity, name)}`,
  ];
}

/** Records that lead from an address to a name. */
export function reverseLines(name: string, address: string, identity: Identity): string[] {
  const reverse = reverseNameOf(address);
  return [`${reverse} DHCID ${dhcidText(identity, name)}`, `${reverse} PTR ${name}`];
}
