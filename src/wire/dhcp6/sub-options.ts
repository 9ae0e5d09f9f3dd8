/** Options that stand in others, and the sub-options of those that have codes of their own. */

import { container, define } from "../option-dictionary.ts";
import { BYTES, DOMAIN, DOMAINS, IPV4, IPV6, IPV6_LIST, list, OPAQUE, record, U8, U16, U32 } from "../values/common-types.ts";
import type { SubOptionDefinition } from "../values/value-types.ts";
import { MessageType } from "./message.ts";
import { StatusCode } from "./status-code.ts";

const protocol = <const A extends readonly string[]>(...aliases: A) => ({ aliases, protocol: true }) as const;
const repeated = <const A extends readonly string[]>(...aliases: A) => ({ aliases, protocol: true, repeats: true }) as const;
/** The name of each number. */
const invert = (names: Readonly<Record<string, number>>): Readonly<Record<number, string>> =>
  Object.fromEntries(Object.entries(names).map(([name, value]) => [value, name]));
/** A value that is options; these have names in it. */
const options = <const D extends readonly SubOptionDefinition[]>(...definitions: D) => container(definitions, 2);

const IPV4_PREFIX = { kind: "prefix", address: "ipv4", whole: true } as const;
export const IPV6_PREFIX = { kind: "prefix", address: "ipv6" } as const;
const WHOLE_IPV6_PREFIX = { kind: "prefix", address: "ipv6", whole: true } as const;
const DUID = { kind: "bytes", min: 3 } as const;
export const MESSAGE_TYPE = { kind: "u8", names: invert(MessageType) } as const;

/* Leases (RFC 8415 section 21) */

export const CLIENT_IDENTIFIER = define(1, "client_identifier", DUID, 8415, protocol("client_id", "clientid"));
export const SERVER_IDENTIFIER = define(2, "server_identifier", DUID, 8415, protocol("server_id", "serverid"));
export const OPTION_REQUEST = define(6, "option_request", list(U16, 0), 8415, protocol("oro"));
export const STATUS_CODE = define(
  13,
  "status_code",
  record(["status", { kind: "u16", names: invert(StatusCode) }], ["message", { kind: "text", min: 0 }]),
  8415,
  protocol(),
);
export const IA_ADDRESS = define(
  5,
  "ia_address",
  record(["address", IPV6], ["preferred_lifetime", U32], ["valid_lifetime", U32], ["options", options(STATUS_CODE)]),
  8415,
  repeated("iaaddr", "ia_addr"),
);
/** What its bits are depends on the prefix that it is excluded from. */
export const PD_EXCLUDE = define(
  67,
  "pd_exclude",
  record(["prefix_length", { kind: "u8", min: 1, max: 128 }], ["subnet_id", { kind: "bytes", min: 1 }]),
  6603,
  protocol(),
);
export const IA_PREFIX = define(
  26,
  "ia_prefix",
  record(
    ["preferred_lifetime", U32],
    ["valid_lifetime", U32],
    ["prefix", WHOLE_IPV6_PREFIX],
    ["options", options(STATUS_CODE, PD_EXCLUDE)],
  ),
  8415,
  repeated("iaprefix"),
);
/** An association of such leases, with its times. */
export const associationOf = <const D extends readonly SubOptionDefinition[]>(...definitions: D) =>
  record(["iaid", U32], ["t1", U32], ["t2", U32], ["options", options(...definitions, STATUS_CODE)]);
export const TEMPORARY_ASSOCIATION = record(["iaid", U32], ["options", options(IA_ADDRESS, STATUS_CODE)]);

/* Link-layer addresses (RFC 8947, RFC 8948) */

export const LINK_LAYER_ADDRESSES = define(
  139,
  "link_layer_addresses",
  record(
    ["link_layer_type", U16],
    ["link_layer_address", { kind: "counted", size: 2, of: BYTES }],
    ["extra_addresses", U32],
    ["valid_lifetime", U32],
    ["options", options()],
  ),
  8947,
  repeated("lladdr"),
);
export const SLAP_QUADRANT = define(140, "slap_quadrant", list(record(["quadrant", U8], ["preference", U8])), 8948, protocol("slap_quad"));

/* Leasequery (RFC 5007, RFC 5460) */

export const RELAY_ID = define(53, "relay_id", DUID, 5460, protocol());
export const REMOTE_ID = define(37, "remote_id", record(["enterprise", U32], ["id", OPAQUE]), 4649, protocol());
export const CLT_TIME = define(46, "clt_time", U32, 5007, protocol());
export const LQ_RELAY_DATA = define(47, "lq_relay_data", record(["peer_address", IPV6], ["message", BYTES]), 5007, protocol());
export const LQ_QUERY = record(
  ["query_type", { kind: "u8", names: { 1: "by_address", 2: "by_client_id", 3: "by_relay_id", 4: "by_link_address", 5: "by_remote_id" } }],
  ["link_address", IPV6],
  ["options", options(CLIENT_IDENTIFIER, IA_ADDRESS, OPTION_REQUEST, REMOTE_ID, RELAY_ID)],
);
export const CLIENT_DATA = options(CLIENT_IDENTIFIER, IA_ADDRESS, IA_PREFIX, CLT_TIME, LQ_RELAY_DATA);

/* Time servers (RFC 5908): one in each option. And mobility services (RFC 5678) */

