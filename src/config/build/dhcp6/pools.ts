import type { Ipv6 } from "../../../net/ipv6.ts";
import type { Dhcp6RangeFile } from "../../schema/config.ts";
import type { Pool } from "../ranges.ts";

/** A range that was read. */
export type AddressPool = Pool<Ipv6, Dhcp6RangeFile>;
