import type { Classification, ClientClass, LeaseTime } from "../model/common.ts";
import type { ReservationFile } from "../schema/config.ts";
import type { Path } from "../text/diagnostic.ts";
import type { Report } from "../text/problems.ts";

/*
 * Warnings that both protocols have: configurations that are valid and do what they say, and are
 * probably not what was meant.
 */

/** What tells one host from another. */
interface NamedHost {
  readonly hostname?: string | undefined;
  readonly match: { readonly [Key in keyof ReservationFile["match"] | "interface_id"]?: unknown };
}

/** A program may give the value of an option as a BigInt, which JSON has no form for. */
function asText(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

/** Of two hosts with one name the DNS, and whoever looks for one of them, knows only one. */
export function adviseOnHostNames(lists: readonly (readonly [Path, readonly NamedHost[] | undefined])[], report: Report): void {
  const known = new Map<string, { readonly host: string; readonly path: Path }>();
  for (const [path, reservations] of lists) {
    for (const [i, { hostname, match }] of (reservations ?? []).entries()) {
      if (hostname === undefined) continue;
      const name = hostname.toLowerCase();
      // A machine with a reservation in each of several networks is one host.
      const { chaddr, client_id, duid, circuit_id, interface_id, remote_id, options } = match;
      const host = JSON.stringify([chaddr, client_id, duid, circuit_id, interface_id, remote_id, options], asText);
      const other = known.get(name);
      if (other === undefined) known.set(name, { host, path: [...path, i] });
      else if (other.host !== host) {
        report.warn(
          [...path, i, "hostname"],
          `another reservation has the host name "${hostname}" already`,
          "give one of the two another name",
          other.path,
        );
      }
    }
  }
}

/**
 * What the server has itself no other host can have. `own` are its addresses; `addressesOf` tells
 * those of a reservation, written as these, and where in it each stands.
 */
export function adviseOnReserved<R>(
  own: readonly string[],
  lists: readonly (readonly [Path, readonly R[] | undefined])[],
  addressesOf: (reservation: R) => readonly (readonly [Path, string])[],
  report: Report,
): void {
  if (own.length === 0) return;
  for (const [path, reservations = []] of lists) {
    for (const [i, reservation] of reservations.entries()) {
      for (const [place, address] of addressesOf(reservation))
        if (own.includes(address))
          report.warn([...path, i, ...place], `${address} is the server's own address (interfaces)`, "reserve another address");
    }
  }
}

const MOST_NAMED = 3;

/**
 * Warns once of networks whose clients are not told of a server for names, however many they are.
 * `networks` are their names; `path` is where one stands, or all of them.
 */
export function adviseOnNameServers(networks: readonly string[], path: Path, hint: string, report: Report): void {
  if (networks.length === 0) return;
  const named = networks.slice(0, MOST_NAMED).join(", ");
  const more = networks.length - MOST_NAMED;
  const which = `network${networks.length === 1 ? "" : "s"} ${named}${more > 0 ? ` and ${more} more` : ""}`;
  report.warn(path, `clients of the ${which} are told no DNS server`, hint);
}

/** What of a network is compared with the times that its clients can get. */
interface TimedNetwork {
  readonly name: string;
  readonly adaptiveThreshold: number | undefined;
}

/** Where nothing can be shorter than by default, a threshold for shorter times does nothing. */
export function adviseOnThreshold(
  { name, adaptiveThreshold }: TimedNetwork,
  pools: readonly { readonly leaseTime: LeaseTime }[],
  classification: Classification<ClientClass> | undefined,
  path: Path,
  report: Report,
): void {
  if (adaptiveThreshold === undefined || pools.length === 0) return;
  // As far as classes don't say otherwise.
  if (classification?.classes.some(({ leaseTime }) => leaseTime !== undefined) === true) return;
  if (pools.some(({ leaseTime }) => leaseTime.min !== leaseTime.default)) return;
  report.warn(
    path,
    `adaptive_threshold is set for ${name}, but its shortest lease time is the default`,
    "add config: {lease_time: {default: TIME, min: SHORTER}}",
  );
}
