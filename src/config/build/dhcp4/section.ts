import type { Limit } from "../../model/common.ts";
import type { Config } from "../../model/config.ts";
import type { Dhcp4ClientClass, Link, Network } from "../../model/dhcp4.ts";
import type { OptionDictionary } from "../../options/dictionary.ts";
import { mergeOptions, NO_OPTIONS, readOptions } from "../../options/values.ts";
import type { ClassRules } from "../class-names.ts";
import { type ClassTable, classesGivenBy, readClasses } from "../classes.ts";
import { type Common, checkInterfaces } from "../common.ts";
import { readLeaseTime } from "../lease-time.ts";
import { readPrefixes } from "../prefixes.ts";
import { type Inherited, inherit, topLevel } from "./inheritance.ts";
import { type Dhcp4LinkPlan, planDhcp4Links } from "./links.ts";
import { type NamedIpv4Prefix, NETWORK_NAMES } from "./names.ts";
import { assignHosts, buildNetwork, checkNetwork, type NetworkBuild } from "./networks.ts";
import { readHosts } from "./reservations.ts";

const RULES: ClassRules = { key: "v4", builtIn: ["ALL", "KNOWN", "UNKNOWN", "BOOTP"] };

/** What of a configuration is DHCPv4. */
type Dhcp4Part = Pick<
  Config,
  | "interfaces"
  | "networks"
  | "links"
  | "ranges"
  | "options"
  | "limits"
  | "classification"
  | "chaddrOnly"
  | "bootp"
  | "dynamicBootp"
  | "rapidCommit"
  | "subnetSelection"
>;

/** DHCPv4 while the limits of the top level are not read yet. */
export interface Dhcp4Reading {
  readonly classes: ClassTable;
  readonly finish: (limits: readonly Limit[]) => Dhcp4Part;
}

/** Reads everything of DHCPv4. `written` are all keys of `networks`, the refused ones too. */
export function readDhcp4(common: Common, dictionary: OptionDictionary, written: ReadonlySet<string>): Dhcp4Reading {
  const { file, report, shared, reservations } = common;
  const { networks: prefixes, refused } = readPrefixes(Object.keys(file.networks ?? {}), NETWORK_NAMES, report);
  checkInterfaces(file.interfaces, ["interfaces"], report);
  const plans = planDhcp4Links(file, prefixes, shared.dhcp4, written, report);
  const globalHosts = assignHosts(readHosts(reservations.dhcp4, dictionary, report), prefixes, written, report);
  const global = topLevel(file, dictionary, report);
  const hosts = Object.values(file.networks ?? {}).map((network) => network.reservations);
  const classes = readClasses(
    {
      rules: RULES,
      givesClasses: common.givesClasses,
      files: file.client_classes?.v4 ?? [],
      given: classesGivenBy(
        reservations.dhcp4.map((entry) => entry.file),
        ...hosts,
      ),
      dictionary,
      leaseTime: global.leaseTime,
      build: (one, facts, path): Dhcp4ClientClass => ({
        ...facts,
        leaseTime: one.config && readLeaseTime(one.config, global.leaseTime, [...path, "config"], report),
        nextServer: one.next_server,
        serverName: one.server_name,
        fileName: one.file_name,
      }),
    },
    report,
  );
  const build: NetworkBuild = { file, report, dictionary, networks: [], ranges: [], globalHosts, everywhere: new Map(), classes };
  const order = new Map(prefixes.map((prefix, i) => [prefix, i]));
  const places = new Map<NamedIpv4Prefix, { readonly link: number; readonly outer: Inherited }>();
  for (const [link, plan] of plans.entries()) {
    const outer = plan.shared === undefined ? global : inherit(plan.shared, global, plan.path, dictionary, report);
    for (const member of plan.members) places.set(member, { link, outer });
  }
  const finish = (limits: readonly Limit[]): Dhcp4Part => {
    for (const entry of refused) checkNetwork(build, entry, global);
    for (const { file: host, path } of reservations.dhcp4) classes.ofReservation(host, path);
    for (const prefix of prefixes) {
      const place = places.get(prefix);
      if (place !== undefined) build.networks.push(buildNetwork(build, prefix, place.link, place.outer));
    }
    const links = plans.map((plan, index) => buildLink(plan, index, build.networks, order));
    const options = mergeOptions(NO_OPTIONS, readOptions(file.options, ["options"], dictionary, report));
    const classification = classes.finish();
    return {
      interfaces: file.interfaces ?? [],
      networks: build.networks,
      links,
      ranges: build.ranges,
      options,
      limits,
      ...(classification && { classification: { ...classification, boot: global.boot } }),
      chaddrOnly: file.chaddr_only ?? false,
      bootp: file.bootp_enable ?? true,
      dynamicBootp: file.bootp_enable ?? false,
      rapidCommit: file.rapid_commit ?? false,
      subnetSelection: file.subnet_selection ?? true,
    };
  };
  return { classes, finish };
}

function buildLink(plan: Dhcp4LinkPlan, index: number, networks: readonly Network[], order: ReadonlyMap<NamedIpv4Prefix, number>): Link {
  const members = plan.members.map((member) => networks[order.get(member) as number] as Network);
  return {
    index,
    name: plan.name,
    networks: members,
    interfaces: plan.interfaces,
    relays: plan.relays,
    ...(plan.vss && { vss: plan.vss }),
  };
}
