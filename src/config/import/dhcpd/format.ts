import type { Format } from "../formats.ts";
import { isLikely, translate } from "./translate.ts";

/** dhcpd.conf(5) of ISC dhcpd. */
export const DHCPD: Format = { name: "dhcpd", title: "ISC dhcpd", isLikely, translate };
