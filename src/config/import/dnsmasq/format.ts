import type { Format } from "../formats.ts";
import { translate } from "./translate.ts";

export const DNSMASQ: Format = { name: "dnsmasq", title: "dnsmasq.conf", isLikely, translate };

/** Whether a text is likely to be dnsmasq's. */
function isLikely(name: string, text: string): boolean {
  if (/(^|[/.-])dnsmasq[^/]*(\.conf)?$/.test(name)) return true;
  if (isOfStatements(text)) return true;
  return /^[ \t]*(dhcp-(range|host|option|authoritative|leasefile|boot|match|hostsfile)|conf-dir|bogus-priv|domain-needed|no-resolv)[ \t]*(=|$)/m.test(
    text,
  );
}

/** Whether all that is no comment is `key=value` or a key that dnsmasq has, as in a small file. */
function isOfStatements(text: string): boolean {
  const lines = text.split("\n").map((line) => line.trim());
  const statements = lines.filter((line) => line !== "" && !line.startsWith("#"));
  return (
    statements.some((line) => /^(server|interface|domain|listen-address|port|address|local|addn-hosts)=/.test(line)) &&
    statements.every((line) => /^[a-z][a-z0-9-]*(=.*)?$/.test(line))
  );
}
