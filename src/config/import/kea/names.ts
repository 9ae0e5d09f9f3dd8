import type { PlainMap } from "../translation.ts";
import type { Part } from "./json.ts";
import {
  finish,
  put,
  type Remark,
  report,
  type Section,
  take,
  takeCount,
  takeFlag,
  takeName,
  takeNumber,
  takeSection,
  type Work,
} from "./section.ts";

/* Names in the DNS, as `Dhcp4` and `Dhcp6` speak of them: `dhcp-ddns`, and `ddns-...` of the top level. */

/** A third, as Kea rounds it. */
const USUAL_SHARE = [0.33, 0.34];

/**
 * Writes what a section says of names into `ddns`. What says that names are told to the DNS is
 * returned; undefined: none are. `hasServers`: a file of kea-dhcp-ddns was given too.
 */
export function readNames(section: Section, hasServers: boolean, ddns: PlainMap): Part | undefined {
  const { work } = section;
  const part = take(section, "dhcp-ddns");
  const connection = takeSection(section, "dhcp-ddns");
  if (connection === undefined || part === undefined || takeFlag(connection, "enable-updates") !== true) {
    reportUnused(section, "no names are told to the DNS: enable-updates of dhcp-ddns is not true");
    return undefined;
  }
  finish(connection, '"dhcp-ddns"', CONNECTION);
  if (!hasServers)
    report(
      work,
      "error",
      part.at,
      '"dhcp-ddns": the DNS servers are in the file of kea-dhcp-ddns',
      "leasehold convert kea-dhcp4.conf kea-dhcp-ddns.conf reads both; or set enable-updates to false",
    );
  if (takeFlag(section, "ddns-send-updates") === false) putOnce(work, ddns, "enable_updates", false, take(section, "ddns-send-updates"));
  for (const [kea, own] of FLAGS) {
    const flag = takeFlag(section, kea);
    if (flag !== undefined && (flag || ddns[own] !== undefined)) putOnce(work, ddns, own, flag, take(section, kea));
  }
  readNaming(section, ddns);
  readConflicts(section, ddns);
  readTtl(section, ddns);
  reportUnused(section, "names get a dash in place of what the DNS can't have");
  return part;
}

const FLAGS = [
  ["ddns-override-client-update", "override_client_updates"],
  ["ddns-override-no-update", "override_no_updates"],
] as const;

/** All that is said of names, below the top level too. */
const KEYS = [
  "ddns-send-updates",
  "ddns-override-no-update",
  "ddns-override-client-update",
  "ddns-replace-client-name",
  "ddns-generated-prefix",
  "ddns-qualifying-suffix",
  "ddns-update-on-renew",
  "ddns-use-conflict-resolution",
  "ddns-conflict-resolution-mode",
  "ddns-ttl",
  "ddns-ttl-percent",
  "ddns-ttl-min",
  "ddns-ttl-max",
  "hostname-char-set",
  "hostname-char-replacement",
] as const;

/** Below the top level: names are told in one way for all networks. */
export const NAME_REMARKS: Readonly<Record<string, Remark>> = remarks([
  "warning",
  "names are told to the DNS in one way for all networks",
  "where no qualifying_suffix is set, the domain name that a network gives completes names",
]);

/** At the top level they are read by `readNames`, behind everything else. */
export const NAMES_OF_THE_TOP: Readonly<Record<string, Remark>> = { ...remarks("nothing"), "dhcp-ddns": "nothing" };

function remarks(remark: Remark): Readonly<Record<string, Remark>> {
  return Object.fromEntries(KEYS.map((key) => [key, remark]));
}

/** How the servers of Kea's find each other. */
const CONNECTION = Object.fromEntries(
  ["server-ip", "server-port", "sender-ip", "sender-port", "max-queue-size", "ncr-protocol", "ncr-format"].map(
    (key) => [key, "nothing"] as const,
  ),
);

function readNaming(section: Section, ddns: PlainMap): void {
  const { work } = section;
  const suffix = takeName(section, "ddns-qualifying-suffix");
  if (suffix !== undefined) putOnce(work, ddns, "qualifying_suffix", suffix.replace(/\.$/, ""), take(section, "ddns-qualifying-suffix"));
  const replace = take(section, "ddns-replace-client-name");
  const mode = takeName(section, "ddns-replace-client-name") ?? "never";
  if (mode === "when-not-present") putOnce(work, ddns, "generate_names", true, replace);
  else if (mode !== "never" && replace !== undefined)
    report(work, "warning", replace.at, `"ddns-replace-client-name": clients keep the names that they have, with "${mode}" too`);
  const prefix = take(section, "ddns-generated-prefix");
  if (prefix !== undefined && takeName(section, "ddns-generated-prefix") !== undefined && ddns.generate_names === true)
    report(work, "warning", prefix.at, '"ddns-generated-prefix": names that are made of an address have nothing before it');
  const renew = take(section, "ddns-update-on-renew");
  if (takeFlag(section, "ddns-update-on-renew") === true && renew !== undefined)
    report(work, "warning", renew.at, '"ddns-update-on-renew": what has not changed is not told again', "leasehold dns sync repairs zones");
}

function readConflicts(section: Section, ddns: PlainMap): void {
  const { work } = section;
  const older = take(section, "ddns-use-conflict-resolution");
  if (takeFlag(section, "ddns-use-conflict-resolution") === false) putOnce(work, ddns, "conflict", "overwrite", older);
  const part = take(section, "ddns-conflict-resolution-mode");
  const mode = takeName(section, "ddns-conflict-resolution-mode");
  if (part === undefined || mode === undefined || mode === "check-with-dhcid") return;
  if (mode.startsWith("no-check")) putOnce(work, ddns, "conflict", "overwrite", part);
  if (mode === "no-check-without-dhcid")
    report(work, "warning", part.at, '"ddns-conflict-resolution-mode": DHCID records are written with every name');
  if (mode === "check-exists-with-dhcid")
    report(work, "warning", part.at, '"ddns-conflict-resolution-mode": a DHCID record of another client keeps its name too');
}

function readTtl(section: Section, ddns: PlainMap): void {
  const { work } = section;
  const ttl = takeCount(section, "ddns-ttl");
  if (ttl !== undefined && ttl > 0) putOnce(work, ddns, "ttl", ttl, take(section, "ddns-ttl"));
  const share = takeNumber(section, "ddns-ttl-percent");
  const [least = 0, most = 1] = USUAL_SHARE;
  for (const key of ["ddns-ttl-percent", "ddns-ttl-min", "ddns-ttl-max"] as const) {
    const part = take(section, key);
    if (part === undefined || (key === "ddns-ttl-percent" && share !== undefined && share >= least && share <= most)) continue;
    report(
      work,
      "warning",
      part.at,
      `"${key}": a TTL is a third of the lease time, and at least 10m`,
      "ddns: {ttl: TIME} sets one for all",
    );
  }
}

/** What holds for both protocols: what the first one says stays. */
function putOnce(work: Work, ddns: PlainMap, key: string, value: unknown, part: Part | undefined): void {
  if (ddns[key] === undefined) put(work, ddns, key, value, part);
  else if (ddns[key] !== value && part !== undefined)
    report(work, "warning", part.at, `${key} holds for both protocols, and DHCPv4 has another value, which is kept`);
}

/** Of the keys that nothing was made of. */
function reportUnused(section: Section, why: string): void {
  for (const key of KEYS) {
    if (section.used.has(key)) continue;
    const part = take(section, key);
    if (part !== undefined) report(section.work, "warning", part.at, `"${key}": ${why}`);
  }
}
