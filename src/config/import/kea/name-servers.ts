import { formatEndpoint } from "../../../net/address.ts";
import { TSIG_ALGORITHMS } from "../../model/names.ts";
import type { PlainMap } from "../translation.ts";
import {
  finish,
  isEmpty,
  push,
  put,
  type Remark,
  report,
  type Section,
  take,
  takeCount,
  takeName,
  takeSection,
  takeSections,
} from "./section.ts";

/* `DhcpDdns`: the DNS servers that are told of names, and the keys that they share. */

const NO_PROCESS: Remark = ["warning", "there is no process of its own for names"];

const REMARKS: Readonly<Record<string, Remark>> = {
  "ip-address": "nothing",
  port: "nothing",
  "ncr-protocol": "nothing",
  "ncr-format": "nothing",
  "dns-server-timeout": ["warning", "a server that does not answer is asked again, and names wait for it"],
  "control-socket": NO_PROCESS,
  "control-sockets": NO_PROCESS,
  "hooks-libraries": ["error", "hook libraries of kea-dhcp-ddns are not carried over"],
  loggers: NO_PROCESS,
};

const DNS_PORT = 53;

/** Writes servers and keys into `ddns`. */
export function readNameServers(section: Section, ddns: PlainMap): void {
  const { work } = section;
  for (const [kea, own] of [
    ["forward-ddns", "forward"],
    ["reverse-ddns", "reverse"],
  ] as const) {
    const direction = takeSection(section, kea);
    if (direction === undefined) continue;
    const servers: PlainMap[] = [];
    for (const domain of takeSections(direction, "ddns-domains", "a domain")) readDomain(domain, servers);
    finish(direction, `"${kea}"`);
    if (servers.length > 0) put(work, ddns, own, servers, take(section, kea));
  }
  const keys: PlainMap = {};
  for (const one of takeSections(section, "tsig-keys", "a key")) readKey(one, keys);
  if (!isEmpty(keys)) put(work, ddns, "tsig_keys", keys, take(section, "tsig-keys"));
  finish(section, '"DhcpDdns"', REMARKS);
}

function readDomain(domain: Section, servers: PlainMap[]): void {
  const { work } = domain;
  const name = takeName(domain, "name");
  const key = takeName(domain, "key-name");
  for (const server of takeSections(domain, "dns-servers", "a DNS server")) {
    const address = takeName(server, "ip-address");
    const port = takeCount(server, "port") ?? DNS_PORT;
    const ownKey = takeName(server, "key-name") ?? key;
    finish(server, "a DNS server", { hostname: ["error", "Leasehold looks up no names: write the address of the DNS server"] });
    if (address === undefined || name === undefined) continue;
    const ip = port === DNS_PORT ? address : formatEndpoint({ address, port });
    push(work, servers, { name: name.replace(/(.)\.$/, "$1"), ip, ...(ownKey === undefined ? {} : { key: ownKey }) }, server);
  }
  finish(domain, "a domain");
}

function readKey(key: Section, keys: PlainMap): void {
  const { work } = key;
  const name = takeName(key, "name");
  const algorithm = (takeName(key, "algorithm") ?? "").toLowerCase();
  const bits = takeCount(key, "digest-bits") ?? 0;
  const secret = takeName(key, "secret");
  finish(key, "a key", { "secret-file": ["error", "a secret in a file is not read", "write it as data: BASE64"] });
  if (name === undefined || secret === undefined) return;
  if (!(TSIG_ALGORITHMS as readonly string[]).includes(algorithm))
    report(
      work,
      "error",
      (take(key, "algorithm") ?? key.part).at,
      `the key "${name}": ${algorithm} is not spoken`,
      "make a key for both sides with `tsig-keygen -a hmac-sha256 NAME`",
    );
  else if (bits > 0)
    report(
      work,
      "error",
      (take(key, "digest-bits") ?? key.part).at,
      `the key "${name}": what is signed is never cut short`,
      "remove digest-bits on both sides",
    );
  else put(work, keys, name, { algorithm, data: secret }, key.part);
}
