import { isReverseName } from "../wire/dns/name.ts";
import type { NamesSpec } from "./messages.ts";
import { createZones } from "./responder/zones.ts";

/**
 * Which names no client may have, whatever it calls itself: those of the zones themselves, by which
 * all else in them is found; that of this server in the zones that it answers for; and those of
 * addresses, whose records follow from leases. Only a reservation can give them.
 */
export function keptNames({ dns, ddns }: Pick<NamesSpec, "dns" | "ddns">): (name: string) => boolean {
  const answers = dns !== undefined && dns.listen.length > 0;
  const kept = new Set(dns?.zones);
  if (answers) for (const { host } of createZones(dns.zones).all) kept.add(host);
  for (const { zone } of ddns?.forward ?? []) if (zone !== undefined) kept.add(zone);
  return (name) => kept.has(name) || isReverseName(name);
}
