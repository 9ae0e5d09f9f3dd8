import { toHex } from "../../../net/bytes.ts";
import type { Ipv6 } from "../../../net/ipv6.ts";
import type { Ipv6Prefix } from "../../../net/ipv6-prefix.ts";
import type { Dhcp6File } from "../../schema/config.ts";
import type { Path } from "../../text/diagnostic.ts";
import { formatIdentifier } from "../../text/identifier.ts";
import type { Report } from "../../text/problems.ts";
import { type Claims, claim, type LinkPlan, planLinks } from "../links.ts";
import type { SharedNetwork } from "../shared-networks.ts";
import { type NamedIpv6Prefix, NETWORK_NAMES } from "./names.ts";

/** A DHCPv6 link before its networks are built. */
export interface Dhcp6LinkPlan extends LinkPlan<Ipv6, Ipv6Prefix> {
  readonly interfaceIds: readonly Uint8Array[];
}

/**
 * Puts every network on a link. `written` are all keys of the networks, those with problems too.
 */
export function planDhcp6Links(
  section: Dhcp6File,
  networks: readonly NamedIpv6Prefix[],
  shared: readonly SharedNetwork<Ipv6>[],
  written: ReadonlySet<string>,
  report: Report,
): readonly Dhcp6LinkPlan[] {
  const plans = planLinks(
    {
      names: NETWORK_NAMES,
      networks,
      fileOf: ({ key }) => section.networks?.[key] ?? {},
      shared,
      written,
      served: section.interfaces?.map(({ name }) => name),
      servedAt: "the interfaces of the section v6",
    },
    report,
  );
  const claims: Claims = new Map();
  return plans.map((plan) => {
    const entries = interfaceIdsOf(plan, section);
    for (const [path, value] of entries) claim(claims, plan, path, `the Interface-Id ${formatIdentifier(value)}`, report);
    const distinct = new Map(entries.map(([, value]) => [toHex(value), value]));
    return { ...plan, interfaceIds: [...distinct.values()] };
  });
}

/** The Interface-Ids of the shared network and of its networks, with their places. */
function interfaceIdsOf(
  { path, shared, members }: LinkPlan<Ipv6, Ipv6Prefix>,
  section: Dhcp6File,
): readonly (readonly [Path, Uint8Array])[] {
  const ofMembers = members.flatMap(({ key }) =>
    (section.networks?.[key]?.interface_id ?? []).map((value) => [[...NETWORK_NAMES.path, key, "interface_id"], value] as const),
  );
  return [...(shared?.interfaceIds ?? []).map((value) => [[...path, "interface_id"], value] as const), ...ofMembers];
}
