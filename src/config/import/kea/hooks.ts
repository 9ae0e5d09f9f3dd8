import type { PlainMap } from "../translation.ts";
import {
  finish,
  put,
  type Remark,
  report,
  type Section,
  take,
  takeCount,
  takeFlag,
  takeItems,
  takeSection,
  takeSections,
  takeText,
} from "./section.ts";

/* Hook libraries of Kea's, and what in Leasehold does the same. */

const NAMES = /(?:^|\/)lib(?:dhcp_|ddns_|ca_)?([a-z0-9_]+?)\.so[\d.]*$/;

const NOT_NEEDED = "Leasehold has it without a library";

const HOOKS: Readonly<Record<string, readonly [severity: "error" | "warning", message: string, hint?: string]>> = {
  lease_cmds: ["warning", "leases are managed by the command leasehold leases, without a library", "leasehold leases --release ADDRESS"],
  lease_query: [
    "warning",
    "leasehold answers leasequery itself",
    "set leasequery: {requesters: [...]}; bulk queries with bulk: {listen: [...]}",
  ],
  stat_cmds: ["warning", "leasehold usage counts leases by network, without a library"],
  host_cmds: ["warning", "hosts are changed without a library", "leasehold reservations, or the file and leasehold reload"],
  subnet_cmds: ["warning", "networks are changed in the file", "leasehold reload takes it up without a restart"],
  class_cmds: ["warning", "classes are changed in the file", "leasehold reload takes it up without a restart"],
  cb_cmds: ["error", "a configuration in a database is not read", "dump it, and put it into the file"],
  host_cache: ["warning", "reservations are in memory anyway"],
  ha: ["error", "there is no failover between servers in this version", "docs/how-to/availability.md says what is done when a server dies"],
  run_script: [
    "error",
    "a program is run on changes of leases with other arguments",
    "events: [{run: [PROGRAM]}]: see docs/reference/events.md",
  ],
  flex_id: [
    "error",
    "there are no identifiers made by expressions",
    "reservations match on options, circuit_id and remote_id; classes have expressions",
  ],
  flex_option: ["error", "options are not made by expressions", "give them to classes"],
  legal_log: ["warning", "who had which address when is kept without a library", "history: {keep: 365d}; events: [{file: PATH}]"],
  user_chk: ["error", "there is no list of users beside the configuration", "reservations know hosts; class UNKNOWN is everybody else"],
  radius: ["error", "RADIUS is not asked"],
  gss_tsig: ["error", "updates are signed by TSIG alone, not by GSS-TSIG", "let the DNS server take updates that a key signs"],
  ddns_tuning: ["warning", "names are told to the DNS in one way for all clients"],
  rbac: ["warning", "there is no control agent whose users would have roles"],
  mysql: ["error", "MySQL is not used"],
  mysql_cb: ["error", "a configuration in a database is not read", "dump it, and put it into the file"],
  pgsql: ["error", "PostgreSQL is not used"],
  pgsql_cb: ["error", "a configuration in a database is not read", "dump it, and put it into the file"],
  perfmon: ["warning", NOT_NEEDED],
};

/** What a hook of Kea's becomes in the configuration, beside findings. */
export interface Hooks {
  readonly limits: boolean;
}

/** Reads `hooks-libraries`. */
export function readHooks(section: Section, out: PlainMap): Hooks {
  let limits = false;
  for (const one of takeSections(section, "hooks-libraries", "a hook library")) {
    const path = takeText(one, "library") ?? "";
    const name = NAMES.exec(path)?.[1] ?? path;
    const remark = Object.hasOwn(HOOKS, name) ? HOOKS[name] : undefined;
    const { work, part } = one;
    if (name === "limits") limits = true;
    else if (name === "bootp") put(work, out, "bootp_enable", true, part);
    else if (name === "ping_check") readPingCheck(one, out);
    else if (remark !== undefined) report(work, remark[0], part.at, `hook ${name}: ${remark[1]}`, remark[2]);
    else report(work, "error", part.at, `hook ${name}: Leasehold knows nothing that does the same`);
    take(one, "parameters");
    finish(one, "a hook library");
  }
  return { limits };
}

const PING_REMARKS: Readonly<Record<string, Remark>> = {
  "min-ping-requests": ["warning", "an address is asked for once"],
  "ping-cltt-secs": ["warning", "addresses that a client had last are not asked for, whenever that was"],
  "ping-channel-threads": "nothing",
};

function readPingCheck(section: Section, out: PlainMap): void {
  const { work, part } = section;
  const parameters = takeSection(section, "parameters");
  const isOn = (parameters && takeFlag(parameters, "enable-ping-check")) ?? true;
  const timeout = parameters && takeCount(parameters, "reply-timeout");
  if (parameters !== undefined) finish(parameters, "the parameters of ping_check", PING_REMARKS);
  if (!isOn) return;
  put(work, out, "ping_check", true, part);
  if (timeout !== undefined && timeout !== 500) out.ping_timeout_ms = timeout;
}

/** Whether a list has anything in it. */
export function hasItems(section: Section, key: string): boolean {
  return takeItems(section, key).length > 0;
}
