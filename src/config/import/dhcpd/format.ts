import type { Format } from "../formats.ts";
import { translate } from "./translate.ts";

const LIKELY =
  /^\s*(subnet6?\s+[0-9a-f:.]+(\/\d+)?\s*(netmask\s+[\d.]+)?\s*\{|shared-network\s+\S+\s*\{|(default|max)-lease-time\s+\d+\s*;|option\s+[\w.-]+\s[^;\n]*;|(not\s+)?authoritative\s*;)/m;

/** dhcpd.conf(5) of ISC dhcpd. */
export const DHCPD: Format = {
  name: "dhcpd",
  title: "ISC dhcpd",
  isLikely: (name, text) => /(^|\/)dhcpd6?\.conf$/.test(name) || LIKELY.test(text),
  translate,
};
