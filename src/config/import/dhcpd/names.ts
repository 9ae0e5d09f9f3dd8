import { isReverseName } from "../../../wire/dns/name.ts";
import { TSIG_ALGORITHMS } from "../../model/names.ts";
import type { PlainMap } from "../translation.ts";
import { parted } from "./data.ts";
import { flagOf } from "./settings.ts";
import { type Statement, textOf } from "./syntax.ts";
import { listAt, mapAt, push, put, report, type Work } from "./work.ts";

/* Names in the DNS: `ddns-...`, `zone` and `key` at the top level. */

/** Settings that become keys of `ddns`, or that say whether there is any. */
const SETTINGS = new Set([
  "ddns-update-style",
  "ddns-updates",
  "ddns-domainname",
  "ddns-rev-domainname",
  "ddns-ttl",
  "update-conflict-detection",
  "do-forward-updates",
  "do-reverse-updates",
  "update-static-leases",
  "update-optimization",
]);
const BLOCKS = new Set(["zone", "key"]);
const STYLES = new Set(["standard", "interim", "ad-hoc"]);

/** Whether a statement of the top level is about names. */
export function isOfNames({ words, block }: Statement): boolean {
  const keyword = words[0]?.text ?? "";
  if (block !== undefined) return BLOCKS.has(keyword);
  return SETTINGS.has(keyword) || (PERMISSIONS.has(keyword) && words[1]?.text === "client-updates");
}

const PERMISSIONS = new Set(["allow", "deny", "ignore"]);

/** Writes `ddns` of what the top level says of names. */
export function writeNames(statements: readonly Statement[], value: PlainMap, work: Work): void {
  const last = (keyword: string): Statement | undefined => statements.findLast(({ words }) => words[0]?.text === keyword);
  const style = last("ddns-update-style");
  const styleName = style?.words[1]?.text.toLowerCase() ?? "none";
  const blocks = statements.filter(({ block }) => block !== undefined);
  const keys = new Map(blocks.filter(({ words }) => words[0]?.text === "key").map((one) => [nameOf(one), one]));
  const zones = blocks.filter(({ words }) => words[0]?.text === "zone");
  if (style === undefined || !STYLES.has(styleName) || isOff(last("ddns-updates"))) {
    for (const one of zones)
      report(work, "warning", one, `${textOf(one.words)}: dhcpd updates no DNS with this file, and nor does Leasehold`);
    for (const [name, one] of keys) reportKey(name, one, work);
    return;
  }
  const ddns = mapAt(value, "ddns");
  if (styleName !== "standard")
    report(
      work,
      "warning",
      style,
      `ddns-update-style ${styleName}: names are marked by DHCID records, not by TXT records: what dhcpd entered is left as it is`,
      "remove its records, or take names over by conflict: overwrite",
    );
  for (const one of statements) if (one.block === undefined) readSetting(one, ddns, work);
  const used = new Set<string>();
  for (const zone of zones) readZone(zone, { ddns, keys, used, isOff: (keyword) => isOff(last(keyword)), work });
  for (const [name, one] of keys) if (!used.has(name)) reportKey(name, one, work);
  if (zones.length === 0)
    report(
      work,
      "warning",
      style,
      "no zone names its server: Leasehold does not look for it",
      "ddns: {forward: [{name: ZONE, ip: ADDRESS}]}",
    );
}

function isOff(statement: Statement | undefined): boolean {
  return flagOf(statement?.words[1]?.text) === false;
}

