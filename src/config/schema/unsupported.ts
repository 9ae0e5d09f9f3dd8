import type { Path } from "../text/diagnostic.ts";

/*
 * Keys of the format that this version does not act on. They are refused rather than ignored: a
 * configuration means the same thing to everybody who reads it.
 */

const LATER = {
  file: ["api", "ddns", "v6"],
  sharedNetwork: ["interface_id"],
  clientClasses: ["v6"],
  store: ["postgres"],
  leasequery: ["bulk"],
} as const satisfies Record<string, readonly string[]>;

/** Whether `key` in the map at `path` belongs to the format but not to this version. */
export function isUnsupported(path: Path, key: string): boolean {
  const place = placeOf(path);
  return place !== undefined && (LATER[place] as readonly string[]).includes(key);
}

/** Features of dora that a later version will have. */
const COMING: Readonly<Record<string, string>> = {
  ddns: "DNS updates come with a later version",
  v6: "DHCPv6 comes with a later version",
};

/** What to do about a key that belongs to the format but not to this version. */
export function whyUnsupported(path: Path, key: string): string {
  const coming = path.length === 0 ? COMING[key] : undefined;
  const advice = "leaving it in without effect would mislead";
  return coming === undefined ? `remove it; ${advice}` : `${coming}; remove the key until then: ${advice}`;
}

function placeOf(path: Path): keyof typeof LATER | undefined {
  const last = path.at(-1);
  const above = path.at(-2);
  if (path.length === 0) return "file";
  if (path.length === 1) return last === "store" || last === "leasequery" ? last : last === "client_classes" ? "clientClasses" : undefined;
  if (path.length === 2 && above === "shared_networks") return "sharedNetwork";
  return undefined;
}
