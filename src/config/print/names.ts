import { formatEndpoint } from "../../net/address.ts";
import { reverseZonesOfNetworks } from "../build/names/zones.ts";
import type { Config } from "../model/config.ts";
import type { DdnsServer, DdnsSpec } from "../model/names.ts";
import { formatDuration } from "../text/duration.ts";
import { nonEmpty, type Plain, printDuration } from "./plain.ts";

/** `ddns` and `dns`. Secrets are printed too: what is printed loads to the same. */
export function printNames(config: Config): { readonly ddns?: Plain; readonly dns?: Plain } {
  const { names, ddns, dns } = config;
  if (names === undefined) return {};
  return {
    ddns: {
      enable_updates: names.updates,
      override_client_updates: names.overridesClient,
      override_no_updates: names.overridesNoUpdates,
      generate_names: names.generates,
      qualifying_suffix: names.suffix,
      ...(ddns && printServers(ddns)),
    },
    ...(dns && { dns: printDns(config, dns) }),
  };
}

function printServers({ ttl, conflict, forward, reverse }: DdnsSpec): Plain {
  const keys = new Map([...forward, ...reverse].flatMap(({ key }) => (key === undefined ? [] : [[key.name, key]])));
  return {
    ttl: printDuration(ttl),
    conflict,
    forward: forward.map(printServer),
    reverse: reverse.map(printServer),
    tsig_keys: nonEmpty(
      Object.fromEntries([...keys].map(([name, { algorithm, secret }]) => [name, { algorithm, data: toBase64(secret) }])),
    ),
  };
}

function printServer({ zone, key, ...endpoint }: DdnsServer): Plain {
  return { name: zone === "" ? "." : (zone ?? "*"), ip: formatEndpoint(endpoint), key: key?.name };
}

function printDns(config: Config, { listen, zones, ttl, secondaries, hostsFile, command }: NonNullable<Config["dns"]>): Plain {
  const follows = reverseZonesOfNetworks(config);
  const answers = listen.length > 0 && { zones: zones.filter((zone) => !follows.has(zone)), ttl: formatDuration(ttl) };
  return {
    listen: nonEmpty(listen.map(formatEndpoint)),
    ...answers,
    secondaries: nonEmpty(secondaries.map(formatEndpoint)),
    hosts_file: hostsFile,
    command: nonEmpty(command),
  };
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