export const NTP_SERVER = options(
  { code: 1, name: "server_address", type: IPV6 },
  { code: 2, name: "multicast_address", type: IPV6 },
  { code: 3, name: "server_name", type: DOMAIN },
);
export const MOBILITY_SERVICE_ADDRESSES = options(
  { code: 1, name: "information_service", type: IPV6_LIST },
  { code: 2, name: "command_service", type: IPV6_LIST },
  { code: 3, name: "event_service", type: IPV6_LIST },
);
export const MOBILITY_SERVICE_DOMAINS = options(
  { code: 1, name: "information_service", type: DOMAINS },
  { code: 2, name: "command_service", type: DOMAINS },
  { code: 3, name: "event_service", type: DOMAINS },
);

/* Home networks of Mobile IPv6 (RFC 6610) */

export const HOME_NETWORK_IDENTIFIER = define(49, "mip6_home_network_identifier", DOMAIN, 6610, { aliases: ["mip6_hnidf"] });
export const HOME_NETWORK_PREFIX = define(71, "mip6_home_network_prefix", WHOLE_IPV6_PREFIX, 6610, repeated("mip6_hnp"));
export const HOME_AGENT_ADDRESS = define(72, "mip6_home_agent_address", IPV6, 6610, repeated("mip6_haa"));
export const HOME_AGENT_NAME = define(73, "mip6_home_agent_name", DOMAIN, 6610, repeated("mip6_haf"));
export const HOME_NETWORK = options(HOME_NETWORK_IDENTIFIER, HOME_NETWORK_PREFIX, HOME_AGENT_ADDRESS, HOME_AGENT_NAME);

/* What relays hand to clients (RFC 6422 section 4) */

export const ERP_LOCAL_DOMAIN_NAME = define(65, "erp_local_domain_name", DOMAIN, 6440);
export const RELAY_SUPPLIED_OPTIONS = options(ERP_LOCAL_DOMAIN_NAME);

/* Address selection (RFC 7078) */

export const ADDRESS_SELECTION_POLICY = define(
  85,
  "address_selection_policy",
  record(["label", U8], ["precedence", U8], ["prefix", IPV6_PREFIX]),
  7078,
  repeated("addrsel_table"),
);
export const ADDRESS_SELECTION = record(["flags", U8], ["policies", options(ADDRESS_SELECTION_POLICY)]);

/* Softwires (RFC 7598) */

export const S46_PORT_PARAMETERS = define(
  93,
  "s46_port_parameters",
  record(["offset", { kind: "u8", max: 15 }], ["psid_length", { kind: "u8", max: 16 }], ["psid", U16]),
  7598,
  { aliases: ["s46_portparams"] },
);
export const S46_RULE = define(
  89,
  "s46_rule",
  record(
    ["flags", U8],
    ["ea_length", { kind: "u8", max: 48 }],
    ["ipv4_prefix", IPV4_PREFIX],
    ["ipv6_prefix", IPV6_PREFIX],
    ["options", options(S46_PORT_PARAMETERS)],
  ),
  7598,
  repeated(),
);
export const S46_BORDER_RELAY = define(90, "s46_border_relay", IPV6, 7598, { aliases: ["s46_br"], repeats: true });
export const S46_DEFAULT_MAPPING_RULE = define(91, "s46_default_mapping_rule", IPV6_PREFIX, 7598, repeated("s46_dmr"));
export const S46_BINDING = define(
  92,
  "s46_binding",
  record(["ipv4_address", IPV4], ["ipv6_prefix", IPV6_PREFIX], ["options", options(S46_PORT_PARAMETERS)]),
  7598,
  repeated("s46_v4v6bind"),
);
export const S46_MAP_E = options(S46_RULE, S46_BORDER_RELAY);
export const S46_MAP_T = options(S46_RULE, S46_DEFAULT_MAPPING_RULE);
export const S46_LIGHTWEIGHT = options(S46_BORDER_RELAY, S46_BINDING);

/* 4rd (RFC 7600 section 4.9) */

export const FOUR_RD_MAP_RULE = define(
  98,
  "four_rd_map_rule",
  record(
    ["ipv4_prefix_length", { kind: "u8", max: 32 }],
    ["ipv6_prefix_length", { kind: "u8", max: 96 }],
    ["ea_length", U8],
    ["flags", U8],
    ["ipv4_prefix", IPV4],
    // The figure and the length of 20 leave 12 bytes for it.
    ["ipv6_prefix", { kind: "bytes", size: 12 }],
  ),
  7600,
  repeated("option_4rd_map_rule"),
);
export const FOUR_RD_NON_MAP_RULE = define(
  99,
  "four_rd_non_map_rule",
  record(["flags", U8], ["traffic_class", U8], ["domain_pmtu", { kind: "u16", min: 1280 }]),
  7600,
  protocol("option_4rd_non_map_rule"),
);
export const FOUR_RD = options(FOUR_RD_MAP_RULE, FOUR_RD_NON_MAP_RULE);

/* Failover (RFC 8156 section 5.5.3) */

export const FAILOVER_DNS_HOST_NAME = define(117, "failover_dns_host_name", DOMAIN, 8156, protocol("f_dns_host_name"));
export const FAILOVER_DNS_ZONE_NAME = define(118, "failover_dns_zone_name", DOMAIN, 8156, protocol("f_dns_zone_name"));
export const FAILOVER_DNS_FLAGS = define(119, "failover_dns_flags", U16, 8156, protocol("f_dns_flags"));
export const FAILOVER_DNS_REMOVAL = options(FAILOVER_DNS_HOST_NAME, FAILOVER_DNS_ZONE_NAME, FAILOVER_DNS_FLAGS);
