/** What a lease has this machine set up, and setting it up, by the `ip` program. */
import { spawnSync } from "node:child_process";
import type { ResolvConf } from "./resolv-conf.ts";

export interface Setup {
  readonly addresses: readonly SetupAddress[];
  readonly routes: readonly SetupRoute[];
  readonly mtu: number | undefined;
  readonly resolver: Resolver;
}

export interface SetupAddress {
  /** With the length of its prefix. */
  readonly address: string;
  /** Seconds from now on; undefined: for ever. */
  readonly validFor: number | undefined;
  readonly preferredFor: number | undefined;
  /** What else `ip address replace` is to be told. */
  readonly flags: readonly string[];
}

export interface SetupRoute {
  readonly destination: string;
  /** Undefined: on the link. */
  readonly router: string | undefined;
  /** The router is on the link, whatever the addresses say. */
  readonly onLink: boolean;
  readonly source: string;
}

export interface Resolver {
  readonly nameservers: readonly string[];
  readonly search: readonly string[];
}

/** Keeps an interface as the leases of one family want it. */
export interface Configurator {
  /** Undefined: nothing is left of what was set. */
  apply(setup: Setup | undefined): void;
}

export interface ConfiguratorParts {
  readonly interfaceName: string;
  readonly family: "-4" | "-6";
  /** The MTU of the interface as it is without a lease. */
  readonly mtu: number | undefined;
  readonly metric: number | undefined;
  readonly resolvConf: ResolvConf;
  /** What could not be set, for people. */
  readonly complain: (text: string) => void;
}

const NOTHING: Setup = { addresses: [], routes: [], mtu: undefined, resolver: { nameservers: [], search: [] } };
const ROUTE_EXISTS = /File exists/;

export function createConfigurator({ interfaceName, family, mtu, metric, resolvConf, complain }: ConfiguratorParts): Configurator {
  let current = NOTHING;

  const run = (...args: readonly string[]): string | undefined => ip([family, ...args]);
  const must = (...args: readonly string[]): void => {
    const problem = run(...args);
    if (problem !== undefined) complain(`ip ${family} ${args.join(" ")}: ${problem}`);
  };

  function routeArguments({ destination, router, onLink, source }: SetupRoute): readonly string[] {
    const way = router === undefined ? ["scope", "link"] : ["via", router, ...(onLink ? ["onlink"] : [])];
    const rank = metric === undefined ? [] : ["metric", String(metric)];
    return [destination, ...way, "dev", interfaceName, "proto", "dhcp", "src", source, ...rank];
  }

  /** A route of another program stays; one that a client left here that was killed is replaced. */
  function addRoute(route: SetupRoute): void {
    const args = routeArguments(route);
    const problem = run("route", "add", ...args);
    if (problem === undefined) return;
    const left = ["route", "show", route.destination, "dev", interfaceName, "proto", "dhcp"];
    if (ROUTE_EXISTS.test(problem) && outputOf([family, ...left]) !== "") must("route", "replace", ...args);
    else complain(`the route to ${route.destination} is not set: ${problem}`);
  }

  return {
    apply(wanted = NOTHING) {
      const had = current;
      current = wanted;
      // What is gone already has gone with its address or its interface.
      for (const route of without(had.routes, wanted.routes, routeKey)) run("route", "delete", ...routeArguments(route));
      for (const { address } of without(had.addresses, wanted.addresses, addressKey))
        run("address", "delete", address, "dev", interfaceName);
      if (wanted.mtu !== had.mtu) {
        const size = wanted.mtu ?? mtu;
        if (size !== undefined) must("link", "set", "dev", interfaceName, "mtu", String(size));
      }
      for (const { address, validFor, preferredFor, flags } of wanted.addresses) {
        const times = ["valid_lft", seconds(validFor), "preferred_lft", seconds(preferredFor)];
        must("address", "replace", address, "dev", interfaceName, ...flags, ...times);
      }
      for (const route of without(wanted.routes, had.routes, routeKey)) addRoute(route);
      const problem = resolvConf.use(family, wanted.resolver);
      if (problem !== undefined) complain(problem);
    },
  };
}

/** Brings the interface up. What went wrong, for people. */
export function bringUp(interfaceName: string): string | undefined {
  return ip(["link", "set", "dev", interfaceName, "up"]);
}

function without<T>(these: readonly T[], those: readonly T[], keyOf: (one: T) => string): readonly T[] {
  const known = new Set(those.map(keyOf));
  return these.filter((one) => !known.has(keyOf(one)));
}

function routeKey(route: SetupRoute): string {
  return JSON.stringify(route);
}

function addressKey({ address }: SetupAddress): string {
  return address;
}

/** The kernel takes an address away whose lease has not been extended. It counts in whole seconds. */
function seconds(time: number | undefined): string {
  return time === undefined || time >= 0xffffffff ? "forever" : String(Math.max(1, Math.ceil(time)));
}

const ENVIRONMENT = { ...process.env, LC_ALL: "C", PATH: `${process.env.PATH ?? ""}:/usr/sbin:/sbin` };

/** What went wrong; undefined: nothing. */
function ip(args: readonly string[]): string | undefined {
  const { error, status, stderr } = spawnSync("ip", args, { encoding: "utf8", timeout: 10_000, env: ENVIRONMENT });
  if (error !== undefined) return "code" in error && error.code === "ENOENT" ? "there is no `ip` program: install iproute2" : error.message;
  return status === 0 ? undefined : stderr.trim().replaceAll("\n", "; ");
}

function outputOf(args: readonly string[]): string {
  return spawnSync("ip", args, { encoding: "utf8", timeout: 10_000, env: ENVIRONMENT }).stdout?.trim() ?? "";
}
