import { toHex } from "../../../net/bytes.ts";
import { parseIpv6 } from "../../../net/ipv6.ts";
import type { PlainMap } from "../translation.ts";
import type { Family } from "./family.ts";
import { flagOf, type Inherited, numberOf } from "./inherited.ts";
import type { Part } from "./json.ts";
import type { Networks } from "./network-list.ts";
import { bytesOfHex } from "./option-types.ts";
import {
  finish,
  isEmpty,
  plainOf,
  put,
  report,
  type Section,
  take,
  takeCount,
  takeFlag,
  takeSection,
  takeSections,
  takeText,
  takeTexts,
  type Work,
} from "./section.ts";
import { written } from "./times.ts";

/* What the server as a whole has: interfaces, its DUID, its log, and what has no counterpart. */

/** `interfaces-config`. */
export function readInterfaces(section: Section, out: PlainMap, family: Family): void {
  const { work } = section;
  const config = takeSection(section, "interfaces-config");
  if (config === undefined) return;
  const names: string[] = [];
  const items = takeTexts(config, "interfaces");
  for (const { text, part } of items) {
    const [name = "", address] = text.split("/");
    if (name === "*") continue;
    if (address === undefined || !family.isDhcp6) names.push(address === undefined ? name : `${name}@${address}`);
    else {
      names.push(name);
      const isLocal = parseIpv6(address)?.[0] === 0xfe;
      if (!isLocal)
        report(
          work,
          "warning",
          part.at,
          `${address} is not listened to`,
          "RFC 9915 removed unicast to servers: clients use the multicast group",
        );
    }
  }
  const part = take(config, "interfaces");
  if (part?.value.kind === "list" && items.length === 0)
    report(work, "warning", part.at, "Kea serves no interface here; Leasehold serves those that have an address in a network");
  const isAll = items.some(({ text }) => text === "*");
  if (!isAll && names.length > 0) put(work, out, "interfaces", [...new Set(names)], part);
  if (takeText(config, "dhcp-socket-type") === "udp") {
    const socket = take(config, "dhcp-socket-type");
    if (socket !== undefined)
      report(
        work,
        "warning",
        socket.at,
        '"dhcp-socket-type": packet sockets are used for clients without an address, whatever is set here',
      );
  }
  if (takeText(config, "outbound-interface") === "use-routing") {
    const outbound = take(config, "outbound-interface");
    if (outbound !== undefined)
      report(
        work,
        "warning",
        outbound.at,
        '"outbound-interface": replies to clients of a link leave by the interface that they were heard on',
      );
  }
  finish(config, '"interfaces-config"', {
    "re-detect": "nothing",
    "service-sockets-require-all": ["warning", "interfaces that are down are served once they are up"],
    "service-sockets-retry-wait-time": ["warning", "interfaces that are down are served once they are up"],
    "service-sockets-max-retries": ["warning", "interfaces that are down are served once they are up"],
  });
}

/** `server-id` of DHCPv6. */
export function readServerId(section: Section): PlainMap | undefined {
  const config = takeSection(section, "server-id");
  if (config === undefined) return undefined;
  const { work } = section;
  const out: PlainMap = {};
  const type = takeText(config, "type") ?? "LLT";
  if (type !== "LLT") put(work, out, "type", type, take(config, "type"));
  const identifier = takeText(config, "identifier");
  const bytes = identifier ? bytesOfHex(identifier) : undefined;
  if (identifier && bytes === undefined) report(work, "error", config.part.at, "the identifier is not hex");
  if (bytes !== undefined) put(work, out, "identifier", toHex(bytes), take(config, "identifier"));
  for (const [kea, own] of [
    ["time", "time"],
    ["htype", "hardware_type"],
    ["enterprise-id", "enterprise_id"],
  ] as const) {
    const value = takeCount(config, kea);
    if (value !== undefined && value > 0) put(work, out, own, value, take(config, kea));
  }
  if (takeFlag(config, "persist") === false) put(work, out, "persist", false, take(config, "persist"));
  finish(config, '"server-id"');
  return isEmpty(out) ? undefined : out;
}

/** Keys of the top level that Leasehold has one of, or a finding. */
export function readServer(section: Section, inherited: Inherited, family: Family, out: PlainMap, own: PlainMap): void {
  const { work } = section;
  const probation = takeCount(section, "decline-probation-period");
  if (probation !== undefined && probation !== 86_400)
    put(work, own, "probation_period", written(probation), take(section, "decline-probation-period"));
  const cache = numberOf(inherited, "cache-threshold", work);
  if (cache !== undefined && cache > 0) putOnce(work, out, "cache_threshold", Math.round(cache * 100), inherited.get("cache-threshold"));
  const age = inherited.get("cache-max-age");
  if (age !== undefined) report(work, "warning", age.at, '"cache-max-age": the share of the lease, cache_threshold, is the only bound');
  const offer = numberOf(inherited, "offer-lifetime", work);
  if (offer !== undefined && offer > 0) putOnce(work, out, "offer_hold", written(offer), inherited.get("offer-lifetime"));
  const echo = inherited.get("echo-client-id");
  if (flagOf(inherited, "echo-client-id", work) === false && echo !== undefined)
    report(work, "warning", echo.at, '"echo-client-id": the client identifier is always sent back (RFC 6842)');
  readExpiry(section, out);
  readDatabase(section, family);
  readCompatibility(section, out);
  readLoggers(section, out);
  const port = takeCount(section, "dhcp4o6-port");
  if (port !== undefined && port !== 0)
    report(work, "error", (take(section, "dhcp4o6-port") ?? section.part).at, "DHCPv4 over DHCPv6 is not served");
}

