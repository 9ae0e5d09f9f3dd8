import { equalBytes } from "../../../net/bytes.ts";
import type { Ipv4 } from "../../../net/ipv4.ts";
import type { Ipv4Prefix } from "../../../net/prefix.ts";
import type { ConfigFile } from "../../schema/config.ts";
import type { Report } from "../../text/problems.ts";
import { type LinkPlan, planLinks } from "../links.ts";
import type { SharedNetwork } from "../shared-networks.ts";
import { type NamedIpv4Prefix, NETWORK_NAMES } from "./names.ts";

/** A DHCPv4 link before its networks are built. */
export interface Dhcp4LinkPlan extends LinkPlan<Ipv4, Ipv4Prefix> {
  readonly vss: Uint8Array | undefined;
}

/** Puts every network on a link. `written` are all keys of `networks`, those with problems too. */
export function planDhcp4Links(
  file: ConfigFile,
  networks: readonly NamedIpv4Prefix[],
  shared: readonly SharedNetwork<Ipv4>[],
  written: ReadonlySet<string>,
  report: Report,
): readonly Dhcp4LinkPlan[] {
  const plans = planLinks(
    {
      names: NETWORK_NAMES,
      networks,
      fileOf: ({ key }) => file.networks?.[key] ?? {},
      shared,
      written,
      served: file.interfaces?.map(({ name }) => name),
      servedAt: "the top-level interfaces",
    },
    report,
  );
  return plans.map((plan) => ({ ...plan, vss: vssOf(plan, file, report) }));
}

/** The VPN that a link is in: one. */
function vssOf({ name, shared, members }: LinkPlan<Ipv4, Ipv4Prefix>, file: ConfigFile, report: Report): Uint8Array | undefined {
  const [first] = members;
  const ofMember = ({ key }: NamedIpv4Prefix): Uint8Array | undefined => file.networks?.[key]?.vss ?? shared?.vss;
  const vss = first === undefined ? shared?.vss : ofMember(first);
  for (const member of members) {
    const own = ofMember(member);
    if (own === vss || (own !== undefined && vss !== undefined && equalBytes(own, vss))) continue;
    const message = `the network ${member.key} is in another VPN than ${first?.key}`;
    report.keyError(["networks", member.key], message, `set vss in the shared network "${name}"`);
  }
  return vss;
}
