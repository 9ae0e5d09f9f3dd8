import type { Config } from "../config/model/config.ts";
import { namedNetworks as namedNetworks4 } from "./dhcp4/networks.ts";
import { namedNetworks as namedNetworks6 } from "./dhcp6/networks.ts";
import type { NamesSpec } from "./messages.ts";

/** What of a configuration is about names, in a form that threads can hand on. */
export function specOf(config: Config): NamesSpec {
  const { ddns, dns, reservedNames = [], dhcp6 } = config;
  const networks = [...namedNetworks4(config), ...(dhcp6 === undefined ? [] : namedNetworks6(dhcp6))];
  return { ddns, dns, reserved: reservedNames, networks };
}