/** Sets what holds for both protocols: what the first one says stays. */
function putOnce(work: Work, out: PlainMap, key: string, value: unknown, part: Part | undefined): void {
  if (out[key] === undefined) put(work, out, key, value, part);
  else if (out[key] !== value && part !== undefined)
    report(work, "warning", part.at, `${key} holds for both protocols, and DHCPv4 has another value, which is kept`);
}

function readExpiry(section: Section, out: PlainMap): void {
  const expiry = takeSection(section, "expired-leases-processing");
  if (expiry === undefined) return;
  const hold = takeCount(expiry, "hold-reclaimed-time");
  if (hold !== undefined) putOnce(section.work, out, "affinity", written(hold), take(expiry, "hold-reclaimed-time"));
  const others = [...expiry.map.entries.keys()].filter((key) => key !== "hold-reclaimed-time");
  if (others.length > 0)
    report(
      section.work,
      "warning",
      expiry.part.at,
      `${others.map((key) => `"${key}"`).join(", ")}: leases expire one by one, and nothing is to set`,
    );
}

function readDatabase(section: Section, { isDhcp6 }: Family): void {
  for (const key of ["lease-database"]) {
    const database = takeSection(section, key);
    if (database === undefined) continue;
    const { work, part } = database;
    const type = takeText(database, "type") ?? "memfile";
    const file = takeText(database, "name") || `/var/lib/kea/kea-leases${isDhcp6 ? 6 : 4}.csv`;
    if (type === "memfile")
      report(
        work,
        "warning",
        part.at,
        "leases are kept in Leasehold's own database",
        `leasehold import --from kea ${file} takes over those of Kea`,
      );
    else
      report(
        work,
        "warning",
        part.at,
        `leases in ${type} are not taken over, and Leasehold keeps its own`,
        "kea-admin lease-dump writes them to a file, which leasehold import reads",
      );
  }
}

function readCompatibility(section: Section, out: PlainMap): void {
  const config = takeSection(section, "compatibility");
  if (config === undefined) return;
  const { work } = section;
  if (takeFlag(config, "exclude-first-last-24") === true)
    put(work, out, "exclude_first_last_24", true, take(config, "exclude-first-last-24"));
  finish(config, '"compatibility"', {
    "lenient-option-parsing": ["warning", "an option that can't be read never hides the others"],
    "ignore-dhcp-server-identifier": ["error", "a request for another server is never answered"],
    "ignore-rai-link-selection": ["error", "the link selection of relays is always heeded"],
  });
}

const LEVELS: Readonly<Record<string, string>> = { DEBUG: "debug", INFO: "info", WARN: "warn", ERROR: "error", FATAL: "error" };

/** The level of the server's log is that of its main logger; the rest has no counterpart. */
export function readLoggers(section: Section, out: PlainMap): void {
  const { work } = section;
  for (const logger of takeSections(section, "loggers", "a logger")) {
    const name = takeText(logger, "name") ?? "";
    const severity = (takeText(logger, "severity") ?? "INFO").toUpperCase();
    const level = LEVELS[severity];
    if (/^(kea-dhcp[46]|\*)$/.test(name) && level !== undefined && level !== "info" && out.log === undefined) {
      const log: PlainMap = {};
      put(work, log, "level", level, take(logger, "severity"));
      put(work, out, "log", log, logger.part);
    }
    const others = [...logger.map.entries].filter(
      ([key, part]) => !["name", "severity", "comment", "user-context"].includes(key) && !isUsualLog(key, plainOf(part.value)),
    );
    if (others.length === 0 && /^(kea-dhcp[46]|\*)$/.test(name)) continue;
    report(work, "warning", logger.part.at, `the logger "${name}": there is one log, on standard output`, "its level is log: {level}");
  }
}

function isUsualLog(key: string, value: unknown): boolean {
  if (key === "debuglevel") return value === 0;
  const outputs = Array.isArray(value) ? value : [];
  return (
    (key === "output_options" || key === "output-options") && outputs.every((one) => (one as { output?: unknown }).output === "stdout")
  );
}

/** What a client is known by: `chaddr_only`, for all networks or none. */
export function readClientKey(networks: Networks, out: PlainMap): void {
  const { work } = networks.classes.context;
  const parts = networks.list.map(({ inherited }) => inherited);
  const all = parts.length === 0 ? [networks.global] : parts;
  const off = all.filter((one) => flagOf(one, "match-client-id", work) === false);
  const part = off[0]?.get("match-client-id");
  if (part === undefined) return;
  if (off.length === all.length) put(work, out, "chaddr_only", true, part);
  else
    report(
      work,
      "error",
      part.at,
      '"match-client-id" is false in some networks only',
      "chaddr_only holds for all: set it alike everywhere",
    );
}

/** Where a place is told apart by what holds for all networks in Leasehold. */
export function reportSingle(networks: Networks): void {
  const { work } = networks.classes.context;
  for (const key of ["cache-threshold", "cache-max-age", "offer-lifetime", "echo-client-id"] as const) {
    const outer = networks.global.get(key);
    const parts = new Set(networks.list.map(({ inherited }) => inherited.get(key)));
    for (const part of parts) {
      if (part === undefined || part === outer) continue;
      report(work, "warning", part.at, `"${key}" of a single network is left out: Leasehold has it for all`);
    }
  }
}
