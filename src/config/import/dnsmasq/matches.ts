import { STANDARD_DHCP4 } from "../../options/dhcp4.ts";
import { type Entry, textOf } from "./entries.ts";
import { literalOf, optionNamed, quoted } from "./options.ts";

/*
 * What dnsmasq looks for in messages of clients, as expressions of client classes. dnsmasq looks
 * for text anywhere in an option, and for numbers at each place of a list; an expression can look
 * at the beginning.
 */

export interface Match {
  readonly expression: string;
  /** Set where Leasehold finds less than dnsmasq. */
  readonly atStart?: true;
}

/**
 * Undefined: the line says nothing that can be looked for. In the words is hidden what stood in
 * quotes.
 */
export function matchOf({ key }: Entry, words: readonly string[]): Match | undefined {
  switch (key) {
    case "dhcp-vendorclass":
      return vendorMatch(words);
    case "dhcp-userclass":
      return userMatch(textOf(words.join(",")));
    case "dhcp-mac":
      return macMatch(textOf(words[0] ?? ""));
    case "dhcp-circuitid":
      return relayMatch("circuit_id", words);
    case "dhcp-remoteid":
      return relayMatch("remote_id", words);
    case "dhcp-subscrid":
      return relayMatch("subscriber_id", words);
    case "dhcp-name-match":
      return nameMatch(textOf(words[0] ?? ""));
    default:
      return optionMatch(words);
  }
}

function vendorMatch(words: readonly string[]): Match | undefined {
  const [first = ""] = words;
  const enterprise = /^enterprise:(\d+)$/.exec(first)?.[1];
  const text = textOf(words.slice(enterprise === undefined ? 0 : 1).join(","));
  if (text === "") return enterprise === undefined ? undefined : { expression: `vendor-class[${enterprise}].exists` };
  const of = enterprise === undefined ? "option[vendor_class_identifier].hex" : `vendor-class[${enterprise}].data`;
  return { expression: beginsWith(of, text), atStart: true };
}

/** As one text, as iPXE sends it, or as a list of texts with their lengths (RFC 3004). */
function userMatch(text: string): Match | undefined {
  if (text === "") return undefined;
  const size = sizeOf(text);
  const at = (place: number) => `substring(option[user_class].hex, ${place}, ${size}) == ${quoted(text)}`;
  return { expression: `${at(0)} or ${at(1)}`, atStart: true };
}

function sizeOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

function beginsWith(of: string, text: string): string {
  return `substring(${of}, 0, ${sizeOf(text)}) == ${quoted(text)}`;
}

/** `00:60:8c:*:*:*`, a hardware type may stand in front: `06-00:...`. */
export function macMatch(text: string): Match | undefined {
  const [, type, digits = ""] = /^(?:([0-9a-f]{1,2})-)?([0-9a-f:*]+)$/i.exec(text) ?? [];
  const pairs = digits.split(":");
  if (pairs.length < 2 || !pairs.every((pair) => pair === "*" || /^[0-9a-f]{1,2}$/i.test(pair))) return undefined;
  const parts: string[] = [];
  for (let at = 0; at < pairs.length; ) {
    let end = at;
    while (end < pairs.length && pairs[end] !== "*") end++;
    const hex = pairs
      .slice(at, end)
      .map((pair) => pair.padStart(2, "0").toLowerCase())
      .join("");
    if (end > at) parts.push(end - at === pairs.length ? `pkt4.mac == 0x${hex}` : `substring(pkt4.mac, ${at}, ${end - at}) == 0x${hex}`);
    at = Math.max(end, at + 1);
  }
  if (type !== undefined) parts.push(`pkt4.htype == ${Number.parseInt(type, 16)}`);
  return parts.length === 0 ? undefined : { expression: parts.join(" and ") };
}

/** The whole value, in hex with colons or as text. */
function relayMatch(subOption: string, words: readonly string[]): Match | undefined {
  const text = words.join(",");
  if (text === "") return undefined;
  const isHex = /^[0-9a-f]{2}(:[0-9a-f]{2})+$/i.test(text);
  return { expression: `relay4[${subOption}].hex == ${isHex ? `0x${text.replaceAll(":", "").toLowerCase()}` : quoted(textOf(text))}` };
}

function nameMatch(name: string): Match | undefined {
  if (name === "") return undefined;
  const lower = name.replace(/\*$/, "").toLowerCase();
  const of = "lcase(option[hostname].text)";
  return { expression: name.endsWith("*") ? beginsWith(of, lower) : `${of} == ${quoted(lower)}` };
}

/** `option:NAME[,VALUE]`, `NUMBER[,VALUE]`, `vi-encap:ENTERPRISE[,VALUE]`. */
function optionMatch([what = "", ...value]: readonly string[]): Match | undefined {
  const enterprise = /^vi-encap:(\d+)$/.exec(what)?.[1];
  if (enterprise !== undefined) return value.length === 0 ? { expression: `vendor[${enterprise}].exists` } : undefined;
  const option = optionNamed(what.replace(/^option:/, ""), 4, STANDARD_DHCP4);
  if (option === undefined) return undefined;
  const name = option.definition?.name ?? String(option.code);
  if (value.length === 0) return { expression: `option[${name}].exists` };
  const type = option.definition?.type;
  const isWide = type?.kind === "u16" || (type?.kind === "list" && type.of.kind === "u16");
  const { text, size, isText } = literalOf(value, isWide ? 2 : 1);
  if (size === 0) return { expression: `option[${name}].exists` };
  const isHex = value.length === 1 && (value[0] as string).includes(":");
  return { expression: `substring(option[${name}].hex, 0, ${size}) == ${text}`, ...(isText && !isHex ? { atStart: true } : {}) };
}
