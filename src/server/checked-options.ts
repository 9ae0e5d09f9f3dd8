import { givenConfig } from "../config/model/given.ts";
import { meant } from "../config/text/suggest.ts";
import { isBytes, kindOf } from "../net/argument.ts";
import { IPV6_UNSPECIFIED } from "../net/ipv6.ts";
import { SERVER_PORT as DHCP6_SERVER_PORT } from "../wire/dhcp6/ports.ts";
import type { Dhcp6Options, ServerOptions } from "./server.ts";

/*
 * What a program without types may give to startServer instead of what is asked for.
 */

/** All options there are: the compiler sees to it. */
const OPTIONS: Readonly<Record<keyof ServerOptions, true>> = {
  config: true,
  store: true,
  address: true,
  port: true,
  log: true,
  transport: true,
  prober: true,
  dhcp6: true,
  onHappening: true,
  journal: true,
  feed: true,
  checks: true,
  onReload: true,
};
const DHCP6_OPTIONS: Readonly<Record<keyof Dhcp6Options, true>> = { address: true, port: true, transport: true, prober: true };

const LEVELS: readonly unknown[] = ["debug", "info", "warn", "error"];

/** Throws TypeError unless there are options at all. */
export function checkGiven(options: ServerOptions): void {
  const given: unknown = options;
  if (typeof given === "object" && given !== null) return;
  throw new TypeError(`options: this is no map of options but ${kindOf(given)}: give { config, store, address, port }`);
}

/** Throws TypeError where an option is unknown, or of another type. */
export function checkParts(options: ServerOptions): void {
  const { config, store, dhcp6, log } = options;
  checkNames(options, OPTIONS, "");
  givenConfig(config);
  if (typeof store !== "object" || store === null || typeof store.commit !== "function") {
    throw new TypeError(`store: this is no store but ${kindOf(store)}: use openSqliteStore("leases.db") or openMemoryStore()`);
  }
  if (dhcp6 !== undefined) {
    if (typeof dhcp6 !== "object" || dhcp6 === null) throw new TypeError(`dhcp6: this is no map of options but ${kindOf(dhcp6)}`);
    checkNames(dhcp6, DHCP6_OPTIONS, "dhcp6.");
  }
  if (log !== undefined && !isLog(log)) {
    const level = LEVELS.includes(log) ? log : "info";
    throw new TypeError(`log: this is no logger but ${kindOf(log)}: use consoleLog("${level}"), or NO_LOG for none`);
  }
  for (const name of ["onHappening", "onReload"] as const) {
    const listener: unknown = options[name];
    if (listener !== undefined && typeof listener !== "function")
      throw new TypeError(`${name}: this is no function but ${kindOf(listener)}`);
  }
}

function checkNames(given: object, known: object, prefix: string): void {
  const names = new Set(Object.keys(known));
  for (const name of Object.keys(given)) {
    if (names.has(name)) continue;
    const lower = name.toLowerCase();
    const best = [...names].find((one) => one.toLowerCase() === lower) ?? meant(name, names);
    throw new TypeError(`${prefix}${name}: there is no such option${best === undefined ? "" : `: did you mean ${prefix}${best}?`}`);
  }
}

function isLog(log: unknown): boolean {
  if (typeof log !== "object" || log === null) return false;
  const methods = log as Readonly<Record<string, unknown>>;
  return ["isLevelEnabled", "debug", "info", "warn", "error"].every((name) => typeof methods[name] === "function");
}

/** A text such as "127.0.0.1" would be taken for 0.0.0.0 on the way to the socket. */
export function checkEndpoints({ address, port, dhcp6 = {} }: ServerOptions): void {
  if (!isWhole(address, 0xffffffff)) {
    const Kind = typeof address === "number" ? RangeError : TypeError;
    throw new Kind(`address: ${shown(address)} is no IPv4 address as a number: use parseIpv4 of leasehold/net`);
  }
  const { address: address6 = IPV6_UNSPECIFIED, port: port6 = DHCP6_SERVER_PORT } = dhcp6;
  if (!(isBytes(address6) && address6.length === 16)) {
    const Kind = isBytes(address6) ? RangeError : TypeError;
    throw new Kind(`dhcp6.address: ${shown(address6)} is no IPv6 address of 16 bytes: use parseIpv6 of leasehold/net`);
  }
  for (const [name, one] of [
    ["port", port],
    ["dhcp6.port", port6],
  ] as const) {
    const Kind = typeof one === "number" ? RangeError : TypeError;
    if (!isWhole(one, 65535)) throw new Kind(`${name}: ${shown(one)} is no number from 0 to 65535`);
  }
}

/** A value in an error: what is neither text nor number by what it is. */
function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  return typeof value === "number" ? String(value) : kindOf(value);
}

function isWhole(value: unknown, largest: number): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= largest;
}
