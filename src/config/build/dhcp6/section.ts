import type { Limit } from "../../model/common.ts";
import type { Dhcp6ClientClass, Dhcp6Config, Link, Network } from "../../model/dhcp6.ts";
import type { OptionDictionary } from "../../options/dictionary.ts";
import { mergeOptions, NO_OPTIONS, readOptions } from "../../options/values.ts";
import type { Dhcp6File } from "../../schema/config.ts";
import type { ClassRules } from "../class-names.ts";
import { type ClassTable, classesGivenBy, readClasses } from "../classes.ts";
import { type Common, checkInterfaces } from "../common.ts";
import { entriesOf } from "../hosts.ts";
import { readPrefixes } from "../prefixes.ts";
import { readPools } from "../ranges.ts";
import { IPV6 } from "./family.ts";
import { type Host, readHosts } from "./hosts.ts";
import { type Inherited, inherit, ofSection } from "./inheritance.ts";
import { readLifetimes } from "./lifetimes.ts";
import { type Dhcp6LinkPlan, planDhcp6Links } from "./links.ts";
import { type NamedIpv6Prefix, NETWORK_NAMES } from "./names.ts";
import { buildNetwork, type NetworkBuild, type NetworkSource } from "./networks.ts";
import { addressed, readPrefixPools } from "./prefix-pools.ts";
import { placeHosts } from "./reserved.ts";
import { readServerId } from "./server-id.ts";

const RULES: ClassRules = { key: "v6", builtIn: ["ALL", "KNOWN", "UNKNOWN"] };
const PATH = ["v6"];

/** What of `Dhcp6Config` comes from the section and what is for it alone. */
type Dhcp6Part = Omit<Dhcp6Config, keyof Common["ofBoth"] | "leasequery">;

/** DHCPv6 while the limits of the top level are not read yet. */
export interface Dhcp6Reading {
  readonly classes: ClassTable;
  readonly finish: (limits: readonly Limit[]) => Dhcp6Part;
}

/** Reads everything of DHCPv6. `written` are all keys of its networks, the refused ones too. */
export function readDhcp6(common: Common, section: Dhcp6File, dictionary: OptionDictionary, written: ReadonlySet<string>): Dhcp6Reading {
  const { file, report, shared, reservations } = common;
  const { networks: entries, refused } = readPrefixes(Object.keys(section.networks ?? {}), NETWORK_NAMES, report);
  checkInterfaces(section.interfaces, [...PATH, "interfaces"], report);
  const plans = planDhcp6Links(section, entries, shared.dhcp6, written, report);
  const global = ofSection(file, section, report);
  const classes = readClasses(
    {
      rules: RULES,
      givesClasses: common.givesClasses,
      files: file.client_classes?.v6 ?? [],
      given: classesGivenBy(
        reservations.dhcp6.map((entry) => entry.file),
        section.reservations,
        ...Object.values(section.networks ?? {}).map((network) => network.reservations),
      ),
      dictionary,
      leaseTime: global.leaseTime,
      build: (one, facts, path): Dhcp6ClientClass => ({
        ...facts,
        leaseTime: one.config && readLifetimes(one.config, global.leaseTime, [...path, "config"], report),
      }),
    },
    report,
  );
  const linkOf = new Map(plans.flatMap(({ members }, link) => members.map((member) => [member, link] as const)));
  const placed = entries.filter((entry) => linkOf.has(entry));
  const sources = readSources(section, placed, report);
  const hosts = new Map<NamedIpv6Prefix, readonly Host[]>();
  for (const { entry, file: network } of sources) {
    const path = [...NETWORK_NAMES.path, entry.key, "reservations"];
    hosts.set(entry, readHosts(entriesOf(network.reservations, path), dictionary, report));
  }
  const ofEverywhere = [...entriesOf(section.reservations, [...PATH, "reservations"]), ...reservations.dhcp6];
  const reserved = placeHosts(
    hosts,
    readHosts(ofEverywhere, dictionary, report),
    {
      networks: placed,
      linkOf: (network) => linkOf.get(network) as number,
      pools: sources.flatMap(({ prefixPools }) => prefixPools),
      givenFrom: addressed(
        placed,
        sources.flatMap(({ ranges }) => ranges),
      ),
      complete: placed.length === written.size,
    },
    report,
  );
  const ownAddresses = (section.interfaces ?? []).flatMap(({ address }) => address ?? []);
  const build: NetworkBuild = { report, dictionary, classes, reserved, ownAddresses, networks: [], pools: [], everywhere: new Map() };
  const finish = (limits: readonly Limit[]): Dhcp6Part => {
    const outerOf: readonly Inherited[] = plans.map(({ shared: link, path }) =>
      link === undefined ? global : inherit(link, global, path, dictionary, report),
    );
    for (const entry of refused) checkNetwork(build, section, entry, global);
    for (const { file: host, path } of ofEverywhere) classes.ofReservation(host, path);
    for (const source of sources) {
      const link = linkOf.get(source.entry) as number;
      build.networks.push(buildNetwork(build, source, link, outerOf[link] as Inherited));
    }
    const order = new Map(placed.map((entry, i) => [entry, i]));
    const links = plans.map((plan, index) => buildLink(plan, index, build.networks, order));
    const classification = classes.finish();
    return {
      interfaces: section.interfaces ?? [],
      serverId: readServerId(section.server_id, report),
      networks: build.networks,
      links,
      pools: build.pools,
      options: mergeOptions(NO_OPTIONS, readOptions(section.options, [...PATH, "options"], dictionary, report)),
      ...(classification && { classification: { ...classification, leaseTime: global.leaseTime } }),
      limits,
      addressRegistration: section.address_registration ?? false,
      kernelRoutes: section.routes === "kernel",
    };
  };
  return { classes, finish };
}

