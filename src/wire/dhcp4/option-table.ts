/**
 * Every DHCPv4 option with a defined format: decoding, encoding, names in the configuration,
 * documentation and the dashboard are driven by this table. To add an option, add a line. Source:
 * the IANA registry "BOOTP Vendor Extensions and DHCP Options", and for codes without an assignment
 * what is in wide use.
 */

import { define, type OptionDefinition, optionDictionary } from "../option-dictionary.ts";
import {
  AUTHENTICATION,
  BOOL,
  BYTES,
  CIVIC_LOCATION,
  CLIENT_ARCHITECTURES,
  COMPRESSED_DOMAINS,
  COORDINATES_WITH_UNCERTAINTY,
  DOMAIN,
  DOMAINS,
  FLAG,
  I32,
  IPV4,
  IPV4_LIST,
  IPV4_PAIRS,
  list,
  NETWORK_INTERFACE,
  OPAQUE,
  ROUTES,
  record,
  TEXT,
  U8,
  U16,
  U32,
  VIRTUAL_SUBNET_SELECTION,
} from "../values/common-types.ts";
import { MessageType } from "./message.ts";
import {
  CABLELABS_SUB_OPTIONS,
  MOBILITY_ADDRESS_SUB_OPTIONS,
  MOBILITY_DOMAIN_SUB_OPTIONS,
  NETWARE_SUB_OPTIONS,
  RELAY_SUB_OPTIONS,
  SUBNET_ALLOCATION_SUB_OPTIONS,
} from "./sub-options.ts";

const also = <const A extends readonly string[]>(...aliases: A) => ({ aliases }) as const;
const protocol = <const A extends readonly string[]>(...aliases: A) => ({ aliases, protocol: true }) as const;
const invert = (names: Readonly<Record<string, number>>): Readonly<Record<number, string>> =>
  Object.fromEntries(Object.entries(names).map(([name, value]) => [value, name]));

