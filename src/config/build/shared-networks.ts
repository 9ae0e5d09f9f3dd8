import type { Ipv4 } from "../../net/ipv4.ts";
import type { Ipv6 } from "../../net/ipv6.ts";
import type { ConfigFile, LifetimesFile, OptionsFile, SharedNetworkFile } from "../schema/config.ts";
import type { Path } from "../text/diagnostic.ts";
import type { Report } from "../text/problems.ts";

/** A shared network of one protocol, as it is written. */
export interface SharedNetwork<A> {
  readonly name: string;
  readonly path: Path;
  /** Keys of its networks, and where they stand. */
  readonly networks: readonly string[];
  readonly membersPath: Path;
  readonly interfaces: readonly string[] | undefined;
  readonly relays: readonly A[] | undefined;
  readonly vss: Uint8Array | undefined;
  readonly interfaceIds: readonly Uint8Array[];
  readonly options: OptionsFile | undefined;
  readonly config: LifetimesFile | undefined;
}

export interface SharedNetworks {
  readonly dhcp4: readonly SharedNetwork<Ipv4>[];
  readonly dhcp6: readonly SharedNetwork<Ipv6>[];
}

const ONE_PROTOCOL = "the networks of a shared network are of one protocol: give those of the other one a shared network of their own";

/**
 * Tells the shared networks of both protocols apart: those of DHCPv6 have a network of IPv6 in
 * front.
 */
export function readSharedNetworks(file: ConfigFile, report: Report): SharedNetworks {
  const dhcp4: SharedNetwork<Ipv4>[] = [];
  const dhcp6: SharedNetwork<Ipv6>[] = [];
  for (const [name, entry] of Object.entries(file.shared_networks ?? {})) {
    const path = ["shared_networks", name];
    if (isIpv6Key(membersOf(entry)[0])) dhcp6.push(read<Ipv6>(name, entry, path, true, report));
    else dhcp4.push(read<Ipv4>(name, entry, path, false, report));
  }
  return { dhcp4, dhcp6 };
}

type SharedMap = Exclude<SharedNetworkFile, readonly unknown[]>;

function isList(entry: SharedNetworkFile): entry is Extract<SharedNetworkFile, readonly unknown[]> {
  return Array.isArray(entry);
}

function membersOf(entry: SharedNetworkFile): readonly string[] {
  return isList(entry) ? entry : entry.networks;
}

function isIpv6Key(key: string | undefined): boolean {
  return key?.includes(":") === true;
}

function read<A extends Ipv4 | Ipv6>(
  name: string,
  entry: SharedNetworkFile,
  path: Path,
  isDhcp6: boolean,
  report: Report,
): SharedNetwork<A> {
  const membersPath = isList(entry) ? path : [...path, "networks"];
  const networks = membersOf(entry).filter((key, i) => {
    if (isIpv6Key(key) === isDhcp6) return true;
    report.error([...membersPath, i], `the network ${key} is of another protocol than ${membersOf(entry)[0]}`, ONE_PROTOCOL);
    return false;
  });
  const map: Partial<SharedMap> = isList(entry) ? {} : entry;
  const own = isDhcp6 ? "DHCPv6" : "DHCPv4";
  const other = isDhcp6 ? "DHCPv4" : "DHCPv6";
  const relays = map.relays?.filter((relay, i) => {
    if ((typeof relay !== "number") === isDhcp6) return true;
    report.error(
      [...path, "relays", i],
      `a relay of ${own} is known by its ${isDhcp6 ? "link-address, an IPv6" : "giaddr, an IPv4"} address`,
    );
    return false;
  });
  const refuse = (place: Path, key: string): void =>
    report.keyError([...place, key], `"${key}" is of ${other}, and the networks are of ${own}`, "remove it");
  if (isDhcp6 && map.vss !== undefined) refuse(path, "vss");
  if (!isDhcp6 && map.interface_id !== undefined) refuse(path, "interface_id");
  if (!isDhcp6 && map.config?.preferred_time !== undefined) refuse([...path, "config"], "preferred_time");
  return {
    name,
    path,
    networks,
    membersPath,
    interfaces: map.interfaces,
    relays: relays as readonly (Ipv4 | Ipv6)[] as readonly A[] | undefined,
    vss: map.vss,
    interfaceIds: map.interface_id ?? [],
    options: map.options,
    config: map.config,
  };
}