/** Reports what is wrong in a network whose key has a problem; nothing else becomes of it. */
function checkNetwork(build: NetworkBuild, section: Dhcp6File, entry: NamedIpv6Prefix, outer: Inherited): void {
  const { report, dictionary } = build;
  const [source] = readSources(section, [entry], report);
  if (source === undefined) return;
  const path = [...NETWORK_NAMES.path, entry.key, "reservations"];
  const hosts = readHosts(entriesOf(source.file.reservations, path), dictionary, report);
  const places = {
    networks: [entry],
    linkOf: () => 0,
    pools: source.prefixPools,
    givenFrom: addressed([entry], source.ranges),
    complete: false,
  };
  const reserved = placeHosts(new Map([[entry, hosts]]), [], places, report);
  buildNetwork({ ...build, reserved, networks: [], pools: [], everywhere: new Map() }, source, 0, outer);
}

/** The networks with their ranges and pools of prefixes, as far as these have no problem. */
function readSources(section: Dhcp6File, entries: readonly NamedIpv6Prefix[], report: Common["report"]): readonly NetworkSource[] {
  const withRanges = entries.map((entry) => {
    const file = section.networks?.[entry.key] ?? {};
    const path = [...NETWORK_NAMES.path, entry.key];
    return { entry, file, path, ranges: readPools(file.ranges ?? [], entry, IPV6, [...path, "ranges"], report) };
  });
  const givenFrom = addressed(
    entries,
    withRanges.flatMap(({ ranges }) => ranges),
  );
  const pools = readPrefixPools(
    withRanges.map(({ entry, file, path }) => [entry, file.prefix_pools ?? [], [...path, "prefix_pools"]] as const),
    givenFrom,
    report,
  );
  const poolsOf = new Map(withRanges.map(({ entry }) => [entry, [] as (typeof pools)[number][]]));
  for (const pool of pools) poolsOf.get(pool.network)?.push(pool);
  return withRanges.map(({ entry, file, ranges }) => ({ entry, file, ranges, prefixPools: poolsOf.get(entry) ?? [] }));
}

function buildLink(plan: Dhcp6LinkPlan, index: number, networks: readonly Network[], order: ReadonlyMap<NamedIpv6Prefix, number>): Link {
  return {
    index,
    name: plan.name,
    networks: plan.members.map((member) => networks[order.get(member) as number] as Network),
    interfaces: plan.interfaces,
    relays: plan.relays,
    interfaceIds: plan.interfaceIds,
  };
}
