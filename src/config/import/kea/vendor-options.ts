import type { KeaType } from "./option-types.ts";

/*
 * Sub-options that Kea has names for without a definition of the operator's: those of CableLabs,
 * enterprise 4491.
 */

const CABLELABS = "vendor-4491";

type Line = readonly [code: number, name: string, type: string, array?: boolean];

const OF_DHCP4: readonly Line[] = [
  [1, "oro", "uint8", true],
  [2, "tftp-servers", "ipv4-address", true],
];

const OF_DHCP6: readonly Line[] = [
  [1, "oro", "uint16", true],
  [2, "device-type", "string"],
  [10, "vendor-type", "string"],
  [32, "tftp-servers", "ipv6-address", true],
  [33, "config-file", "string"],
  [34, "syslog-servers", "ipv6-address", true],
  [36, "device-id", "binary"],
  [37, "time-servers", "ipv6-address", true],
  [38, "time-offset", "int32"],
];

/** Kea's own definition of an option of an enterprise. */
export function vendorDefinition(space: string, key: string | number, isDhcp6: boolean): (KeaType & { readonly code: number }) | undefined {
  if (space !== CABLELABS) return undefined;
  const line = (isDhcp6 ? OF_DHCP6 : OF_DHCP4).find(([code, name]) => key === code || key === name);
  if (line === undefined) return undefined;
  const [code, , type, array = false] = line;
  return { code, type, array, fields: [], encapsulate: undefined };
}
