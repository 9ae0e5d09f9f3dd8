/**
 * Every DHCPv6 option with a defined format: decoding, encoding, names in the configuration,
 * documentation and the dashboard are driven by this table. To add an option, add a line. Source:
 * the IANA registry "DHCPv6 Option Codes". Options that stand in others are in sub-options.ts.
 */

import { define, type OptionDefinition, optionDictionary } from "../option-dictionary.ts";
import {
  AUTHENTICATION,
  BYTES,
  CIVIC_LOCATION,
  CLIENT_ARCHITECTURES,
  COORDINATES_WITH_UNCERTAINTY,
  DOMAIN,
  DOMAINS,
  FLAG,
  IPV6,
  IPV6_LIST,
  list,
  NETWORK_INTERFACE,
  OPAQUE,
  record,
  TEXT,
  U8,
  U16,
  U32,
  VIRTUAL_SUBNET_SELECTION,
} from "../values/common-types.ts";
import type { ValueType } from "../values/value-types.ts";
import * as inner from "./sub-options.ts";

const also = <const A extends readonly string[]>(...aliases: A) => ({ aliases }) as const;
const protocol = <const A extends readonly string[]>(...aliases: A) => ({ aliases, protocol: true }) as const;
/** It may stand in a message several times. */
const repeated = <const A extends readonly string[]>(...aliases: A) => ({ aliases, repeats: true }) as const;
const tuples = <const T extends ValueType>(of: T, min = 1) => list({ kind: "counted", size: 2, of }, min);

