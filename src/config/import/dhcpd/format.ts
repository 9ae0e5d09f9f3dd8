import type { Format } from "../formats.ts";
import { isLikely, translate } from "./translate.ts";

/** Files of ISC's server. */
export const DHCPD: Format = { name: "dhcpd", title: "ISC dhcpd (dhcpd.conf, dhcpd6.conf)", isLikely, translate };
