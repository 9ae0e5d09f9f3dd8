/* Keys of dnsmasq.conf that are not about what clients get by DHCP. */

/** Names, caches and servers of the DNS: they stay with dnsmasq, or another DNS server. */
export const DNS_KEYS: ReadonlySet<string> = new Set(
  (
    "domain-needed bogus-priv filterwin2k filter-A filter-AAAA filter-rr resolv-file no-resolv no-poll strict-order all-servers server local address " +
    "rev-server no-hosts addn-hosts hostsdir expand-hosts cache-size no-negcache neg-ttl local-ttl max-ttl min-cache-ttl max-cache-ttl auth-ttl " +
    "use-stale-cache dns-forward-max query-port min-port max-port port-limit edns-packet-max mx-host mx-target selfmx localmx srv-host txt-record ptr-record " +
    "cname host-record dynamic-host naptr-record caa-record dns-rr interface-name synth-domain bogus-nxdomain ignore-address alias log-queries dnssec " +
    "dnssec-check-unsigned dnssec-no-timecheck dnssec-timestamp dnssec-debug dnssec-limits trust-anchor proxy-dnssec rebind-domain-ok stop-dns-rebind rebind-localhost-ok " +
    "auth-server auth-zone auth-soa auth-sec-servers auth-peer localise-queries local-service ipset nftset connmark-allowlist connmark-allowlist-enable add-mac strip-mac " +
    "add-subnet strip-subnet add-cpe-id umbrella fast-dns-retry dump-file dump-mask no-round-robin nodes no-ident clear-on-reload servers-file conntrack " +
    "port dhcp-fqdn dhcp-ttl dhcp-client-update no-0x20-encode max-tcp-connections do-0x20-encode"
  ).split(" "),
);

/** How the program runs: Leasehold's service has its own ways. */
export const PROGRAM_KEYS: ReadonlySet<string> = new Set(
  "user group pid-file keep-in-foreground no-daemon log-facility log-async log-dhcp log-debug quiet-dhcp quiet-dhcp6 quiet-ra quiet-tftp enable-dbus enable-ubus bind-interfaces bind-dynamic test all-servers script-arp script-on-renewal dhcp-scriptuser localhost log-malloc".split(
    " ",
  ),
);

/** What has no counterpart, and why; without severity it is a warning. */
export const WITHOUT_COUNTERPART: Readonly<Record<string, readonly [message: string, severity?: "error" | undefined, hint?: string]>> = {
  "enable-ra": ["Leasehold sends no router advertisements", undefined, "radvd, or the router itself, sends them"],
  "ra-param": ["Leasehold sends no router advertisements", undefined, "radvd, or the router itself, sends them"],
  "enable-tftp": ["Leasehold serves no files by TFTP", undefined, "keep a TFTP server, such as tftpd-hpa, at the same address"],
  "tftp-root": ["Leasehold serves no files by TFTP"],
  "tftp-unique-root": ["Leasehold serves no files by TFTP"],
  "tftp-secure": ["Leasehold serves no files by TFTP"],
  "tftp-lowercase": ["Leasehold serves no files by TFTP"],
  "tftp-max": ["Leasehold serves no files by TFTP"],
  "tftp-mtu": ["Leasehold serves no files by TFTP"],
  "tftp-no-blocksize": ["Leasehold serves no files by TFTP"],
  "tftp-no-fail": ["Leasehold serves no files by TFTP"],
  "tftp-single-port": ["Leasehold serves no files by TFTP"],
  "tftp-port-range": ["Leasehold serves no files by TFTP"],
  "pxe-service": [
    "Leasehold offers no menu of boot services",
    "error",
    "client_classes by option[93] give each kind of machine its file_name",
  ],
  "pxe-prompt": [
    "Leasehold offers no menu of boot services",
    "error",
    "client_classes by option[93] give each kind of machine its file_name",
  ],
  "dhcp-pxe-vendor": ["Leasehold offers no menu of boot services"],
  "dhcp-relay": ["Leasehold is no relay", "error", "a relay such as dhcrelay goes beside it, or one on the router"],
  "dhcp-split-relay": ["Leasehold is no relay", "error"],
  "dhcp-script": [
    "Leasehold runs a program for each lease where its own configuration says so",
    "error",
    "events: [{ run: [PROGRAM] }] has the same arguments: see docs/reference/events.md",
  ],
  "dhcp-luascript": [
    "Leasehold runs no Lua",
    "error",
    "events: [{ run: [PROGRAM] }] runs a program for each lease: see docs/reference/events.md",
  ],
  "dhcp-leasefile": ["leases are kept in a database of Leasehold's own", undefined, "leasehold import takes over the leases of this file"],
  "leasefile-ro": ["leases are always kept: there is no lease file of others"],
  "dhcp-no-override": ["sname and file of a reply are lent to options only where the reply has no room otherwise"],
  "dhcp-proxy": ["relays are not asked to send everything through them", "error"],
  "dhcp-alternate-port": ["Leasehold listens on the port of DHCP", "error", "serve has --v4-addr ADDRESS:PORT"],
  "dhcp-ignore-names": ["without ddns and dns names that clients send are used for nothing but the list of leases"],
  "dhcp-generate-names": ["names are made of addresses for all clients, or for none", undefined, "ddns: {generate_names: true}"],
  "bridge-interface": ["what comes in on a bridged interface is not taken for another one", "error"],
  "dhcp-duid": ["the DUID is made by server_id of the section v6"],
};
