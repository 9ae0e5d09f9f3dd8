import { formatAddress } from "../../net/address.ts";
import type { ListenSpec } from "../model/common.ts";
import type { DnsEndpoint } from "../model/names.ts";
import { readListener } from "./server.ts";
import { Refusal, text } from "./values.ts";

/* Names and servers of the DNS. */

/** The port of DNS servers. */
export const DNS_PORT = 53;

/** With `/`, as the zones of parts of an IPv4 network have it (RFC 2317). */
const LABEL = /^[a-z0-9_](?:[a-z0-9_/-]{0,61}[a-z0-9_])?$/;
const LONGEST_NAME = 253;

/**
 * A name in small letters and without a dot at its end, "" for the root; undefined when it is none.
 */
export function readDomainName(value: string): string | undefined {
  if (value === ".") return "";
  const name = value.toLowerCase().replace(/\.$/, "");
  return name.length <= LONGEST_NAME && name.split(".").every((label) => LABEL.test(label)) ? name : undefined;
}

/** A domain, other than the root, that `read` reads. */
export function domainName(what: string, read = readDomainName) {
  return text(what, (value): string | Refusal | undefined => {
    if (value === ".") return new Refusal("the root of the DNS can't stand here", "name a domain such as example.org or home.arpa");
    return read(value);
  });
}

/** Where a DNS server is: an address, with a port if it is not 53. */
export function nameServer(what: string) {
  return text(what, (value): DnsEndpoint | Refusal | undefined => {
    const read = readListener(value);
    return read !== undefined && !isOfHost(read.address) ? new Refusal(`${value} is not the address of a host`) : read && endpointOf(read);
  });
}

/** Where to answer DNS: an address of this machine, or all of them. */
export const dnsListener = text("an address to listen on, such as 192.168.5.1, 192.168.5.1:53 or [2001:db8::1]:53", (value) => {
  const read = readListener(value);
  return read && endpointOf(read);
});

function endpointOf({ address, port = DNS_PORT }: ListenSpec): DnsEndpoint {
  return { address: formatAddress(address), port };
}

/** Neither all addresses nor those of a group. */
function isOfHost(address: Uint8Array): boolean {
  const [first = 0] = address;
  return address.length === 4 ? first !== 0 && first < 224 : first !== 0xff && address.some((byte) => byte !== 0);
}
