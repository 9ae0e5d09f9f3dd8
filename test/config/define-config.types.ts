import { buildConfig, type ConfigInput, defineConfig } from "../../src/config/index.ts";

/*
 * What the compiler says of a configuration that is written as a program. Nothing runs here: `npm
 * run check` fails where something is refused that is right, or taken that is marked as wrong.
 */

/** Names of the tables and their aliases, each kind of value, and every way to write one. */
export const RIGHT = defineConfig({
  interfaces: ["eth0"],
  options: {
    routers: "192.168.5.1",
    dns_servers: ["192.168.5.1", "192.168.5.2"],
    domain_name: "home.arpa",
    domain_search: ["home.arpa", "lan"],
    interface_mtu: { value: 1400, always: true },
    ntp_servers: { value: null },
    log_servers: { type: "ip_list", value: ["192.168.5.3"] },
    ip_forwarding: true,
    netbios_node_type: "h-node",
    classless_static_routes: [{ destination: "10.0.0.0/8", router: "192.168.5.1" }],
    slp_directory_agent: { mandatory: true, addresses: ["192.168.5.3"] },
    sip_servers: "192.168.5.3",
    vendor_extensions: { 1: { type: "u8", value: 3 } },
    cablelabs_client_configuration: { primary_dhcp_server: "192.168.5.4" },
    vendor_identifying_vendor_information: { 4491: { 1: { type: "hex", value: "00" } } },
    user_class: ["a", { type: "hex", value: "00ff" }],
    224: { type: "str", value: "own" },
    "225": { type: "u16", value: [1, 2], always: true },
  },
  config: { lease_time: { default: "12h", max: 86400 } },
  client_classes: {
    v4: [{ name: "phones", assert: "option[60].text == 'phone'", options: { tftp_server_name: "tftp.example" } }],
  },
  networks: {
    "192.168.5.0/24": {
      options: { values: { 3: { type: "ip", value: "192.168.5.1" }, domain_name: { type: "str", value: "x" } } },
      ranges: [{ range: "192.168.5.100-192.168.5.199", options: { routers: "192.168.5.2" }, except: ["192.168.5.150"] }],
      reservations: [{ ip: "192.168.5.10", match: { options: { client_identifier: "01:02:03", 60: "x" } } }],
    },
  },
  ddns: {
    forward: [{ name: "home.arpa", ip: "192.168.5.3", key: "k" }],
    tsig_keys: { k: { algorithm: "hmac-sha256", data: "c2VjcmV0" } },
    ttl: "1h",
    conflict: "overwrite",
  },
  dns: { listen: ["192.168.5.1", "[2001:db8::1]:53"], zones: ["home.arpa"], secondaries: [], hosts_file: "hosts", command: ["true"] },
  reservations: [
    {
      hostname: "both",
      match: { chaddr: "52:54:00:12:34:56" },
      options: { v4: { routers: "192.168.5.1" }, v6: { dns_servers: "fe80::1" } },
    },
  ],
  v6: {
    options: { dns_servers: "2001:db8::1", ntp_server: [{ server_name: "ntp.example" }], sol_max_rt: 3600 },
    networks: { "2001:db8::/64": { ranges: [{ prefix: "2001:db8:0:0:1::/80" }], options: { domain_search: "home.arpa" } } },
  },
} as const);

/** Options of the operator's own have their names, and the values that they are defined to have. */
export const OWN = defineConfig({
  option_definitions: {
    door_code: { code: 224, type: "u16" },
    gateways: { code: 225, type: [{ host: "ip", port: "u16" }] },
    of_vendor: { code: 1, type: "str", space: "vendor-encapsulated" },
    of_dhcp6: { code: 65000, type: "domain_list", space: "dhcp6" },
  },
  options: { door_code: 4711, gateways: { host: "10.0.0.1", port: 80 }, vendor_extensions: { of_vendor: "x" } },
  networks: {
    "10.0.0.0/24": {
      options: { gateways: [{ host: "10.0.0.1", port: 80 }], door_code: { value: null } },
      reservations: [{ ip: "10.0.0.9", match: { options: { door_code: 1 } } }],
    },
  },
  v6: { options: { of_dhcp6: ["a.example", "b.example"] } },
});

/* What a program computes has types too. */
const servers: string[] = ["10.0.0.1"];
const networks = Object.fromEntries([1, 2].map((vlan) => [`10.0.${vlan}.0/24`, { options: { routers: `10.0.${vlan}.1` } }]));
export const COMPUTED: ConfigInput = defineConfig({ options: { domain_name_servers: servers }, networks });
buildConfig(COMPUTED);

export const WRONG = [
  // @ts-expect-error: there is no such option
  defineConfig({ options: { ruters: "10.0.0.1" } }),
  // @ts-expect-error: an address, not a number
  defineConfig({ options: { routers: 5 } }),
  // @ts-expect-error: addresses, not numbers
  defineConfig({ options: { routers: { value: [5] } } }),
  // @ts-expect-error: a number, not text
  defineConfig({ options: { interface_mtu: "1400" } }),
  // @ts-expect-error: no such kind of node
  defineConfig({ options: { netbios_node_type: "x-node" } }),
  // @ts-expect-error: no such raw form
  defineConfig({ options: { routers: { type: "address", value: "10.0.0.1" } } }),
  // @ts-expect-error: no such key beside a value
  defineConfig({ options: { routers: { value: "10.0.0.1", allways: true } } }),
  // @ts-expect-error: the protocol sets it
  defineConfig({ options: { message_type: 1 } }),
  // @ts-expect-error: an option of DHCPv6 only
  defineConfig({ networks: { "10.0.0.0/24": { options: { sol_max_rt: 60 } } } }),
  // @ts-expect-error: an option of DHCPv4 only
  defineConfig({ v6: { options: { routers: "10.0.0.1" } } }),
  // @ts-expect-error: in a range, too
  defineConfig({ networks: { "10.0.0.0/24": { ranges: [{ range: "10.0.0.1-10.0.0.2", options: { ruters: "10.0.0.1" } }] } } }),
  // @ts-expect-error: a field is missing
  defineConfig({ options: { slp_directory_agent: { mandatory: true } } }),
  // @ts-expect-error: a route has a router
  defineConfig({ options: { classless_static_routes: [{ destination: "10.0.0.0/8" }] } }),
  // @ts-expect-error: no such sub-option
  defineConfig({ options: { cablelabs_client_configuration: { primary_server: "192.168.5.4" } } }),
  // @ts-expect-error: a duration
  defineConfig({ config: { lease_time: true } }),
  // @ts-expect-error: no such key
  defineConfig({ network: {} }),
  // @ts-expect-error: not spoken
  defineConfig({ ddns: { tsig_keys: { k: { algorithm: "hmac-md5", data: "c2VjcmV0" } } } }),
  // @ts-expect-error: a server has a zone
  defineConfig({ ddns: { forward: [{ ip: "192.168.5.3" }] } }),
  // @ts-expect-error: a program and its arguments
  defineConfig({ dns: { hosts_file: "hosts", command: "true" } }),
  // @ts-expect-error: its definition says that it is a number
  defineConfig({ option_definitions: { door_code: { code: 224, type: "u16" } }, options: { door_code: "x" } }),
  // @ts-expect-error: nobody defined it
  defineConfig({ option_definitions: { door_code: { code: 224, type: "u16" } }, options: { dor_code: 5 } }),
  // @ts-expect-error: no such type
  defineConfig({ option_definitions: { door_code: { code: 224, type: 5 } } }),
];
