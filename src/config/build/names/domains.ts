import { nameSuffix } from "../../../wire/client-name.ts";
import { OptionCode as OptionCode4 } from "../../../wire/dhcp4/option-code.ts";
import { OptionCode as OptionCode6 } from "../../../wire/dhcp6/option-code.ts";
import { readDomainNames } from "../../../wire/values/domain-name.ts";
import type { ClientClass, ConfiguredOption, OptionSet } from "../../model/common.ts";
import type { Config } from "../../model/config.ts";
import type { ConfigFile } from "../../schema/config.ts";
import type { Path } from "../../text/diagnostic.ts";
import { NETWORK_NAMES as NAMES4 } from "../dhcp4/names.ts";
import { NETWORK_NAMES as NAMES6 } from "../dhcp6/names.ts";
import { keysByName } from "../prefixes.ts";

/** A domain that clients are given, which names that are not whole are completed by. */
export interface GivenDomain {
  /** In small letters and without a dot at its end; undefined: what is given is no domain name. */
  readonly name: string | undefined;
  readonly written: string;
  /** Where it is written, or the network that it is handed down to. */
  readonly path: Path;
}

/** The domains that clients of each protocol are given, each as often as it is written. */
export interface GivenDomains {
  /** `domain_name`. */
  readonly dhcp4: readonly GivenDomain[];
  /** The first one of each `domain_search`. */
  readonly dhcp6: readonly GivenDomain[];
}

/** Every domain that the options of a place say. */
export function domainsOf(config: Config, file: ConfigFile): GivenDomains {
  const { dhcp6 } = config;
  return {
    dhcp4: given({ ...config, pools: config.ranges }, OptionCode4.domainName, "domain_name", domainNameOf, {
      top: [],
      classes: ["client_classes", "v4"],
      keys: keysOf(config.networks, keysByName(Object.keys(file.networks ?? {}), NAMES4)),
    }),
    dhcp6:
      dhcp6 === undefined
        ? []
        : given(dhcp6, OptionCode6.domainSearch, "domain_search", searchedFirst, {
            top: ["v6"],
            classes: ["client_classes", "v6"],
            keys: keysOf(dhcp6.networks, keysByName(Object.keys(file.v6?.networks ?? {}), NAMES6)),
          }),
  };
}

function keysOf(networks: readonly { readonly name: string }[], keys: ReadonlyMap<string, string>): readonly string[] {
  return networks.map(({ name }) => keys.get(name) ?? name);
}

/** What an option of DHCPv4 says; undefined: nothing. */
export function domainNameOf(option: ConfiguredOption | undefined): string | undefined {
  return option === undefined || option.suppressed ? undefined : new TextDecoder().decode(option.data);
}

/** The first domain that an option of DHCPv6 says. */
export function searchedFirst(option: ConfiguredOption | undefined): string | undefined {
  if (option === undefined || option.suppressed) return undefined;
  const names = readDomainNames(option.data);
  return typeof names === "string" ? undefined : names[0];
}

/** What both protocols have options in. */
interface Places {
  readonly options: OptionSet;
  readonly classification?: { readonly classes: readonly ClientClass[] } | undefined;
  readonly networks: readonly {
    readonly options: OptionSet;
    readonly reservations: readonly (readonly { readonly options: OptionSet }[])[];
  }[];
  readonly pools: readonly { readonly network: number; readonly options: OptionSet }[];
}

interface Paths {
  readonly top: Path;
  readonly classes: Path;
  /** Keys of the networks in the file, in the order of the model. */
  readonly keys: readonly string[];
}

function given(
  { options, classification, networks, pools }: Places,
  code: number,
  key: string,
  read: (option: ConfiguredOption | undefined) => string | undefined,
  paths: Paths,
): readonly GivenDomain[] {
  const found = new Map<ConfiguredOption, GivenDomain>();
  // What is inherited is the very same option.
  const take = (set: OptionSet, path: Path): void => {
    const option = set.byCode.get(code);
    const written = option === undefined || found.has(option) ? undefined : read(option);
    if (option !== undefined && written !== undefined)
      found.set(option, { name: nameSuffix(written), written, path: [...path, "options", key] });
  };
  const pathOf = (network: number): Path => [...paths.top, "networks", paths.keys[network] ?? ""];
  take(options, paths.top);
  for (const [i, one] of (classification?.classes ?? []).entries()) take(one.options, [...paths.classes, i]);
  for (const [i, network] of networks.entries()) take(network.options, pathOf(i));
  for (const pool of pools) take(pool.options, pathOf(pool.network));
  // Many networks may have one and the same list.
  const lists = new Map(networks.flatMap(({ reservations }, i) => reservations.map((list) => [list, i] as const)).reverse());
  for (const [list, i] of [...lists].reverse()) for (const one of list) take(one.options, pathOf(i));
  return [...found.values()];
}
