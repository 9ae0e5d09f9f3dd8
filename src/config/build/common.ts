import type { Dhcp6Config } from "../model/dhcp6.ts";
import type { ConfigFile } from "../schema/config.ts";
import type { Report } from "../text/problems.ts";
import type { TopReservations } from "./reservations.ts";
import type { SharedNetworks } from "./shared-networks.ts";

/** What both protocols are built from. */
export interface Common {
  readonly file: ConfigFile;
  readonly report: Report;
  readonly shared: SharedNetworks;
  readonly reservations: TopReservations;
  /** Settings of the top level that hold for both. */
  readonly ofBoth: Pick<Dhcp6Config, "offerHold" | "affinity" | "cacheThreshold" | "floodProtection">;
}

const LISTED_TWICE = "keep one of the two; for both subnets of an interface list their networks in `shared_networks`";

/** Reports interfaces that a list names more than once. */
export function checkInterfaces(
  interfaces: readonly { readonly name: string }[] | undefined,
  path: readonly string[],
  report: Report,
): void {
  const known = new Set<string>();
  for (const [i, { name }] of (interfaces ?? []).entries()) {
    if (!known.has(name)) known.add(name);
    else report.error([...path, i], `the interface ${name} is listed twice`, LISTED_TWICE);
  }
}