function readSetting(statement: Statement, ddns: PlainMap, work: Work): void {
  const { words } = statement;
  const [keyword, text = ""] = words.map((word) => word.text);
  const warn = (why: string): void => report(work, "warning", statement, `${textOf(words.slice(0, 3))}: ${why}`);
  switch (keyword) {
    case "ddns-domainname":
      if (words.length === 2) put(work, ddns, "qualifying_suffix", withoutDot(text), statement);
      else warn("it is computed for each client, which Leasehold does not do");
      return;
    case "ddns-rev-domainname":
      if (!/^(?:in-addr|ip6)\.arpa$/i.test(withoutDot(text))) warn("names of addresses are in in-addr.arpa and ip6.arpa");
      return;
    case "ddns-ttl":
      if (/^[1-9]\d*$/.test(text)) put(work, ddns, "ttl", Number(text), statement);
      return;
    case "update-conflict-detection":
      if (flagOf(text) === false) put(work, ddns, "conflict", "overwrite", statement);
      return;
    case "update-static-leases":
      if (flagOf(text) === false) warn("hosts with a fixed address have names like all others");
      return;
    case "deny":
    case "ignore":
      put(work, ddns, "override_client_updates", true, statement);
      return;
    // What updates are for is told by the zones; only what has changed is ever told.
    default:
  }
}

interface Zones {
  readonly ddns: PlainMap;
  readonly keys: ReadonlyMap<string, Statement>;
  readonly used: Set<string>;
  readonly isOff: (keyword: string) => boolean;
  readonly work: Work;
}

const SERVERS = new Set(["primary", "secondary", "primary6", "secondary6"]);

/** `zone NAME { primary ADDRESS; secondary ADDRESS; key NAME; }` */
function readZone(statement: Statement, { ddns, keys, used, isOff: off, work }: Zones): void {
  const name = nameOf(statement);
  const isReverse = isReverseName(name);
  if (off(isReverse ? "do-reverse-updates" : "do-forward-updates")) return;
  const inner = statement.block ?? [];
  const key = inner.find(({ words }) => words[0]?.text === "key")?.words[1]?.text;
  const signed = key === undefined ? undefined : withoutDot(key).toLowerCase();
  if (signed !== undefined) {
    const known = keys.get(signed);
    if (known === undefined) {
      report(work, "error", statement, `${textOf(statement.words)}: there is no key "${key}"`);
      return;
    }
    const isFirst = !used.has(signed);
    used.add(signed);
    if (isFirst) writeKey(signed, known, ddns, work);
  }
  for (const one of inner) {
    if (!SERVERS.has(one.words[0]?.text ?? "")) continue;
    for (const [word] of parted(one.words.slice(1))) {
      const ip = word?.text ?? "";
      if (!/^[\d.]+$|:/.test(ip)) report(work, "error", one, `${ip}: Leasehold looks up no names`, "write the address of the DNS server");
      else {
        const server = { name, ip, ...(signed === undefined ? {} : { key: signed }) };
        push(work, listAt(ddns, isReverse ? "reverse" : "forward"), server, one.words[0]?.text === "primary" ? statement : one);
      }
    }
  }
}

/** `key NAME { algorithm NAME; secret BASE64; }` */
function writeKey(name: string, statement: Statement, ddns: PlainMap, work: Work): void {
  const textBehind = (keyword: string): string =>
    (statement.block ?? [])
      .find(({ words }) => words[0]?.text === keyword)
      ?.words.slice(1)
      // What is not in quotes is cut at signs.
      .map(({ text }) => text)
      .join("") ?? "";
  const algorithm = withoutDot(textBehind("algorithm").toLowerCase()).replace(/\.sig-alg\.reg\.int$/, "");
  if (!(TSIG_ALGORITHMS as readonly string[]).includes(algorithm)) {
    report(
      work,
      "error",
      statement,
      `key ${name}: ${algorithm} is not spoken`,
      "make a key for both sides with `tsig-keygen -a hmac-sha256 NAME`",
    );
    return;
  }
  put(work, mapAt(ddns, "tsig_keys"), name, { algorithm, data: textBehind("secret") }, statement);
}

function reportKey(name: string, statement: Statement, work: Work): void {
  report(work, "warning", statement, `key ${name}: no zone that is carried over uses it, and there is no OMAPI`);
}

/** What a block is for: names of the DNS, in small letters and without a dot at their end. */
function nameOf({ words }: Statement): string {
  return withoutDot(words[1]?.text ?? "").toLowerCase();
}

function withoutDot(name: string): string {
  return name.replace(/\.$/, "");
}