const TABLE = [
  define(1, "subnet_mask", IPV4, 2132),
  define(2, "time_offset", I32, 2132),
  define(3, "routers", IPV4_LIST, 2132, also("router")),
  define(4, "time_servers", IPV4_LIST, 2132),
  define(5, "name_servers", IPV4_LIST, 2132, also("ien116_name_servers")),
  define(6, "domain_name_servers", IPV4_LIST, 2132, also("dns_servers")),
  define(7, "log_servers", IPV4_LIST, 2132),
  define(8, "quote_servers", IPV4_LIST, 2132, also("cookie_servers")),
  define(9, "lpr_servers", IPV4_LIST, 2132),
  define(10, "impress_servers", IPV4_LIST, 2132),
  define(11, "resource_location_servers", IPV4_LIST, 2132),
  define(12, "hostname", TEXT, 2132, also("host_name")),
  define(13, "boot_size", U16, 2132, also("boot_file_size")),
  define(14, "merit_dump", TEXT, 2132),
  define(15, "domain_name", TEXT, 2132),
  define(16, "swap_server", IPV4, 2132),
  define(17, "root_path", TEXT, 2132),
  define(18, "extensions_path", TEXT, 2132),
  define(19, "ip_forwarding", BOOL, 2132),
  define(20, "non_local_source_routing", BOOL, 2132),
  define(21, "policy_filter", IPV4_PAIRS, 2132),
  define(22, "max_datagram_reassembly", { kind: "u16", min: 576 }, 2132, also("max_dgram_reassembly")),
  define(23, "default_ip_ttl", { kind: "u8", min: 1 }, 2132),
  define(24, "path_mtu_aging_timeout", U32, 2132),
  define(25, "path_mtu_plateau_table", list({ kind: "u16", min: 68 }), 2132),
  define(26, "interface_mtu", { kind: "u16", min: 68 }, 2132),
  define(27, "all_subnets_local", BOOL, 2132),
  define(28, "broadcast_addr", IPV4, 2132, also("broadcast_address")),
  define(29, "perform_mask_discovery", BOOL, 2132),
  define(30, "mask_supplier", BOOL, 2132),
  define(31, "router_discovery", BOOL, 2132, also("perform_router_discovery")),
  define(32, "router_solicitation_address", IPV4, 2132),
  define(33, "static_routing_table", IPV4_PAIRS, 2132, also("static_routes")),
  define(34, "trailer_encapsulation", BOOL, 2132),
  define(35, "arp_cache_timeout", U32, 2132),
  define(36, "ethernet_encapsulation", BOOL, 2132, also("ieee802_3_encapsulation")),
  define(37, "default_tcp_ttl", { kind: "u8", min: 1 }, 2132),
  define(38, "tcp_keepalive_interval", U32, 2132),
  define(39, "tcp_keepalive_garbage", BOOL, 2132),
  define(40, "nis_domain", TEXT, 2132),
  define(41, "nis_servers", IPV4_LIST, 2132),
  define(42, "ntp_servers", IPV4_LIST, 2132),
  define(43, "vendor_extensions", { kind: "suboptions", definitions: [], padded: true }, 2132, also("vendor_encapsulated_options")),
  define(44, "netbios_name_servers", IPV4_LIST, 2132),
  define(45, "netbios_datagram_servers", IPV4_LIST, 2132, also("netbios_dd_server")),
  define(46, "netbios_node_type", { kind: "u8", names: { 1: "b-node", 2: "p-node", 4: "m-node", 8: "h-node" } }, 2132),
  define(47, "netbios_scope", TEXT, 2132),
  define(48, "font_servers", IPV4_LIST, 2132),
  define(49, "x_display_manager", IPV4_LIST, 2132),
  define(50, "requested_address", IPV4, 2132, protocol("dhcp_requested_address")),
  define(51, "lease_time", U32, 2132, protocol("dhcp_lease_time")),
  define(52, "option_overload", { kind: "u8", min: 1, max: 3 }, 2132, protocol("dhcp_option_overload")),
  define(53, "message_type", { kind: "u8", names: invert(MessageType) }, 2132, protocol("dhcp_message_type")),
  define(54, "server_identifier", IPV4, 2132, protocol("dhcp_server_identifier")),
  define(55, "parameter_request_list", list(U8), 2132, protocol("dhcp_parameter_request_list")),
  define(56, "message", TEXT, 2132, also("dhcp_message")),
  define(57, "max_message_size", { kind: "u16", min: 576 }, 2132, protocol("dhcp_max_message_size")),
  define(58, "renewal_time", U32, 2132, protocol("dhcp_renewal_time")),
  define(59, "rebinding_time", U32, 2132, protocol("dhcp_rebinding_time")),
  define(60, "vendor_class_identifier", OPAQUE, 2132, also("class_identifier")),
  define(61, "client_identifier", { kind: "bytes", min: 2 }, 2132, protocol("dhcp_client_identifier")),
  define(62, "nwip_domain_name", TEXT, 2242, also("nwip_domain")),
  define(63, "nwip_suboptions", { kind: "suboptions", definitions: NETWARE_SUB_OPTIONS }, 2242),
  define(64, "nisplus_domain", TEXT, 2132, also("nisplus_domain_name")),
  define(65, "nisplus_servers", IPV4_LIST, 2132),
  define(66, "tftp_server_name", TEXT, 2132),
  define(67, "bootfile_name", TEXT, 2132, also("boot_file_name")),
  define(68, "mobile_ip_home_agents", list(IPV4, 0), 2132, also("mobile_ip_home_agent")),
  define(69, "smtp_servers", IPV4_LIST, 2132, also("smtp_server")),
  define(70, "pop3_servers", IPV4_LIST, 2132, also("pop_server")),
  define(71, "nntp_servers", IPV4_LIST, 2132, also("nntp_server")),
  define(72, "www_servers", IPV4_LIST, 2132, also("www_server")),
  define(73, "finger_servers", IPV4_LIST, 2132, also("finger_server")),
  define(74, "irc_servers", IPV4_LIST, 2132, also("irc_server")),
  define(75, "streettalk_servers", IPV4_LIST, 2132, also("streettalk_server")),
  define(76, "streettalk_directory_assistance_servers", IPV4_LIST, 2132, also("streettalk_directory_assistance_server")),
  define(77, "user_class", list({ kind: "counted", size: 1, of: OPAQUE }), 3004),
  define(78, "slp_directory_agent", record(["mandatory", BOOL], ["addresses", IPV4_LIST]), 2610),
  define(79, "slp_service_scope", record(["mandatory", BOOL], ["scopes", { kind: "text", min: 0 }]), 2610),
  define(80, "rapid_commit", FLAG, 4039, protocol()),
  define(81, "client_fqdn", { kind: "fqdn", rfc: 4702 }, 4702, protocol("fqdn")),
  define(82, "relay_agent_information", { kind: "suboptions", definitions: RELAY_SUB_OPTIONS }, 3046, protocol("dhcp_agent_options")),
  define(
    83,
    "isns",
    record(
      ["functions", U16],
      ["discovery_domain_access", U16],
      ["administrative_flags", U16],
      ["security_bitmap", U32],
      ["addresses", IPV4_LIST],
    ),
    4174,
  ),
  define(85, "nds_servers", IPV4_LIST, 2241),
  define(86, "nds_tree_name", TEXT, 2241),
  define(87, "nds_context", TEXT, 2241),
  define(88, "bcmcs_controller_names", DOMAINS, 4280, also("bcms_controller_names")),
  define(89, "bcmcs_controller_addresses", IPV4_LIST, 4280, also("bcms_controller_address")),
  define(90, "authentication", AUTHENTICATION, 3118, protocol()),
  define(91, "client_last_transaction_time", U32, 4388, protocol()),
  define(92, "associated_ip", IPV4_LIST, 4388, protocol()),
  define(93, "client_architecture", CLIENT_ARCHITECTURES, 4578, also("client_system", "pxe_system_type")),
  define(94, "client_network_interface", NETWORK_INTERFACE, 4578, also("client_ndi")),
  define(95, "ldap_url", TEXT, 3679),
  define(97, "client_machine_identifier", record(["uuid_type", U8], ["uuid", BYTES]), 4578, also("uuid_guid", "pxe_client_id")),
  define(98, "user_authentication_protocol", TEXT, 2485, also("uap_servers")),
  define(99, "civic_location", CIVIC_LOCATION, 4776, also("geoconf_civic")),
  define(100, "posix_timezone", TEXT, 4833, also("pcode")),
  define(101, "tz_database_timezone", TEXT, 4833, also("tcode")),
  define(108, "ipv6_only_preferred", U32, 8925, also("v6_only_preferred")),
  define(109, "softwire_source_address", { kind: "ipv6" }, 8539),
  define(112, "netinfo_server_addresses", IPV4_LIST, 3679, also("netinfo_server_address")),
  define(113, "netinfo_server_tag", TEXT, 3679),
  define(114, "captive_portal", TEXT, 8910, also("v4_captive_portal", "default_url")),
  define(116, "auto_configure", { kind: "u8", min: 0, max: 1 }, 2563, also("auto_config")),
  define(117, "name_service_search", list(U16), 2937),
  define(118, "subnet_selection", IPV4, 3011, protocol()),
  define(119, "domain_search", COMPRESSED_DOMAINS, 3397),
  define(
    120,
    "sip_servers",
    {
      kind: "tagged",
      alternatives: [
        { tag: 1, type: IPV4_LIST },
        { tag: 0, type: COMPRESSED_DOMAINS },
      ],
    },
    3361,
  ),
  define(121, "classless_static_routes", ROUTES, 3442, also("classless_static_route", "rfc3442_classless_static_routes")),
  define(122, "cablelabs_client_configuration", { kind: "suboptions", definitions: CABLELABS_SUB_OPTIONS }, 3495),
  define(
    123,
    "geographic_location",
    {
      kind: "bits",
      fields: [
        { name: "latitude_resolution", bits: 6 },
        { name: "latitude", bits: 34, fraction: 25 },
        { name: "longitude_resolution", bits: 6 },
        { name: "longitude", bits: 34, fraction: 25 },
        { name: "altitude_type", bits: 4 },
        { name: "altitude_resolution", bits: 6 },
        { name: "altitude", bits: 30, fraction: 8 },
        { name: "reserved", bits: 5 },
        { name: "datum", bits: 3 },
      ],
    },
    6225,
    also("geoconf"),
  ),
  define(
    124,
    "vendor_identifying_vendor_class",
    { kind: "enterprises", of: list({ kind: "counted", size: 1, of: OPAQUE }) },
    3925,
    also("vivco"),
  ),
  define(
    125,
    "vendor_identifying_vendor_information",
    { kind: "enterprises", of: { kind: "suboptions", definitions: [] } },
    3925,
    also("vivso"),
  ),
  // 128 to 135 belong to whoever wrote the boot ROM or the telephone (RFC 4578 section 2.4).
  define(128, "pxe_vendor_128", OPAQUE, 4578),
  define(129, "pxe_vendor_129", OPAQUE, 4578),
  define(130, "pxe_vendor_130", OPAQUE, 4578),
  define(131, "pxe_vendor_131", OPAQUE, 4578),
  define(132, "pxe_vendor_132", OPAQUE, 4578),
  define(133, "pxe_vendor_133", OPAQUE, 4578),
  define(134, "pxe_vendor_134", OPAQUE, 4578),
  define(135, "pxe_vendor_135", OPAQUE, 4578),
  define(136, "pana_agents", IPV4_LIST, 5192, also("pana_agent")),
  define(137, "lost_server", DOMAIN, 5223, also("v4_lost")),
  define(138, "capwap_access_controllers", IPV4_LIST, 5417, also("capwap_ac_v4")),
  define(139, "mobility_service_addresses", { kind: "suboptions", definitions: MOBILITY_ADDRESS_SUB_OPTIONS }, 5678),
  define(140, "mobility_service_domains", { kind: "suboptions", definitions: MOBILITY_DOMAIN_SUB_OPTIONS }, 5678),
  define(141, "sip_user_agent_domains", DOMAINS, 6011, also("sip_ua_cs_domains")),
  define(142, "andsf_addresses", IPV4_LIST, 6153, also("ipv4_address_andsf")),
  define(143, "sztp_redirect", list({ kind: "counted", size: 2, of: TEXT }), 8572, also("v4_sztp_redirect")),
  define(144, "geographic_location_uncertainty", COORDINATES_WITH_UNCERTAINTY, 6225, also("geoloc")),
  define(145, "forcerenew_nonce_capable", list(U8), 6704, protocol()),
  define(146, "rdnss_selection", record(["preference", U8], ["primary", IPV4], ["secondary", IPV4], ["domains", DOMAINS]), 6731),
  define(147, "dots_agent_name", DOMAIN, 8973),
  define(148, "dots_agent_addresses", IPV4_LIST, 8973),
  define(150, "tftp_servers", IPV4_LIST, 5859, also("tftp_server_address")),
  define(151, "status_code", record(["status", U8], ["message", { kind: "text", min: 0 }]), 6926, protocol()),
  define(152, "base_time", U32, 6926, protocol()),
  define(153, "start_time_of_state", U32, 6926, protocol()),
  define(154, "query_start_time", U32, 6926, protocol()),
  define(155, "query_end_time", U32, 6926, protocol()),
  define(156, "dhcp_state", U8, 6926, protocol()),
  define(157, "data_source", U8, 6926, protocol()),
  define(158, "pcp_servers", list({ kind: "counted", size: 1, of: IPV4_LIST }), 7291, also("v4_pcp_server")),
  define(159, "port_parameters", record(["offset", U8], ["psid_length", U8], ["psid", U16]), 7618, also("v4_portparams")),
  define(160, "provisioning_server", TEXT, "telephones; the captive portal of RFC 7710 before RFC 8910"),
  define(161, "mud_url", TEXT, 8520),
  define(
    162,
    "encrypted_dns_resolvers",
    list({ kind: "counted", size: 2, of: { kind: "resolver", address: "ipv4", size: 1 } }),
    9463,
    also("v4_dnr"),
  ),
  define(175, "etherboot", { kind: "suboptions", definitions: [], padded: true }, "Etherboot and iPXE"),
  define(176, "ip_telephone", OPAQUE, "Avaya telephones"),
  define(177, "packetcable", OPAQUE, "PacketCable, and Etherboot before"),
  define(208, "pxelinux_magic", { kind: "bytes", size: 4 }, 5071),
  define(209, "pxelinux_config_file", TEXT, 5071, also("loader_configfile")),
  define(210, "pxelinux_path_prefix", TEXT, 5071, also("loader_pathprefix")),
  define(211, "pxelinux_reboot_time", U32, 5071, also("loader_reboottime")),
  define(
    212,
    "six_rd",
    record(
      ["ipv4_mask_length", { kind: "u8", max: 32 }],
      ["prefix_length", { kind: "u8", max: 128 }],
      ["prefix", { kind: "ipv6" }],
      ["border_relays", IPV4_LIST],
    ),
    5969,
    also("option_6rd"),
  ),
  define(213, "access_network_domain", DOMAIN, 5986, also("v4_access_domain")),
  define(
    220,
    "subnet_allocation",
    record(["flags", U8], ["suboptions", { kind: "suboptions", definitions: SUBNET_ALLOCATION_SUB_OPTIONS }]),
    6656,
  ),
  define(221, "virtual_subnet_selection", VIRTUAL_SUBNET_SELECTION, 6607, protocol()),
  define(249, "microsoft_classless_static_routes", ROUTES, "Microsoft, before RFC 3442", also("ms_classless_static_routes")),
  define(252, "web_proxy_autodiscovery", TEXT, "draft-ietf-wrec-wpad-01, in wide use", also("wpad", "wpad_url")),
] as const;

const DICTIONARY = optionDictionary(TABLE, 1);

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
