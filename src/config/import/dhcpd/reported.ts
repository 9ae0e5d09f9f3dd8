/* Statements that have no counterpart, and what becomes of them. */

/** Of what is carried over where it stands at the top level. */
export const OF_ALL_NAMES = "names are told to the DNS in one way for all networks; leases are the same";
const COMPUTED_NAMES = "clients have the name that they say, or that of their host; leases are the same";
const ONE_FORM = "names are marked by DHCID records (RFC 4703); leases are the same";
const ANY_ADDRESS = "the system chooses the address that updates are sent from";
const OWN_LOG = "Leasehold writes one log, see log: at the top level";
const OWN_STORE = "leases are kept in a database, see store: at the top level";
const OWN_CONTROL = "there is no OMAPI: leasehold leases and the API look at and change leases";

/** Of the pair as a whole, and of each pool. */
export const NO_FAILOVER =
  "there is no failover: this server alone serves all addresses, so the other one has to be stopped; docs/how-to/availability.md says what is done when a server dies";

/** No lease differs without them. Empty: nothing is to be said, for Leasehold does the same. */
export const IGNORED: Readonly<Record<string, string>> = {
  "ddns-updates": OF_ALL_NAMES,
  "ddns-update-style": OF_ALL_NAMES,
  "ddns-domainname": OF_ALL_NAMES,
  "ddns-rev-domainname": OF_ALL_NAMES,
  "ddns-hostname": COMPUTED_NAMES,
  "ddns-ttl": OF_ALL_NAMES,
  "ddns-local-address4": ANY_ADDRESS,
  "ddns-local-address6": ANY_ADDRESS,
  "ddns-guard-id-must-match": ONE_FORM,
  "ddns-other-guard-is-dynamic": ONE_FORM,
  "ddns-dual-stack-mixed-mode": ONE_FORM,
  "update-static-leases": OF_ALL_NAMES,
  "update-optimization": OF_ALL_NAMES,
  "update-conflict-detection": OF_ALL_NAMES,
  "do-forward-updates": OF_ALL_NAMES,
  "do-reverse-updates": OF_ALL_NAMES,
  "fqdn-reply": "a client that sends the Client FQDN option gets it back",
  key: OF_ALL_NAMES,
  zone: OF_ALL_NAMES,
  "log-facility": OWN_LOG,
  "log-threshold-low": OWN_LOG,
  "log-threshold-high": OWN_LOG,
  log: OWN_LOG,
  "lease-file-name": OWN_STORE,
  "dhcpv6-lease-file-name": OWN_STORE,
  "db-time-format": OWN_STORE,
  "lease-id-format": OWN_STORE,
  "delayed-ack": "",
  "max-ack-delay": "",
  "dont-use-fsync": "each lease is on disk before it is acknowledged",
  "pid-file-name": "Leasehold writes no file with its process id",
  "dhcpv6-pid-file-name": "Leasehold writes no file with its process id",
  "omapi-port": OWN_CONTROL,
  "omapi-key": OWN_CONTROL,
  "local-address": "interfaces: [NAME@ADDRESS] says which addresses answer",
  "local-address6": "interfaces: [NAME@ADDRESS] says which addresses answer",
  "local-port": "the port is an argument of leasehold serve",
  "remote-port": "the port is an argument of leasehold serve",
  "limited-broadcast-address": "replies are broadcast to 255.255.255.255",
  "one-lease-per-client": "a client has one lease on a link",
  "get-lease-hostnames": "Leasehold looks up no names: give hosts a hostname",
  "adaptive-lease-time-threshold": "",
  "dynamic-bootp-lease-length": "a lease of a BOOTP client never ends",
  "dynamic-bootp-lease-cutoff": "a lease of a BOOTP client never ends",
  "min-secs": "Leasehold answers at once",
  "server-name-option": "",
  "ignore-client-uids": "chaddr_only at the top level does this for all clients",
  "dhcp-cache-threshold": "",
  "prefix-length-mode": "Leasehold prefers a prefix of the length that the client asks for",
  "stash-agent-options": "what a relay says is kept with the lease",
  "always-reply-rfc1048": "",
  "site-option-space": "",
  set: "variables are kept by nothing here: what reads one is reported",
  unset: "variables are kept by nothing here: what reads one is reported",
  execute: "Leasehold runs programs by its key events alone: events: [{run: [PROGRAM]}]",
  on: "Leasehold runs no statements when a lease begins or ends; its events and API tell of them",
  failover: NO_FAILOVER,
  peer: NO_FAILOVER,
  "ldap-server": "",
};

/** Without these clients would be served otherwise. */
export const REFUSED: Readonly<Record<string, string>> = {
  "always-broadcast": "whether replies are broadcast is the client's choice (its broadcast bit)",
  add: "clients are put into classes by conditions: write it as one",
  "bind-local-address6": "Leasehold has no such setting",
  dynamic: "it is of hosts that OMAPI made",
};
