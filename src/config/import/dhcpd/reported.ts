import type { Severity } from "../../text/diagnostic.ts";

/* Statements of dhcpd.conf(5) without a counterpart. */

interface Said {
  readonly severity: Severity;
  readonly why: string;
  readonly hint?: string;
}

const needless = (why: string, hint?: string): Said => ({ severity: "warning", why, ...(hint !== undefined && { hint }) });
const missing = (why: string, hint?: string): Said => ({ severity: "error", why, ...(hint !== undefined && { hint }) });

const DDNS = needless("Leasehold updates no DNS in this version");
const OMAPI = needless("there is no OMAPI", "`leasehold leases` lists, releases and deletes leases while the server runs");
const FILES = needless("leases are in the database that the command line names", "`leasehold import dhcpd.leases` takes them over");
const LOG = needless("the log goes to standard output", "set log: {level, format}");

/** What nobody misses: the way in which dhcpd itself works. */
export const SILENT: Readonly<Record<string, true>> = { "db-time-format": true, "min-secs": true, "stash-agent-options": true };

export const SAID: Readonly<Record<string, Said>> = {
  "ddns-update-style": DDNS,
  "ddns-updates": DDNS,
  "ddns-domainname": DDNS,
  "ddns-rev-domainname": DDNS,
  "ddns-hostname": DDNS,
  "ddns-ttl": DDNS,
  "ddns-dual-stack-mixed-mode": DDNS,
  "ddns-guard-id-must-match": DDNS,
  "ddns-other-guard-is-dynamic": DDNS,
  "ddns-local-address4": DDNS,
  "ddns-local-address6": DDNS,
  "do-forward-updates": DDNS,
  "do-reverse-updates": DDNS,
  "update-optimization": DDNS,
  "update-static-leases": DDNS,
  "update-conflict-detection": DDNS,
  zone: DDNS,
  key: needless("keys are for DNS updates and OMAPI, which Leasehold does not have in this version"),
  "omapi-port": OMAPI,
  "omapi-key": OMAPI,
  failover: needless(
    "there is no failover: a pool has one server, which gives all of its addresses",
    "run one of the two servers, or give each half of the range",
  ),
  "load-balance": needless("there is no failover"),
  "lease-file-name": FILES,
  "dhcpv6-lease-file-name": FILES,
  "pid-file-name": needless("no file with the process number is written", "systemd knows it"),
  "dhcpv6-pid-file-name": needless("no file with the process number is written", "systemd knows it"),
  "lease-id-format": FILES,
  "log-facility": LOG,
  log: needless("there are no log statements", "the log has a line for each lease"),
  "log-threshold-high": needless("a range that is full is warned of in any case"),
  "log-threshold-low": needless("a range that is full is warned of in any case"),
  on: missing(
    "programs and variables at commit, release and expiry have no counterpart",
    "read what becomes of leases from the log (log: {format: json})",
  ),
  set: missing("there are no variables"),
  unset: missing("there are no variables"),
  execute: missing("no programs are run"),
  eval: missing("expressions are for conditions alone"),
  define: missing("there are no functions"),
  add: missing("a class is joined by its own condition", "give the class an assert"),
  break: missing("there is no switch"),
  return: missing("there are no functions"),
  parse: missing("there are no functions"),
  "get-lease-hostnames": needless("names are not looked up in DNS", "set hostname in reservations"),
  "one-lease-per-client": needless("a client has one lease on each link in any case"),
  "boot-unknown-clients": missing("write deny unknown-clients, or leave it out"),
  "always-broadcast": missing("a client is broadcast to where it asks for it, or can't be reached otherwise"),
  "always-reply-rfc1048": needless("BOOTP clients are answered in the form of RFC 1048 in any case"),
  "echo-client-id": needless("the client identifier is always sent back (RFC 6842)"),
  "ignore-client-uids": missing("use chaddr_only: true at the top level, which holds for all clients"),
  "infinite-is-reserved": needless("a lease without end is one of a client, not a reservation"),
  "local-address": needless("the address to listen on is one of the command line", "serve --v4-addr ADDRESS"),
  "local-address6": needless("the address to listen on is one of the command line", "serve --v6-addr ADDRESS"),
  "local-port": needless("the port is one of the command line", "serve --v4-addr ADDRESS:PORT"),
  "remote-port": missing("clients listen on port 68"),
  "limited-broadcast-address": missing("broadcasts go to 255.255.255.255"),
  "site-option-space": missing("options of a site are declared with their code: option_definitions"),
  "max-ack-delay": needless("commits are shared by what has come in, and nothing waits for more"),
  "delayed-ack": needless("commits are shared by what has come in, and nothing waits for more"),
  "dont-use-fsync": needless("an acknowledged lease is always on disk"),
  "server-id-check": needless("a request for another server is always left alone"),
  "limit-addrs-per-ia": missing("an association gets one address"),
  "limit-prefs-per-ia": missing("an association gets one prefix"),
  "prefix-length-mode": needless("a client gets a prefix of the length that it asks for where there is one, else one of another length"),
  "persist-eui-64-leases": needless("leases are always on disk"),
  "use-eui-64": missing("addresses are not made of hardware addresses", "reserve them: addresses in a reservation"),
  "release-on-roam": needless("a client keeps one lease on each link until it ends"),
  "check-secs-byte-order": needless("secs is not looked at"),
  "bind-local-address6": needless("sockets follow the served interfaces"),
  "server-duid": missing("write server_id in the section v6: {type, identifier}"),
  ldap: missing("configurations are files"),
  "dynamic-bootp-lease-cutoff": missing("a lease of a BOOTP client never ends"),
  "use-lease-addr-for-default-route": missing("write the router's address: options: {routers: ...}"),
  "infiniband-hw": needless("any hardware type is served"),
};
