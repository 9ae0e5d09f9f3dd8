/*
 * What people call what the configuration has another name for: in other servers, in other files of
 * the system, in speech. A word is understood to say what is meant, never to be accepted in its
 * place.
 */

/** Words, in lower case with underscores, for what has one of the names: the likeliest first. */
interface Meaning {
  readonly words: readonly string[];
  /**
   * Keys or options: which of them stands at a place is for the schema and the option tables to
   * say.
   */
  readonly names: readonly string[];
  /** What to do where nothing has a name, for there is nothing to set. */
  readonly advice?: string;
}

/** What people call things by; of a host it is its name. */
const TITLES: readonly string[] = ["name", "title", "label"];
const NO_NAMES = "nothing has a title here: write a comment, which begins with #";
const ROUTERS = "remove it: clients of IPv6 learn their router from its own advertisements";
const MASK = "remove it: the mask follows from the prefix of the network";

const MEANINGS: readonly Meaning[] = [
  {
    words: ["gateway", "gateways", "gateway4", "gw", "default_gateway", "default_router", "default_route", "router", "route"],
    names: ["routers"],
    advice: ROUTERS,
  },
  {
    words: [
      "dns",
      "dns_server",
      "dns_servers",
      "dnsserver",
      "nameserver",
      "nameservers",
      "name_server",
      "name_servers",
      "resolver",
      "resolvers",
    ],
    names: ["domain_name_servers", "dns_servers"],
  },
  { words: ["rdnss"], names: ["dns_servers", "domain_name_servers"] },
  { words: ["wins", "wins_server", "wins_servers", "netbios", "nbns"], names: ["netbios_name_servers"] },
  { words: ["mtu", "interface_mtu"], names: ["interface_mtu"] },
  { words: ["ntp", "ntp_server", "ntp_servers", "time_server", "timeserver", "sntp"], names: ["ntp_servers", "sntp_servers"] },
  { words: ["domain", "domainname", "domain_suffix", "dns_domain", "dns_suffix"], names: ["domain_name", "domain_search"] },
  { words: ["search", "search_domain", "search_domains", "searchdomains", "search_list", "dnssl", "domains"], names: ["domain_search"] },
  { words: ["netmask", "mask", "subnet_mask", "subnetmask"], names: [], advice: MASK },
  { words: ["broadcast", "broadcast_ip"], names: ["broadcast_addr"] },
  { words: ["tftp", "tftp_server", "tftpserver", "boot_server", "bootserver"], names: ["next_server", "tftp_server_name", "bootfile_url"] },
  { words: ["siaddr", "nextserver"], names: ["next_server", "bootfile_url"] },
  {
    words: ["filename", "bootfile", "boot_file", "boot_filename", "boot_file_name", "bootfile_name", "pxe"],
    names: ["file_name", "bootfile_name", "bootfile_url"],
  },
  { words: ["syslog", "log_server", "syslog_server"], names: ["log_servers"] },
  { words: ["static_routes", "routes", "classless_routes", "rfc3442"], names: ["classless_static_routes"] },
  { words: ["wpad", "proxy", "proxy_autodiscovery"], names: ["web_proxy_autodiscovery"] },
  { words: ["timezone", "time_zone", "tz"], names: ["tz_database_timezone"] },
  {
    words: [
      "mac",
      "macaddress",
      "mac_address",
      "ethernet",
      "ether",
      "hw",
      "hw_address",
      "hwaddr",
      "hwaddress",
      "hardware",
      "hardware_address",
      "hardware_ethernet",
    ],
    names: ["chaddr"],
  },
  { words: ["clientid", "client_identifier", "dhcp_client_identifier", "uid"], names: ["client_id"] },
  { words: ["address", "addr", "ip_address", "ipaddress", "ipaddr", "fixed_address", "ipv4", "yiaddr"], names: ["ip", "addresses"] },
  { words: ["ip_addresses", "ipv6", "ip6", "ipv6_address", "fixed_address6"], names: ["addresses", "ip"] },
  { words: ["host", "host_name", "client_hostname", "fqdn"], names: ["hostname"] },
  {
    words: ["pool", "pools", "range", "dhcp_range", "address_pool", "address_pools", "dynamic", "address_range"],
    names: ["ranges", "range"],
  },
  { words: ["first", "from", "begin", "start_address", "range_start", "start_ip"], names: ["start"] },
  { words: ["last", "to", "until", "stop", "end_address", "range_end", "end_ip"], names: ["end"] },
  { words: ["exclude", "excluded", "exclusions", "exceptions", "reserved", "excludes"], names: ["except"] },
  { words: ["pd_pools", "pd_pool", "prefix_pool", "prefix_delegation", "delegation", "delegate"], names: ["prefix_pools"] },
  { words: ["delegated_len", "prefix_length", "delegated_prefix_length"], names: ["delegated_length"] },
  { words: ["subnet", "subnets", "subnet4", "subnet6", "subnet_4", "subnet_6", "network", "net", "nets"], names: ["networks"] },
  { words: ["shared_network", "shared_nets", "superscope"], names: ["shared_networks"] },
  {
    words: [
      "lease",
      "leases",
      "lease_duration",
      "leasetime",
      "lease_length",
      "default_lease_time",
      "max_lease_time",
      "min_lease_time",
      "valid_lifetime",
      "valid_time",
      "ttl",
      "duration",
      "dhcp_lease_time",
    ],
    names: ["lease_time"],
  },
  { words: ["preferred_lifetime"], names: ["preferred_time"] },
  { words: ["renew", "t1", "renew_timer", "renewal", "renewal_time", "dhcp_renewal_time"], names: ["renew_time"] },
  { words: ["rebind", "t2", "rebind_timer", "rebinding_time", "dhcp_rebinding_time"], names: ["rebind_time"] },
  {
    words: [
      "reservation",
      "hosts",
      "static",
      "statics",
      "static_lease",
      "static_leases",
      "static_mappings",
      "static_mapping",
      "fixed",
      "dhcp_host",
    ],
    names: ["reservations"],
  },
  { words: ["interface", "iface", "ifaces", "nic", "device", "devices", "listen_interface", "listen_interfaces"], names: ["interfaces"] },
  { words: ["relay", "giaddr", "relay_agents", "relay_ip"], names: ["relays"] },
  { words: ["option", "option_data", "dhcp_options"], names: ["options"] },
  { words: ["option_def", "option_defs", "option_definition", "custom_options"], names: ["option_definitions"] },
  { words: ["classes", "class", "client_class"], names: ["client_classes"] },
  { words: ["test", "match_if", "condition", "expression"], names: ["assert"] },
  { words: ["server_identifier", "dhcp_server_identifier"], names: ["server_id"] },
  { words: ["ping", "icmp_check", "conflict_detection"], names: ["ping_check"] },
  { words: ["database", "lease_database", "lease_file", "db", "storage", "dhcp_leasefile"], names: ["store"] },
  { words: ["file", "filepath"], names: ["path"] },
  { words: ["logging", "loggers", "log_level", "loglevel", "verbosity"], names: ["log", "level"] },
  { words: ["dhcp6", "dhcpv6", "ipv6", "ip6"], names: ["v6"] },
  { words: [...TITLES, "description", "comment", "id", "user_context", "notes"], names: [], advice: NO_NAMES },
];

