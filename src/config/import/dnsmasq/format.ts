import type { Format } from "../formats.ts";
import { isLikely, translate } from "./translate.ts";

export const DNSMASQ: Format = { name: "dnsmasq", title: "dnsmasq.conf", isLikely, translate };
