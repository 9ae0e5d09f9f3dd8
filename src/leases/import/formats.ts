import { DHCPD_LEASES } from "./dhcpd.ts";
import { DNSMASQ_LEASES } from "./dnsmasq.ts";
import type { LeaseFormat } from "./imported-lease.ts";
import { KEA_LEASES } from "./kea.ts";

/** Every format of lease files; the first that finds a file likely reads it. */
export const LEASE_FORMATS: readonly LeaseFormat[] = [DHCPD_LEASES, DNSMASQ_LEASES, KEA_LEASES];
