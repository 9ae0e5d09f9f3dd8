import { stringify } from "yaml";
import { equalBytes } from "../net/bytes.ts";
import { formatIpv4, readIpv4 } from "../net/ipv4.ts";
import { formatIpv6 } from "../net/ipv6.ts";
import { ADDRESS_LENGTH, firstAddress, formatIpv6Prefix, type Ipv6Prefix, prefixLength } from "../net/ipv6-prefix.ts";
import { formatIpv4Prefix, type Ipv4Prefix } from "../net/prefix.ts";
import type { ApiSpec, ApiToken } from "./model/api.ts";
import type { FloodProtection, Limit, ListenSpec } from "./model/common.ts";
import type { Config } from "./model/config.ts";
import type { EventSink } from "./model/events.ts";
import { dictionariesOf } from "./options/definitions.ts";
import { printDhcp4 } from "./print/dhcp4.ts";
import { printDhcp6 } from "./print/dhcp6.ts";
import { printNames } from "./print/names.ts";
import { type Names, nonEmpty, type Plain, printLimits, withoutAbsent } from "./print/plain.ts";
import { formatDuration } from "./text/duration.ts";

/**
 * The configuration as a YAML file that loads to the same model: defaults filled in, what is
 * inherited written where it applies, exclusions of ranges complete. Hooks are functions: a comment
 * says that they are left out.
 */
export function printConfig(config: Config): string {
  const hooks =
    config.hooks === undefined ? "" : `# The hooks of ${JSON.stringify(config.hooks.module)} are functions, and left out here.\n`;
  return hooks + stringify(withoutAbsent(plainConfig(config)), { lineWidth: 0, aliasDuplicateObjects: false });
}

/** The same as plain maps, lists and scalars; what is undefined is not written. */
export function plainConfig(config: Config): Plain {
  const dictionaries = dictionariesOf(config.optionDefinitions ?? []);
  const names4 = { ...config, dictionary: dictionaries.dhcp4 };
  const names6 = config.dhcp6 && { ...config.dhcp6, dictionary: dictionaries.dhcp6 };
  const dhcp4 = printDhcp4(names4);
  const dhcp6 = names6 && printDhcp6(names6);
  return {
    ...dhcp4.sockets,
    offer_hold: formatDuration(config.offerHold),
    affinity: formatDuration(config.affinity),
    cache_threshold: config.cacheThreshold,
    ...dhcp4.settings,
    flood_protection_threshold: printFlood(config.floodProtection),
    leasequery: printLeasequery(config),
    events: nonEmpty((config.events ?? []).map(printSink)),
    history: config.history && { keep: formatDuration(config.history.keep) },
    ...printNames(config),
    store: config.store.kind === "memory" ? { memory: {} } : { sqlite: config.store.path === undefined ? {} : { path: config.store.path } },
    user: config.user && (config.user.group === undefined ? config.user.user : { ...config.user }),
    log: config.log,
    api: printApi(config.api),
    ...dhcp4.top,
    client_classes: dhcp4.classes || dhcp6?.classes ? { v4: dhcp4.classes, v6: dhcp6?.classes } : undefined,
    limits: printAllLimits(config, names4, names6),
    option_definitions: nonEmpty(
      Object.fromEntries((config.optionDefinitions ?? []).map(({ name, code, type, space }) => [name, { code, type, space }])),
    ),
    options: dhcp4.options,
    shared_networks: nonEmpty({ ...dhcp4.shared, ...dhcp6?.shared }),
    networks: dhcp4.networks,
    v6: dhcp6?.section,
  };
}

function printFlood(flood: FloodProtection | undefined): Plain | undefined {
  return flood && { packets: flood.packets, secs: formatDuration(flood.seconds) };
}

function printSink(sink: EventSink): Plain {
  const { kinds, queue } = sink;
  return { ...printTarget(sink), kinds, queue };
}

function printTarget(sink: EventSink): Plain {
  switch (sink.kind) {
    case "file":
      return { file: sink.path };
    case "socket":
      return { socket: "path" in sink.listen ? sink.listen.path : printHost(sink.listen) };
    case "webhook":
      return { webhook: { url: sink.url, secret: sink.secret, retry: formatDuration(sink.retry) } };
    case "run":
      return { run: sink.command };
  }
}

function printHost({ host, port }: { readonly host: string; readonly port: number }): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Those of the top level, each once although it may hold in both protocols. */
function printAllLimits(config: Config, names4: Names, names6: Names | undefined): readonly Plain[] | undefined {
  const isKnown = (one: Limit): boolean => config.limits.some((other) => equalBytes(other.identity, one.identity));
  const more = (config.dhcp6?.limits ?? []).filter((one) => !isKnown(one));
  return nonEmpty([...(printLimits(config.limits, names4) ?? []), ...((names6 && printLimits(more, names6)) ?? [])]);
}

function printLeasequery({ leasequery, dhcp6 }: Config): Plain | undefined {
  const listen = [...(leasequery?.bulk?.listen ?? []), ...(dhcp6?.leasequery?.bulk?.listen ?? [])];
  const requesters = [
    ...(leasequery?.requesters ?? []).map(printRequester),
    ...(dhcp6?.leasequery?.requesters ?? []).map(printIpv6Requester),
  ];
  if (requesters.length === 0) return undefined;
  return { requesters, bulk: listen.length === 0 ? undefined : { listen: listen.map(printListener) } };
}

/** Tokens are printed too: what is printed loads to the same. */
function printApi(api: ApiSpec | undefined): Plain | false | undefined {
  if (api === undefined) return undefined;
  const { listen, tokens, tls, socket, dashboard } = api;
  if (listen.length === 0 && socket === undefined) return false;
  return { listen: listen.map(printListener), tokens: nonEmpty(tokens.map(printToken)), tls, socket, dashboard };
}

function printToken({ token, file, role }: ApiToken): Plain {
  return { token, token_file: file, role };
}

function printRequester(requester: Ipv4Prefix): string {
  return requester.length === 32 ? formatIpv4(requester.address) : formatIpv4Prefix(requester);
}

function printIpv6Requester(requester: Ipv6Prefix): string {
  return prefixLength(requester) === ADDRESS_LENGTH ? formatIpv6(firstAddress(requester)) : formatIpv6Prefix(requester);
}

function printListener({ address, port }: ListenSpec): string {
  const isIpv4 = address.length === 4;
  const text = isIpv4 ? formatIpv4(readIpv4(address, 0)) : formatIpv6(address);
  if (port === undefined) return text;
  return isIpv4 ? `${text}:${port}` : `[${text}]:${port}`;
}
