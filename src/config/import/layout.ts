/**
 * How a part of a configuration is laid out in a file that a person would have written: in which
 * order its keys stand, what is inside, and where it spreads over lines.
 */
export interface Layout {
  /** Keys in the order of the manual; others follow. Without it: as they come. */
  readonly order?: readonly string[];
  /** Of the values of some keys. */
  readonly parts?: Readonly<Record<string, Layout>>;
  /** Of every other value, or of every item. */
  readonly each?: Layout;
  /** Never on one line. */
  readonly isBlock?: true;
  /** An empty line between its entries: all of them, or those that take several lines. */
  readonly isSpaced?: true;
  /** Numbers in it are seconds. */
  readonly isDuration?: true;
}

const DURATION: Layout = { isDuration: true };
const LEASE_TIME: Layout = { order: ["default", "min", "max"], each: DURATION, isDuration: true };
const CONFIG: Layout = { order: ["lease_time", "preferred_time", "renew_time", "rebind_time"], each: LEASE_TIME };
const ALL_CONFIG: Layout = { ...CONFIG, isBlock: true };
const OPTIONS: Layout = {};
const ALL_OPTIONS: Layout = { isBlock: true };

const GUARDS = ["class", "deny_class"];
const BOOT = ["next_server", "server_name", "file_name"];
const SETTINGS = { config: CONFIG, options: OPTIONS, probation_period: DURATION };

const RANGE: Layout = {
  order: ["start", "end", "range", "prefix", "except", ...GUARDS, "config", "options"],
  parts: SETTINGS,
  isBlock: true,
};
const PREFIX_POOL: Layout = {
  order: ["prefix", "delegated_length", "excluded_prefix", ...GUARDS, "config", "options"],
  parts: SETTINGS,
};
const RESERVATION: Layout = {
  order: ["hostname", "ip", "match", "addresses", "prefixes", ...GUARDS, "classes", "config", ...BOOT, "options"],
  parts: SETTINGS,
};
const RESERVATIONS: Layout = { each: RESERVATION, isBlock: true };
const CLASSES: Layout = {
  each: { order: ["name", "template", "assert", "config", ...BOOT, "options"], parts: SETTINGS, isBlock: true },
  isBlock: true,
};

const NETWORK: Layout = {
  order: [
    "interfaces",
    "interface_id",
    "relays",
    "server_id",
    "authoritative",
    "rapid_commit",
    ...GUARDS,
    "allocation",
    "probation_period",
    "config",
    ...BOOT,
    "options",
    "ranges",
    "prefix_pools",
    "reservations",
    "limits",
  ],
  parts: {
    ...SETTINGS,
    ranges: { each: RANGE, isBlock: true },
    prefix_pools: { each: PREFIX_POOL, isBlock: true },
    reservations: RESERVATIONS,
  },
  isBlock: true,
};
const NETWORKS: Layout = { each: NETWORK, isBlock: true, isSpaced: true };
const SHARED_NETWORK: Layout = {
  order: ["networks", "interfaces", "interface_id", "relays", "config", "options"],
  parts: SETTINGS,
};

const V6: Layout = {
  order: [
    "interfaces",
    "server_id",
    "rapid_commit",
    "authoritative",
    "address_registration",
    "routes",
    "probation_period",
    "config",
    "options",
    "networks",
    "reservations",
  ],
  parts: { ...SETTINGS, config: ALL_CONFIG, options: ALL_OPTIONS, networks: NETWORKS, reservations: RESERVATIONS },
  isBlock: true,
};

const SERVERS: Layout = { each: { order: ["name", "ip", "key"] }, isBlock: true };
const DDNS: Layout = {
  order: [
    "enable_updates",
    "override_client_updates",
    "override_no_updates",
    "generate_names",
    "qualifying_suffix",
    "ttl",
    "conflict",
    "forward",
    "reverse",
    "tsig_keys",
  ],
  parts: { ttl: DURATION, forward: SERVERS, reverse: SERVERS, tsig_keys: { each: { order: ["algorithm", "data"] }, isBlock: true } },
  isBlock: true,
};

/** Of a whole file. */
export const FILE: Layout = {
  order: [
    "interfaces",
    "server_id",
    "authoritative",
    "config",
    "probation_period",
    "offer_hold",
    "affinity",
    "cache_threshold",
    "chaddr_only",
    "bootp_enable",
    "rapid_commit",
    "subnet_selection",
    "flood_protection_threshold",
    "leasequery",
    ...BOOT,
    "option_definitions",
    "options",
    "client_classes",
    "limits",
    "shared_networks",
    "networks",
    "v6",
    "reservations",
    "ddns",
    "dns",
    "store",
    "log",
  ],
  parts: {
    config: ALL_CONFIG,
    probation_period: DURATION,
    offer_hold: DURATION,
    affinity: DURATION,
    flood_protection_threshold: { order: ["packets", "secs"], parts: { secs: DURATION } },
    option_definitions: { each: { order: ["code", "type", "space"] }, isBlock: true },
    options: ALL_OPTIONS,
    client_classes: { order: ["v4", "v6"], each: CLASSES, isBlock: true },
    limits: { each: { order: ["key", "max", "class"] }, isBlock: true },
    shared_networks: { each: SHARED_NETWORK, isBlock: true },
    networks: NETWORKS,
    v6: V6,
    reservations: RESERVATIONS,
    ddns: DDNS,
    dns: { parts: { ttl: DURATION }, isBlock: true },
  },
  isBlock: true,
  isSpaced: true,
};
