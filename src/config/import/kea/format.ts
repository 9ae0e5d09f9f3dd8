import type { Format } from "../formats.ts";
import { translate, translateTogether } from "./translate.ts";

/** Files of Kea's servers: `Dhcp4` and `Dhcp6`, in one file or in two. */
export const KEA: Format = { name: "kea", title: "Kea", isLikely, translate, translateTogether };

/** Whether a text is likely to be Kea's: JSON, and in it a section of Kea's. */
function isLikely(name: string, text: string): boolean {
  if (/(^|\/)kea[^/]*\.(conf|json)$/.test(name)) return true;
  return /"(Dhcp[46]|DhcpDdns|Control-agent|subnet[46]|option-data|lease-database)"\s*:/.test(text) && /^\s*(?:[#/{<]|$)/.test(text);
}
