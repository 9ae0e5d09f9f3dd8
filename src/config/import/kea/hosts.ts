import { type Inherited, reservationModes } from "./inherited.ts";
import { type Networks, overlappingNetwork } from "./network-list.ts";
import { readReservation } from "./reservations.ts";
import { push, report, type Section, takeSections } from "./section.ts";

/* Where reservations go: as far as Kea heeds them. */

export function readReservations(section: Section, inherited: Inherited, { classes, identifiers }: Networks): unknown[] | undefined {
  const { work } = classes.context;
  const sections = takeSections(section, "reservations", "a reservation");
  const [first] = sections;
  if (first === undefined) return undefined;
  if (!reservationModes(inherited, work).ofSubnet) {
    const hint = "Kea does not heed them either: reservations-in-subnet is false";
    report(work, "warning", first.part.at, "the reservations of this subnet are left out", hint);
    return undefined;
  }
  const list: unknown[] = [];
  const taken = new Map<unknown, Section>();
  for (const one of sections) {
    const host = readReservation(one, classes, identifiers);
    if (host === undefined) continue;
    const other = host.address === undefined ? undefined : taken.get(host.address);
    if (other !== undefined) {
      const hint = "an address is reserved once; hosts that share one need a reservation by what they have in common";
      report(work, "error", one.part.at, `${host.address} is reserved already, on line ${other.part.at.line}`, hint);
      continue;
    }
    if (host.address !== undefined) taken.set(host.address, one);
    push(work, list, host.out, one);
  }
  return list.length === 0 ? undefined : list;
}

/**
 * Reservations of the top level go where Kea heeds them: to the top level if all networks do, else
 * into those that do.
 */
export function placeGlobalReservations(section: Section, networks: Networks): unknown[] | undefined {
  const { classes, identifiers, list } = networks;
  const { family, work } = classes.context;
  const sections = takeSections(section, "reservations", "a reservation");
  const [first] = sections;
  if (first === undefined) return undefined;
  const heeding = list.filter(({ inherited }) => reservationModes(inherited, work).global);
  if (heeding.length === 0) {
    const hint = "Kea does not heed them either, unless reservations-global is true";
    report(work, "warning", first.part.at, "the reservations of the top level are left out", hint);
    return undefined;
  }
  const hosts = sections.flatMap((one) => readReservation(one, classes, identifiers) ?? []);
  const top: unknown[] = [];
  for (const host of hosts) {
    const { address } = host;
    const key = address === undefined ? undefined : family.key(address);
    const holder = key === undefined ? undefined : overlappingNetwork(networks, { first: key, last: key });
    if (address !== undefined && holder === undefined) {
      report(work, "error", host.section.part.at, `${address} lies in none of the networks`, "a reserved address is one of a network");
      continue;
    }
    if (heeding.length === list.length) {
      push(work, top, host.out, host.section);
      continue;
    }
    for (const { out } of heeding.filter((one) => holder === undefined || one === holder)) {
      const own = (out.reservations ?? []) as unknown[];
      out.reservations = own;
      push(work, own, host.out, host.section);
    }
  }
  return top.length === 0 ? undefined : top;
}
