import { formatAddress } from "../../net/address.ts";
import type { Ipv6Prefix } from "../../net/ipv6-prefix.ts";
import type { Ipv4Prefix } from "../../net/prefix.ts";
import type { BulkLeasequerySpec, ListenSpec } from "../model/common.ts";
import type * as dhcp4 from "../model/dhcp4.ts";
import type * as dhcp6 from "../model/dhcp6.ts";
import type { ConfigFile } from "../schema/config.ts";
import type { Report } from "../text/problems.ts";

/** What of `leasequery` is for each protocol; undefined: nobody may ask by it. */
export interface Leasequery {
  readonly dhcp4: dhcp4.LeasequerySpec | undefined;
  readonly dhcp6: dhcp6.LeasequerySpec | undefined;
}

/** Tells the protocols apart by the addresses, and reports what would be without effect. */
export function splitLeasequery({ leasequery, v6 }: ConfigFile, report: Report): Leasequery {
  const requesters = leasequery?.requesters ?? [];
  const listen = leasequery?.bulk?.listen ?? [];
  const ipv4 = requesters.filter((one): one is Ipv4Prefix => !(one instanceof Uint8Array));
  const ipv6 = requesters.filter((one): one is Ipv6Prefix => one instanceof Uint8Array);
  for (const [i, one] of listen.entries()) {
    const path = ["leasequery", "bulk", "listen", i];
    const family = isIpv6(one) ? "IPv6" : "IPv4";
    const first = listen.findIndex((other) => describe(other) === describe(one));
    if (first < i) {
      report.error(path, `${describe(one)} is listed twice`, "keep one of the two", [...path.slice(0, -1), first]);
    } else if (isIpv6(one) && v6 === undefined) {
      report.error(path, "an IPv6 address is for DHCPv6, which is not served", "add the section v6: it says that DHCPv6 is served");
    } else if ((isIpv6(one) ? ipv6 : ipv4).length === 0) {
      report.error(path, `nobody could connect: requesters has no ${family} address`, "add one, or remove this address");
    }
  }
  return {
    dhcp4: ipv4.length === 0 ? undefined : { requesters: ipv4, ...bulkOf(listen.filter((one) => !isIpv6(one))) },
    dhcp6: ipv6.length === 0 ? undefined : { requesters: ipv6, ...bulkOf(listen.filter(isIpv6)) },
  };
}

function isIpv6({ address }: ListenSpec): boolean {
  return address.length === 16;
}

function describe({ address, port }: ListenSpec): string {
  const text = formatAddress(address);
  if (port === undefined) return text;
  return address.length === 16 ? `[${text}]:${port}` : `${text}:${port}`;
}

function bulkOf(listen: readonly ListenSpec[]): { readonly bulk?: BulkLeasequerySpec } {
  return listen.length === 0 ? {} : { bulk: { listen } };
}