const TABLE = [
  inner.CLIENT_IDENTIFIER,
  inner.SERVER_IDENTIFIER,
  define(3, "ia_na", inner.associationOf(inner.IA_ADDRESS), 8415, { protocol: true, repeats: true }),
  define(4, "ia_ta", inner.TEMPORARY_ASSOCIATION, "8415; RFC 9915 removed it", { protocol: true, repeats: true }),
  inner.IA_ADDRESS,
  inner.OPTION_REQUEST,
  define(7, "preference", U8, 8415),
  define(8, "elapsed_time", U16, 8415, protocol()),
  define(9, "relay_message", BYTES, 8415, protocol("relay_msg")),
  define(11, "authentication", AUTHENTICATION, 8415, protocol("auth")),
  define(12, "server_unicast", IPV6, "8415; RFC 9915 removed it", protocol("unicast")),
  inner.STATUS_CODE,
  define(14, "rapid_commit", FLAG, 8415, protocol()),
  define(15, "user_class", tuples(OPAQUE), 8415),
  define(16, "vendor_class", { kind: "enterprises", size: 0, of: tuples(OPAQUE, 0) }, 8415, repeated()),
  define(
    17,
    "vendor_information",
    { kind: "enterprises", size: 0, of: { kind: "suboptions", definitions: [], size: 2 } },
    8415,
    repeated("vendor_opts", "vendor_specific_information"),
  ),
  define(18, "interface_id", OPAQUE, 8415, protocol()),
  define(19, "reconfigure_message", inner.MESSAGE_TYPE, 8415, protocol("reconf_msg")),
  define(20, "reconfigure_accept", FLAG, 8415, protocol("reconf_accept")),
  define(21, "sip_server_domain_names", DOMAINS, 3319, also("sip_server_dns", "sip_servers_names")),
  define(22, "sip_server_addresses", IPV6_LIST, 3319, also("sip_server_addr", "sip_servers_addresses")),
  define(23, "dns_servers", IPV6_LIST, 3646, also("name_servers", "domain_name_servers")),
  define(24, "domain_search", DOMAINS, 3646, also("domain_list", "domain_search_list")),
  define(25, "ia_pd", inner.associationOf(inner.IA_PREFIX), 8415, { protocol: true, repeats: true }),
  inner.IA_PREFIX,
  define(27, "nis_servers", IPV6_LIST, 3898),
  define(28, "nisp_servers", IPV6_LIST, 3898, also("nisplus_servers")),
  define(29, "nis_domain_name", DOMAIN, 3898, also("nis_domain")),
  define(30, "nisp_domain_name", DOMAIN, 3898, also("nisplus_domain", "nisplus_domain_name")),
  define(31, "sntp_servers", IPV6_LIST, 4075),
  define(32, "information_refresh_time", U32, 8415, also("info_refresh_time")),
  define(33, "bcmcs_controller_names", DOMAINS, 4280, also("bcmcs_server_dns", "bcms_server_d")),
  define(34, "bcmcs_controller_addresses", IPV6_LIST, 4280, also("bcmcs_server_addr", "bcms_server_a")),
  define(36, "civic_location", CIVIC_LOCATION, 4776, also("geoconf_civic")),
  inner.REMOTE_ID,
  define(38, "subscriber_id", OPAQUE, 4580, protocol()),
  define(39, "client_fqdn", { kind: "fqdn", rfc: 4704 }, 4704, protocol("fqdn")),
  define(40, "pana_agents", IPV6_LIST, 5192, also("pana_agent")),
  define(41, "posix_timezone", TEXT, 4833, also("new_posix_timezone")),
  define(42, "tz_database_timezone", TEXT, 4833, also("new_tzdb_timezone")),
  define(43, "echo_request", list(U16), 4994, protocol("ero")),
  define(44, "lq_query", inner.LQ_QUERY, 5007, protocol()),
  define(45, "client_data", inner.CLIENT_DATA, 5007, protocol()),
  inner.CLT_TIME,
  inner.LQ_RELAY_DATA,
  define(48, "lq_client_link", IPV6_LIST, 5007, protocol()),
  inner.HOME_NETWORK_IDENTIFIER,
  define(50, "mip6_visited_home_network", inner.HOME_NETWORK, 6610, also("mip6_vdinf")),
  define(51, "lost_server", DOMAIN, 5223, also("v6_lost")),
  define(52, "capwap_access_controllers", IPV6_LIST, 5417, also("capwap_ac_v6")),
  inner.RELAY_ID,
  define(54, "mobility_service_addresses", inner.MOBILITY_SERVICE_ADDRESSES, 5678, also("ipv6_address_mos")),
  define(55, "mobility_service_domains", inner.MOBILITY_SERVICE_DOMAINS, 5678, also("ipv6_fqdn_mos")),
  define(56, "ntp_server", inner.NTP_SERVER, 5908, repeated("ntp_servers")),
  define(57, "access_network_domain", DOMAIN, 5986, also("v6_access_domain")),
  define(58, "sip_user_agent_domains", DOMAINS, 6011, also("sip_ua_cs_list")),
  define(59, "bootfile_url", TEXT, 5970),
  define(60, "bootfile_parameters", tuples(TEXT), 5970, also("bootfile_param")),
  define(61, "client_architecture", CLIENT_ARCHITECTURES, 5970, also("client_arch_type")),
  define(62, "client_network_interface", NETWORK_INTERFACE, 5970, also("nii")),
  define(63, "geographic_location", COORDINATES_WITH_UNCERTAINTY, 6225, also("geolocation")),
  define(64, "aftr_name", DOMAIN, 6334),
  inner.ERP_LOCAL_DOMAIN_NAME,
  define(66, "rsoo", inner.RELAY_SUPPLIED_OPTIONS, 6422, protocol("relay_supplied_options")),
  inner.PD_EXCLUDE,
  define(68, "virtual_subnet_selection", VIRTUAL_SUBNET_SELECTION, 6607, protocol("vss")),
  define(69, "mip6_identified_home_network", inner.HOME_NETWORK, 6610, also("mip6_idinf")),
  define(70, "mip6_unrestricted_home_network", inner.HOME_NETWORK, 6610, also("mip6_udinf")),
  inner.HOME_NETWORK_PREFIX,
  inner.HOME_AGENT_ADDRESS,
  inner.HOME_AGENT_NAME,
  define(74, "rdnss_selection", record(["address", IPV6], ["preference", U8], ["domains", DOMAINS]), 6731, repeated()),
  define(75, "kerberos_principal_name", BYTES, 6784, also("krb_principal_name")),
  define(76, "kerberos_realm_name", OPAQUE, 6784, also("krb_realm_name")),
  define(77, "kerberos_default_realm_name", OPAQUE, 6784, also("krb_default_realm_name")),
  define(
    78,
    "kerberos_kdc",
    record(["priority", U16], ["weight", U16], ["transport_type", U8], ["port", U16], ["address", IPV6], ["realm", OPAQUE]),
    6784,
    repeated("krb_kdc"),
  ),
  define(79, "client_link_layer_address", record(["type", U16], ["address", BYTES]), 6939, protocol("client_linklayer_addr")),
  define(80, "link_address", IPV6, 6977, protocol()),
  define(81, "radius_attributes", BYTES, 7037, protocol("radius")),
  define(82, "sol_max_rt", { kind: "u32", min: 60, max: 86400 }, 8415, also("solmax_rt")),
  define(83, "inf_max_rt", { kind: "u32", min: 60, max: 86400 }, 8415),
  define(84, "address_selection", inner.ADDRESS_SELECTION, 7078, also("addrsel")),
  inner.ADDRESS_SELECTION_POLICY,
  define(86, "pcp_servers", IPV6_LIST, 7291, repeated("v6_pcp_server")),
  define(87, "dhcpv4_message", BYTES, 7341, protocol("dhcpv4_msg")),
  define(88, "dhcp4o6_servers", list(IPV6, 0), 7341, also("dhcp4_o_dhcp6_server", "dhcp4o6_server_addr")),
  inner.S46_RULE,
  inner.S46_BORDER_RELAY,
  inner.S46_DEFAULT_MAPPING_RULE,
  inner.S46_BINDING,
  inner.S46_PORT_PARAMETERS,
  define(94, "s46_map_e", inner.S46_MAP_E, 7598, repeated("s46_cont_mape")),
  define(95, "s46_map_t", inner.S46_MAP_T, 7598, also("s46_cont_mapt")),
  define(96, "s46_lightweight", inner.S46_LIGHTWEIGHT, 7598, also("s46_cont_lw")),
  define(97, "four_rd", inner.FOUR_RD, 7600, also("option_4rd")),
  inner.FOUR_RD_MAP_RULE,
  inner.FOUR_RD_NON_MAP_RULE,
  define(100, "lq_base_time", U32, 7653, protocol()),
  define(101, "lq_start_time", U32, 7653, protocol()),
  define(102, "lq_end_time", U32, 7653, protocol()),
  define(103, "captive_portal", TEXT, 8910, also("v6_captive_portal")),
  define(
    104,
    "mpl_parameters",
    {
      kind: "record",
      fields: [
        { name: "flags", type: U8 },
        { name: "time_unit", type: U8 },
        { name: "seed_set_entry_lifetime", type: U16 },
        { name: "data_message_k", type: U8 },
        { name: "data_message_imin", type: U16 },
        { name: "data_message_imax", type: U8 },
        { name: "data_message_timer_expirations", type: U16 },
        { name: "control_message_k", type: U8 },
        { name: "control_message_imin", type: U16 },
        { name: "control_message_imax", type: U8 },
        { name: "control_message_timer_expirations", type: U16 },
        { name: "domain_address", type: IPV6, optional: true },
      ],
    },
    7774,
    repeated(),
  ),
  define(105, "access_technology_type", U16, 7839, protocol("ani_att")),
  define(106, "access_network_name", OPAQUE, 7839, protocol("ani_network_name")),
  define(107, "access_point_name", OPAQUE, 7839, protocol("ani_ap_name")),
  define(108, "access_point_bssid", { kind: "bytes", size: 6 }, 7839, protocol("ani_ap_bssid")),
  define(109, "operator_identifier", U32, 7839, protocol("ani_operator_id")),
  define(110, "operator_realm", OPAQUE, 7839, protocol("ani_operator_realm")),
  define(111, "s46_priority", list(U16), 8026),
  define(112, "mud_url", TEXT, 8520, also("mud_url_v6")),
  define(
    113,
    "multicast_prefix64",
    record(["any_source", inner.IPV6_PREFIX], ["source_specific", inner.IPV6_PREFIX], ["unicast", inner.IPV6_PREFIX]),
    8115,
    repeated("v6_prefix64"),
  ),
  define(114, "failover_binding_status", U8, 8156, protocol("f_binding_status")),
  define(115, "failover_connect_flags", U16, 8156, protocol("f_connect_flags")),
  define(116, "failover_dns_removal", inner.FAILOVER_DNS_REMOVAL, 8156, protocol("f_dns_removal_info")),
  inner.FAILOVER_DNS_HOST_NAME,
  inner.FAILOVER_DNS_ZONE_NAME,
  inner.FAILOVER_DNS_FLAGS,
  define(120, "failover_expiration_time", U32, 8156, protocol("f_expiration_time")),
  define(121, "failover_max_unacked_bndupd", U32, 8156, protocol("f_max_unacked_bndupd")),
  define(122, "failover_mclt", U32, 8156, protocol("f_mclt")),
  define(123, "failover_partner_lifetime", U32, 8156, protocol("f_partner_lifetime")),
  define(124, "failover_partner_lifetime_sent", U32, 8156, protocol("f_partner_lifetime_sent")),
  define(125, "failover_partner_down_time", U32, 8156, protocol("f_partner_down_time")),
  define(126, "failover_partner_raw_clt_time", U32, 8156, protocol("f_partner_raw_clt_time")),
  define(127, "failover_protocol_version", record(["major", U16], ["minor", U16]), 8156, protocol("f_protocol_version")),
  define(128, "failover_keepalive_time", U32, 8156, protocol("f_keepalive_time")),
  define(129, "failover_reconfigure_data", record(["time", U32], ["key", BYTES]), 8156, protocol("f_reconfigure_data")),
  define(130, "failover_relationship_name", TEXT, 8156, protocol("f_relationship_name")),
  define(131, "failover_server_flags", U8, 8156, protocol("f_server_flags")),
  define(132, "failover_server_state", U8, 8156, protocol("f_server_state")),
  define(133, "failover_start_time_of_state", U32, 8156, protocol("f_start_time_of_state")),
  define(134, "failover_state_expiration_time", U32, 8156, protocol("f_state_expiration_time")),
  define(135, "relay_source_port", U16, 8357, protocol("relay_port")),
  define(136, "sztp_redirect", tuples(TEXT), 8572, also("v6_sztp_redirect")),
  define(137, "softwire_source_prefix_hint", inner.IPV6_PREFIX, 8539, also("s46_bind_ipv6_prefix")),
  define(138, "ia_ll", inner.associationOf(inner.LINK_LAYER_ADDRESSES, inner.SLAP_QUADRANT), 8947, { protocol: true, repeats: true }),
  inner.LINK_LAYER_ADDRESSES,
  inner.SLAP_QUADRANT,
  define(141, "dots_agent_name", DOMAIN, 8973, also("v6_dots_ri")),
  define(142, "dots_agent_addresses", IPV6_LIST, 8973, also("v6_dots_address")),
  define(143, "andsf_addresses", IPV6_LIST, 6153, also("ipv6_address_andsf")),
  define(144, "encrypted_dns_resolvers", { kind: "resolver", address: "ipv6", size: 2 }, 9463, repeated("v6_dnr")),
  define(145, "registered_domain", DOMAIN, 9527, repeated()),
  define(146, "forward_distribution_manager", record(["transports", U16], ["name", DOMAIN]), 9527, also("forward_dist_manager")),
  define(147, "reverse_distribution_manager", record(["transports", U16], ["name", DOMAIN]), 9527, also("reverse_dist_manager")),
  define(148, "address_registration", FLAG, 9686, protocol("addr_reg_enable")),
] as const;

const DICTIONARY = optionDictionary(TABLE, 2);

export type { OptionDefinition } from "../option-dictionary.ts";

/** In the order of their codes. */
export const OPTIONS: readonly OptionDefinition[] = DICTIONARY.options;

/** The table, as a type: what stands in each line. */
export type OptionTable = typeof TABLE;

/** The names of the table, without aliases. */
export type OptionName = (typeof TABLE)[number]["name"];

/** The definition of the option with this code; undefined: the table has none. */
export function optionByCode(code: number): OptionDefinition | undefined {
  return DICTIONARY.byCode(code);
}

/** Finds an option by its name or one of its aliases. */
export function optionByName(name: string): OptionDefinition | undefined {
  return DICTIONARY.byName(name);
}

/** The code of an option of the table. */
export function codeOf(name: OptionName): number {
  return DICTIONARY.codeOf(name);
}

/**
 * The number of bytes that every value of the option has; -1 when it varies or the option is
 * unknown.
 */
export function fixedLength(code: number): number {
  return DICTIONARY.fixedLength(code);
}
