import type { Format } from "../formats.ts";
import { isLikely, translate, translateTogether } from "./translate.ts";

/** Files of Kea's servers: `Dhcp4` and `Dhcp6`, in one file or in two. */
export const KEA: Format = { name: "kea", title: "Kea", isLikely, translate, translateTogether };
