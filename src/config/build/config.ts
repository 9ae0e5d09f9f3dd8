import type { StoreSpec } from "../model/common.ts";
import type { Config } from "../model/config.ts";
import type { Link, Network } from "../model/dhcp4.ts";
import { readDefinitions } from "../options/definitions.ts";
import { mergeOptions, NO_OPTIONS, readOptions } from "../options/values.ts";
import type { ConfigFile } from "../schema/config.ts";
import type { Report } from "../text/problems.ts";
import { readClasses } from "./classes.ts";
import { type Inherited, inherit, topLevel } from "./dhcp4/inheritance.ts";
import { type LinkPlan, planLinks } from "./dhcp4/links.ts";
import { assignHosts, buildNetwork, type NetworkBuild } from "./dhcp4/networks.ts";
import { type NamedPrefix, readPrefixes } from "./dhcp4/prefixes.ts";
import { readHosts } from "./dhcp4/reservations.ts";
import { readLimits } from "./limits.ts";

const LISTED_TWICE = "keep one of the two; for both subnets of an interface list their networks in `shared_networks`";

const DEFAULT_OFFER_HOLD = 30;
const DEFAULT_AFFINITY = 86_400;

/**
 * Makes the model of a file whose values were read one by one, and reports every contradiction
 * between them. The result is of use only if no error was reported. `written` are all keys of
 * `networks` in the file, the refused ones too.
 */
export function buildModel(file: ConfigFile, written: ReadonlySet<string>, report: Report): Config {
  const entries = file.networks ?? {};
  const prefixes = readPrefixes(Object.keys(entries), report);
  checkInterfaces(file, report);
  const { defined, dictionary } = readDefinitions(file.option_definitions, report);
  const plans = planLinks(file, prefixes, written, report);
  const globalHosts = assignHosts(readHosts(file.reservations ?? [], ["reservations"], dictionary, report), prefixes, written, report);
  const global = topLevel(file, dictionary, report);
  const classes = readClasses(file, global, dictionary, report);
  const limits = readLimits(file.limits, "", classes, ["limits"], report);
  const build: NetworkBuild = { file, report, dictionary, networks: [], ranges: [], globalHosts, everywhere: new Map(), classes };

  const flood = file.flood_protection_threshold;
  const order = new Map(prefixes.map((prefix, i) => [prefix, i]));
  const built = new Map<NamedPrefix, { readonly link: number; readonly outer: Inherited }>();
  for (const [link, plan] of plans.entries()) {
    const outer = plan.shared === undefined ? global : inherit(plan.shared, global, plan.path, dictionary, report);
    for (const member of plan.members) built.set(member, { link, outer });
  }
  for (const prefix of prefixes) {
    const place = built.get(prefix);
    if (place !== undefined) build.networks.push(buildNetwork(build, prefix, place.link, place.outer));
  }
  const links = plans.map((plan, index) => buildLink(plan, index, build.networks, order));
  return {
    interfaces: file.interfaces ?? [],
    networks: build.networks,
    links,
    ranges: build.ranges,
    options: mergeOptions(NO_OPTIONS, readOptions(file.options, ["options"], dictionary, report)),
    ...(defined.length === 0 ? {} : { optionDefinitions: defined }),
    limits,
    ...classes.finish(),
    chaddrOnly: file.chaddr_only ?? false,
    offerHold: file.offer_hold ?? DEFAULT_OFFER_HOLD,
    affinity: file.affinity ?? DEFAULT_AFFINITY,
    cacheThreshold: file.cache_threshold ?? 0,
    bootp: file.bootp_enable ?? true,
    dynamicBootp: file.bootp_enable ?? false,
    rapidCommit: file.rapid_commit ?? false,
    subnetSelection: file.subnet_selection ?? true,
    ...(flood === undefined ? {} : { floodProtection: { packets: flood.packets, seconds: flood.secs } }),
    ...(file.leasequery === undefined ? {} : { leasequery: file.leasequery }),
    store: buildStore(file.store),
    log: { level: file.log?.level ?? "info", format: file.log?.format ?? "pretty" },
  };
}

function buildStore(store: ConfigFile["store"]): StoreSpec {
  return store?.memory === undefined ? { kind: "sqlite", path: store?.sqlite?.path } : { kind: "memory" };
}

function buildLink(plan: LinkPlan, index: number, networks: readonly Network[], order: ReadonlyMap<NamedPrefix, number>): Link {
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

function checkInterfaces(file: ConfigFile, report: Report): void {
  const known = new Set<string>();
  for (const [i, { name }] of (file.interfaces ?? []).entries()) {
    if (!known.has(name)) known.add(name);
    else report.error(["interfaces", i], `the interface ${name} is listed twice`, LISTED_TWICE);
  }
}
