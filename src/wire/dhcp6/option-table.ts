/**
 * Every DHCPv6 option with a defined format: decoding, encoding, names in the configuration,
 * documentation and the dashboard are driven by this table. To add an option, add a line. Source:
 * the IANA registry "DHCPv6 Option Codes".
 */

import { define, type More, type OptionDefinition, optionDictionary } from "../option-dictionary.ts";
import { ARCHITECTURES } from "../values/architectures.ts";
import { BYTES, DOMAIN, DOMAINS, FLAG, IPV6, IPV6_LIST, list, OPAQUE, record, TEXT, U8, U16, U32 } from "../values/common-types.ts";
import { MessageType } from "./message.ts";
import { AUTHENTICATION, IA_ADDRESS, IA_PREFIX, invert, optionsOf, PD_EXCLUDE, STATUS_CODE } from "./sub-options.ts";

const also = (...aliases: string[]): More => ({ aliases });
const protocol = (...aliases: string[]): More => ({ aliases, protocol: true });

const TABLE = [
  define(1, "client_identifier", { kind: "bytes", min: 3 }, 8415, protocol("client_id", "clientid")),
  define(2, "server_identifier", { kind: "bytes", min: 3 }, 8415, protocol("server_id", "serverid")),
  define(3, "ia_na", record(["iaid", U32], ["t1", U32], ["t2", U32], ["options", optionsOf(IA_ADDRESS)]), 8415, protocol()),
  define(4, "ia_ta", record(["iaid", U32], ["options", optionsOf(IA_ADDRESS)]), 8415, protocol()),
  IA_ADDRESS,
  define(6, "option_request", list(U16, 0), 8415, protocol("oro")),
  define(7, "preference", U8, 8415),
  define(8, "elapsed_time", U16, 8415, protocol()),
  define(9, "relay_message", BYTES, 8415, protocol("relay_msg")),
  define(11, "authentication", AUTHENTICATION, 8415, protocol("auth")),
  define(12, "server_unicast", IPV6, "8415; RFC 9915 removed it", protocol("unicast")),
  STATUS_CODE,
  define(14, "rapid_commit", FLAG, 8415, protocol()),
  define(15, "user_class", list({ kind: "counted", size: 2, of: OPAQUE }), 8415),
  define(16, "vendor_class", { kind: "enterprises", size: 0, of: list({ kind: "counted", size: 2, of: OPAQUE }, 0) }, 8415),
  define(
    17,
    "vendor_information",
    { kind: "enterprises", size: 0, of: { kind: "suboptions", definitions: [], size: 2 } },
    8415,
    also("vendor_opts", "vendor_specific_information"),
  ),
  define(18, "interface_id", OPAQUE, 8415, protocol()),
  define(19, "reconfigure_message", { kind: "u8", names: invert(MessageType) }, 8415, protocol("reconf_msg")),
  define(20, "reconfigure_accept", FLAG, 8415, protocol("reconf_accept")),
  define(21, "sip_server_domain_names", DOMAINS, 3319, also("sip_server_dns", "sip_servers_names")),
  define(22, "sip_server_addresses", IPV6_LIST, 3319, also("sip_server_addr", "sip_servers_addresses")),
  define(23, "dns_servers", IPV6_LIST, 3646, also("name_servers", "domain_name_servers")),
  define(24, "domain_search", DOMAINS, 3646, also("domain_list", "domain_search_list")),
  define(25, "ia_pd", record(["iaid", U32], ["t1", U32], ["t2", U32], ["options", optionsOf(IA_PREFIX)]), 8415, protocol()),
  IA_PREFIX,
  define(27, "nis_servers", IPV6_LIST, 3898),
  define(28, "nisp_servers", IPV6_LIST, 3898, also("nisplus_servers")),
  define(29, "nis_domain_name", DOMAIN, 3898, also("nis_domain")),
  define(30, "nisp_domain_name", DOMAIN, 3898, also("nisplus_domain", "nisplus_domain_name")),
  define(31, "sntp_servers", IPV6_LIST, 4075),
  define(32, "information_refresh_time", U32, 8415, also("info_refresh_time")),
  define(33, "bcmcs_controller_names", DOMAINS, 4280, also("bcmcs_server_dns", "bcms_server_d")),
  define(34, "bcmcs_controller_addresses", IPV6_LIST, 4280, also("bcmcs_server_addr", "bcms_server_a")),
  define(37, "remote_id", record(["enterprise", U32], ["id", OPAQUE]), 4649, protocol()),
  define(38, "subscriber_id", OPAQUE, 4580, protocol()),
  define(39, "client_fqdn", BYTES, 4704, protocol("fqdn")),
  define(40, "pana_agents", IPV6_LIST, 5192, also("pana_agent")),
  define(41, "posix_timezone", TEXT, 4833, also("new_posix_timezone")),
  define(42, "tz_database_timezone", TEXT, 4833, also("new_tzdb_timezone")),
  define(43, "echo_request", list(U16), 4994, protocol("ero")),
  define(44, "lq_query", BYTES, 5007, protocol()),
  define(45, "client_data", BYTES, 5007, protocol()),
  define(46, "clt_time", U32, 5007, protocol()),
  define(47, "lq_relay_data", record(["peer_address", IPV6], ["message", BYTES]), 5007, protocol()),
  define(48, "lq_client_link", IPV6_LIST, 5007, protocol()),
  define(51, "lost_server", DOMAIN, 5223, also("v6_lost")),
  define(52, "capwap_access_controllers", IPV6_LIST, 5417, also("capwap_ac_v6")),
  define(53, "relay_id", { kind: "bytes", min: 3 }, 5460, protocol()),
  define(56, "ntp_server", BYTES, 5908, also("ntp_servers")),
  define(57, "access_network_domain", DOMAIN, 5986, also("v6_access_domain")),
  define(58, "sip_user_agent_domains", DOMAINS, 6011, also("sip_ua_cs_list")),
  define(59, "bootfile_url", TEXT, 5970),
  define(60, "bootfile_parameters", list({ kind: "counted", size: 2, of: TEXT }), 5970, also("bootfile_param")),
  define(61, "client_architecture", list({ kind: "u16", names: ARCHITECTURES }), 5970, also("client_arch_type")),
  define(62, "client_network_interface", record(["interface_type", U8], ["major", U8], ["minor", U8]), 5970, also("nii")),
  define(64, "aftr_name", DOMAIN, 6334),
  define(65, "erp_local_domain_name", DOMAIN, 6440),
  define(66, "rsoo", BYTES, 6422, protocol()),
  PD_EXCLUDE,
  define(79, "client_link_layer_address", record(["type", U16], ["address", BYTES]), 6939, protocol("client_linklayer_addr")),
  define(80, "link_address", IPV6, 6977, protocol()),
  define(82, "sol_max_rt", { kind: "u32", min: 60, max: 86400 }, 8415, also("solmax_rt")),
  define(83, "inf_max_rt", { kind: "u32", min: 60, max: 86400 }, 8415),
  define(100, "lq_base_time", U32, 7653, protocol()),
  define(101, "lq_start_time", U32, 7653, protocol()),
  define(102, "lq_end_time", U32, 7653, protocol()),
  define(103, "captive_portal", TEXT, 8910, also("v6_captive_portal")),
  define(112, "mud_url", TEXT, 8520),
  define(135, "relay_source_port", U16, 8357, protocol("relay_port")),
  define(148, "address_registration", FLAG, 9686, protocol("addr_reg_enable")),
];

const DICTIONARY = optionDictionary(TABLE, 2);

export type { OptionDefinition } from "../option-dictionary.ts";

/** In the order of their codes. */
export const OPTIONS: readonly OptionDefinition[] = DICTIONARY.options;

/** The names of the table, without aliases. */
export type OptionName = (typeof TABLE)[number]["name"];

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
