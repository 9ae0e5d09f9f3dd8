import type { Dhcp6Config } from "../model/dhcp6.ts";
import type { ConfigFile } from "../schema/config.ts";
import type { Path } from "../text/diagnostic.ts";
import type { Report } from "../text/problems.ts";
import type { TopReservations } from "./reservations.ts";
import type { SharedNetworks } from "./shared-networks.ts";

/** What both protocols are built from. */
export interface Common {
  readonly file: ConfigFile;
  readonly report: Report;
  /** Whether a hook puts clients into classes. */
  readonly givesClasses: boolean;
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
  const names = (interfaces ?? []).map(({ name }) => `the interface ${name}`);
  refuseTwice(names, path, report, LISTED_TWICE);
}

/** Reports what a list says more than once; `texts` are its items in words. */
export function refuseTwice(texts: readonly string[], path: Path, report: Report, hint = "keep one of the two"): void {
  const known = new Map<string, number>();
  for (const [i, text] of texts.entries()) {
    const first = known.get(text);
    if (first === undefined) known.set(text, i);
    else report.error([...path, i], `${text} is listed twice`, hint, [...path, first]);
  }
}
