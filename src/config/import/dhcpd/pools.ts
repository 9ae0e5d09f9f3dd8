import { formatIpv4, parseIpv4 } from "../../../net/ipv4.ts";
import { formatIpv6, parseIpv6 } from "../../../net/ipv6.ts";
import type { PlainMap } from "../translation.ts";
import { anyOf, type Classes, settingsOf } from "./classes.ts";
import { applySettings, type Setting } from "./settings.ts";
import { type Statement, textOf } from "./syntax.ts";
import { type Family, put, report, type Work } from "./work.ts";

/** A range or pool of prefixes. */
export interface MadePool {
  readonly family: Family;
  readonly key: "ranges" | "prefix_pools";
  readonly out: PlainMap;
  /** An address in it: which network it belongs to. */
  readonly address: string;
  readonly statement: Statement;
}

const RANGES = new Set(["range", "range6", "prefix6"]);

export function isRange({ words }: Statement): boolean {
  return RANGES.has(words[0]?.text ?? "");
}

/** `range`, `range6`, `prefix6`. */
export function readRange(statement: Statement, work: Work): readonly MadePool[] {
  const words = statement.words.map(({ text }) => text).filter((text) => text !== "dynamic-bootp");
  const [keyword, first = "", second = ""] = words;
  const refuse = (why: string): readonly MadePool[] => {
    report(work, "error", statement, `${textOf(statement.words)}: ${why}`);
    return [];
  };
  const make = (family: Family, key: MadePool["key"], out: PlainMap, address: string): MadePool => ({
    family,
    key,
    out,
    address,
    statement,
  });
  if (keyword === "range") {
    const [a, b] = [parseIpv4(first), parseIpv4(second === "" ? first : second)];
    if (a === undefined || b === undefined) return refuse("these are no addresses");
    const [start, end] = [formatIpv4(Math.min(a, b)), formatIpv4(Math.max(a, b))];
    return [make(4, "ranges", { range: `${start}-${end}` }, start)];
  }
  if (words.includes("temporary")) return refuse("temporary addresses (IA_TA) are no longer given: RFC 9915 removed them");
  if (keyword === "range6") {
    if (first.includes("/")) return [make(6, "ranges", { prefix: first }, first.split("/")[0] as string)];
    if (parseIpv6(first) === undefined || parseIpv6(second) === undefined) return refuse("these are no addresses");
    return [make(6, "ranges", { range: `${first}-${second}` }, first)];
  }
  const length = Number((words[3] ?? "").replace("/", ""));
  const [low, high] = [parseIpv6(first), parseIpv6(second)];
  if (low === undefined || high === undefined || !(length > 0 && length <= 128)) return refuse("these are no prefixes");
  return prefixesOf(numberOf(low), numberOf(high), length).map((prefix) =>
    make(6, "prefix_pools", { prefix, delegated_length: length }, prefix.split("/")[0] as string),
  );
}

function numberOf(address: Uint8Array): bigint {
  return address.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

/** The prefixes that hold the ones of this length from `low` to `high`. */
function prefixesOf(low: bigint, high: bigint, length: number): readonly string[] {
  const size = 1n << BigInt(128 - length);
  const prefixes: string[] = [];
  let at = low - (low % size);
  while (at <= high) {
    let bits = 128 - length;
    while (bits < 128 && at % (1n << BigInt(bits + 1)) === 0n && at + (1n << BigInt(bits + 1)) - 1n <= high + size - 1n - (high % size))
      bits++;
    const bytes = Uint8Array.from({ length: 16 }, (_, i) => Number((at >> BigInt(120 - 8 * i)) & 0xffn));
    prefixes.push(`${formatIpv6(bytes)}/${128 - bits}`);
    at += 1n << BigInt(bits);
  }
  return prefixes;
}

/** `pool { ... }` and `pool6 { ... }`. */
export function readPool(statement: Statement, outer: readonly Setting[], classes: Classes, work: Work): readonly MadePool[] {
  const pools: MadePool[] = [];
  const settings: Setting[] = [];
  const permitted: string[] = [];
  const prohibited: string[] = [];
  for (const one of statement.block ?? []) {
    const [verb = ""] = one.words.map(({ text }) => text);
    if (isRange(one)) pools.push(...readRange(one, work));
    else if (verb === "allow" || verb === "deny" || verb === "ignore") {
      const name = guardOf(one, work);
      if (name !== undefined) (verb === "allow" ? permitted : prohibited).push(name);
    } else settings.push(...settingsOf(one, work, "a pool"));
  }
  const [allowed, denied] = [anyOf(permitted, classes), anyOf(prohibited, classes)];
  const [first] = pools;
  for (const pool of pools) {
    // KNOWN is what UNKNOWN is not.
    if (denied === "UNKNOWN" && allowed === undefined) put(work, pool.out, "class", "KNOWN", undefined);
    else {
      put(work, pool.out, "class", allowed, undefined);
      put(work, pool.out, "deny_class", denied, undefined);
    }
    applySettings(work, pool.out, settings, outer, pool.family, "pool");
  }
  if (first === undefined) report(work, "warning", statement, "the pool has no range: it is left out");
  const comment = statement.comment;
  return pools.map((pool) =>
    pool === first ? { ...pool, statement: { ...pool.statement, comment: [...comment, ...pool.statement.comment] } } : pool,
  );
}

function guardOf(statement: Statement, work: Work): string | undefined {
  const words = statement.words.slice(1).map(({ text }) => text);
  const what = words.join(" ").replaceAll("-", " ");
  if (what === "known clients") return "KNOWN";
  if (what === "unknown clients") return "UNKNOWN";
  if (words[0] === "members" && words[1] === "of") return words[2];
  if (what === "all clients") return "ALL";
  if (what === "dynamic bootp clients") return statement.words[0]?.text === "allow" ? undefined : "BOOTP";
  report(work, "error", statement, `${textOf(statement.words)}: Leasehold has no such permission`);
  return undefined;
}
