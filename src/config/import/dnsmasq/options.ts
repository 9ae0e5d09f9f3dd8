import { toHex } from "../../../net/bytes.ts";
import { parseIpv4 } from "../../../net/ipv4.ts";
import { parseIpv6 } from "../../../net/ipv6.ts";
import type { OptionDefinition } from "../../../wire/option-dictionary.ts";
import type { OptionDictionary } from "../../options/dictionary.ts";
import { textOf } from "./entries.ts";

/*
 * Values of dhcp-option, of which dnsmasq guesses what they are. In their words is hidden what
 * stood in quotes: that is text, whatever it looks like.
 */

/** Names of dnsmasq's that differ from Leasehold's by more than the separator. */
const NAMES4: Readonly<Record<string, string>> = {
  netmask: "subnet_mask",
  "dns-server": "domain_name_servers",
  "log-server": "log_servers",
  "lpr-server": "lpr_servers",
  "extension-path": "extensions_path",
  "ip-forward-enable": "ip_forwarding",
  "max-datagram-reassembly": "max_datagram_reassembly",
  "default-ttl": "default_ip_ttl",
  mtu: "interface_mtu",
  broadcast: "broadcast_addr",
  "router-solicitation": "router_solicitation_address",
  "static-route": "static_routing_table",
  "arp-timeout": "arp_cache_timeout",
  "ethernet-encap": "ethernet_encapsulation",
  "tcp-ttl": "default_tcp_ttl",
  "tcp-keepalive": "tcp_keepalive_interval",
  "nis-server": "nis_servers",
  "ntp-server": "ntp_servers",
  "netbios-ns": "netbios_name_servers",
  "netbios-dd": "netbios_datagram_servers",
  "netbios-nodetype": "netbios_node_type",
  "x-windows-fs": "font_servers",
  "x-windows-dm": "x_display_manager",
  "vendor-encap": "vendor_extensions",
  T1: "renewal_time",
  T2: "rebinding_time",
  "vendor-class": "vendor_class_identifier",
  "client-id": "client_identifier",
  "nis+-domain": "nisplus_domain",
  "nis+-server": "nisplus_servers",
  "tftp-server": "tftp_server_name",
  "mobile-ip-home": "mobile_ip_home_agents",
  "client-arch": "client_architecture",
  "client-interface-id": "client_network_interface",
  "client-machine-id": "client_machine_identifier",
  "ipv6-only": "ipv6_only_preferred",
  "sip-server": "sip_servers",
  "vendor-id-encap": "vendor_identifying_vendor_information",
};
const NAMES6: Readonly<Record<string, string>> = {
  "sip-server-domain": "sip_server_domain_names",
  "sip-server": "sip_server_addresses",
  "dns-server": "dns_servers",
  "nis-server": "nis_servers",
  "nis+-server": "nisp_servers",
  "nis+-domain": "nisp_domain",
  "sntp-server": "sntp_servers",
  "information-refresh-time": "information_refresh_time",
  "bootfile-param": "bootfile_parameters",
};

/** An option by dnsmasq's name or by its number. */
export function optionNamed(
  name: string,
  version: 4 | 6,
  { byName, byCode }: OptionDictionary,
): { readonly code: number; readonly definition: OptionDefinition | undefined } | undefined {
  if (/^\d{1,5}$/.test(name)) return { code: Number(name), definition: byCode(Number(name)) as OptionDefinition | undefined };
  const own = (version === 4 ? NAMES4 : NAMES6)[name] ?? name.replaceAll("-", "_");
  const definition = byName(own) as OptionDefinition | undefined;
  return definition && { code: definition.code, definition };
}

/** What stands for an address of the server's own. */
export function isOwnAddress(word: string): boolean {
  return word === "0.0.0.0" || word === "[::]" || word === "::";
}

/**
 * The value of an option as Leasehold writes it; undefined: its words do not fit it. Addresses of
 * the server's own are put in before.
 */