const BY_WORD: ReadonlyMap<string, readonly Meaning[]> = byWord();

/** Without `Map.groupBy`, which older engines lack that otherwise run all of this. */
function byWord(): Map<string, Meaning[]> {
  const result = new Map<string, Meaning[]>();
  for (const meaning of MEANINGS)
    for (const word of meaning.words) {
      const others = result.get(word);
      if (others === undefined) result.set(word, [meaning]);
      else others.push(meaning);
    }
  return result;
}

const NAME = /^[a-z\d_]*$/;

/** A word as names are written: `leaseTime`, `lease-time` and `Lease Time` are `lease_time`. */
export function asName(word: string): string {
  if (NAME.test(word)) return word;
  return word
    .replaceAll(/([a-z\d])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replaceAll(/[-\s]/g, "_");
}

/** The names of what a word may mean, the likeliest first, itself not among them. */
export function namesMeant(word: string): readonly string[] {
  const own = asName(word);
  return meaningsOf(own).flatMap(({ names }) => names.filter((name) => name !== own));
}

/** Whether the word is for what something is called. */
export function isTitle(word: string): boolean {
  return TITLES.includes(asName(word));
}

/** What to do about a word for what can't be set at all. */
export function adviceOnWord(word: string): string | undefined {
  return meaningsOf(asName(word)).find(({ advice }) => advice !== undefined)?.advice;
}

function meaningsOf(name: string): readonly Meaning[] {
  return BY_WORD.get(name) ?? [];
}
