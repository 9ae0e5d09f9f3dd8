import type { NamePolicy } from "../../../src/config/model/names.ts";
import { NameFlag, readLeaseName } from "../../../src/leases/lease-name.ts";

/** Names are seen to, and clients have their way; the domain is home.lan. */
export const POLICY: NamePolicy = {
  suffix: "home.lan",
  updates: true,
  overridesClient: false,
  overridesNoUpdates: false,
  generates: false,
};

/** What is on record of a name: it, and its flags in their order; undefined: nothing. */
export function nameText(owner: { readonly name?: Uint8Array | undefined } | undefined): string | undefined {
  if (owner?.name === undefined) return undefined;
  const { name, flags } = readLeaseName(owner.name);
  const told = Object.entries(NameFlag).flatMap(([flag, bit]) => ((flags & bit) === 0 ? [] : [flag]));
  return [name === "" ? "none" : name, ...told].join(" ");
}

/** By name: what differs from the policy, and what becomes of the flags N and S and of none. */
export type PolicyName = "plain" | "client" | "none" | "both" | "off";

export const POLICIES: Readonly<Record<PolicyName, Partial<NamePolicy>>> = {
  plain: {},
  client: { overridesClient: true },
  none: { overridesNoUpdates: true },
  both: { overridesClient: true, overridesNoUpdates: true },
  off: { updates: false, overridesClient: true, overridesNoUpdates: true },
};

/** Which records are seen to: forward and reverse ones, reverse ones, none. */
export type Updates = "fr" | "r" | "-";

/** The table of RFC 4702 section 4 and RFC 4704 section 6, by N and S of the client. */
export const UPDATES: readonly (readonly [asked: string, updates: Readonly<Record<PolicyName, Updates>>])[] = [
  ["", { plain: "r", client: "fr", none: "r", both: "fr", off: "-" }],
  ["S", { plain: "fr", client: "fr", none: "fr", both: "fr", off: "-" }],
  ["N", { plain: "-", client: "-", none: "fr", both: "fr", off: "-" }],
];

/** What the reply says, by what the client asked for. */
export const ANSWERS: Readonly<Record<string, Readonly<Record<Updates, string>>>> = {
  "": { fr: "SO", r: "", "-": "N" },
  S: { fr: "S", r: "O", "-": "ON" },
  N: { fr: "SO", r: "", "-": "N" },
};

/** What goes on record of it. */
export function recordText(name: string, asked: string, updates: Updates, more: readonly string[] = []): string {
  const wants = asked === "N" ? ["wantsNone"] : asked === "" ? ["wantsOwn"] : [];
  if (updates === "-") return ["none", ...wants].join(" ");
  return [name, ...(updates === "fr" ? ["forward"] : []), "reverse", ...more, ...wants].join(" ");
}