export function optionValue(definition: OptionDefinition | undefined, words: readonly string[]): unknown {
  const plain = words.map((word) => textOf(word).replace(/^\[(.*)\]$/, "$1"));
  const type = definition?.type;
  switch (type?.kind) {
    case "ipv4":
    case "ipv6":
    case "domain":
      return plain.length === 1 ? plain[0] : undefined;
    case "text":
      return textOf(words.join(","));
    case "domains":
      return plain;
    case "bool":
      return plain.length === 1 && /^\d+[bsi]?$/.test(plain[0] as string) ? Number.parseInt(plain[0] as string, 10) !== 0 : undefined;
    case "flag":
      return true;
    case "u8":
    case "u16":
    case "u32":
    case "i32":
      return plain.length === 1 ? numberOf(plain[0] as string) : undefined;
    case "list":
      if (type.of.kind === "ipv4" || type.of.kind === "ipv6") return one(plain);
      if (type.of.kind === "u8" || type.of.kind === "u16")
        return plain.map(numberOf).some((number) => number === undefined) ? undefined : plain.map(numberOf);
      return rawOf(words);
    case "routes":
      return routesOf(plain);
    case "opaque":
      return isText(words) ? textOf(words.join(",")) : rawOf(words);
    default:
      return rawOf(words);
  }
}

function one(words: readonly string[]): unknown {
  return words.length === 1 ? words[0] : words;
}

function numberOf(word: string): number | undefined {
  const [, digits, unit] = /^(-?\d{1,10}|0x[0-9a-f]{1,8})([bsimhdw]?)$/i.exec(word) ?? [];
  if (digits === undefined) return undefined;
  // In the times of options 58, 59 and 32 a letter is a unit.
  return Number(digits) * ({ m: 60, h: 3600, d: 86_400, w: 604_800 }[unit as "m"] ?? 1);
}

function routesOf(words: readonly string[]): unknown {
  if (words.length % 2 !== 0) return undefined;
  const routes = [];
  for (let i = 0; i < words.length; i += 2) {
    const destination = words[i] as string;
    routes.push({ destination: destination.includes("/") ? destination : `${destination}/32`, router: words[i + 1] });
  }
  return routes;
}

/** Whether dnsmasq takes the words for text: they are nothing else. */
function isText(words: readonly string[]): boolean {
  return words.some((word) => bytesOf(word) === undefined);
}

/** The bytes that dnsmasq sends, as an option in its raw form. */
export function rawOf(words: readonly string[]): { readonly type: "hex" | "str"; readonly value: string } {
  if (words.length === 0) return { type: "hex", value: "" };
  if (isText(words)) return { type: "str", value: textOf(words.join(",")) };
  // All numbers have the size of the largest.
  const numbers = words.filter((word) => /^-?\d+$/.test(word)).map(Number);
  const largest = Math.max(0, ...numbers.map((number) => (number < 0 || number > 0xffff ? 4 : number > 0xff ? 2 : 1)));
  return { type: "hex", value: words.map((word) => toHex(bytesOf(word, largest) as Uint8Array)).join("") };
}

function bytesOf(word: string, size = 0): Uint8Array | undefined {
  const address = parseIpv4(word);
  if (address !== undefined) return bigEndian(address, 4);
  const inside = /^\[(.*)\]$/.exec(word)?.[1];
  if (inside !== undefined) return parseIpv6(inside);
  if (/^[0-9a-f]{1,2}(:[0-9a-f]{1,2})+$/i.test(word)) return Uint8Array.from(word.split(":"), (pair) => Number.parseInt(pair, 16));
  const [, digits, letter] = /^(-?\d{1,10})([bsi]?)$/.exec(word) ?? [];
  if (digits === undefined) return undefined;
  return bigEndian(Number(digits), letter === "b" ? 1 : letter === "s" ? 2 : letter === "i" ? 4 : Math.max(size, 1));
}

function bigEndian(number: number, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => Math.floor(number / 256 ** (size - 1 - i)) & 0xff);
}

/** What a client sends is compared with: as an expression of client classes. */
export function literalOf(
  words: readonly string[],
  width: number,
): { readonly text: string; readonly size: number; readonly isText: boolean } {
  if (isText(words) || words.length !== 1) {
    const text = textOf(words.join(","));
    return { text: quoted(text), size: new TextEncoder().encode(text).length, isText: true };
  }
  const bytes = bytesOf(words[0] as string, width) as Uint8Array;
  return { text: `0x${toHex(bytes)}`, size: bytes.length, isText: false };
}

/** Text as a literal; a quote or a control character in it can only be written as bytes. */
export function quoted(text: string): string {
  return isPlain(text) ? `'${text}'` : `0x${toHex(new TextEncoder().encode(text))}`;
}

/** Whether a text can be written between apostrophes. */
export function isPlain(text: string): boolean {
  return !/['\p{Cc}]/u.test(text);
}
