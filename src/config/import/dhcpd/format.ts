import type { Format } from "../formats.ts";
import { translate } from "./translate.ts";

/** dhcpd.conf(5) of ISC dhcpd. */
export const DHCPD: Format = { name: "dhcpd", title: "ISC dhcpd", isLikely, translate };

const TELLS =
  /^[ \t]*(subnet6?\s+[0-9a-f:.]+(\/\d+)?\s*(netmask\s+[\d.]+)?\s*\{|shared-network\s+\S+\s*\{|(default|max)-lease-time\s+\d+\s*;|option\s+[\w.-]+\s[^;\n]*;|(not\s+)?authoritative\s*;|host\s+\S+\s*\{|hardware\s+ethernet\s+[0-9a-f:]+\s*;|fixed-address6?\s+[^;\n]+;)/m;

/** Whether a text is likely to be a dhcpd.conf: by its name, or by statements of its own. */
function isLikely(name: string, text: string): boolean {
  return /(^|\/)dhcpd6?[^/]*\.conf$/.test(name) || TELLS.test(text);
}
