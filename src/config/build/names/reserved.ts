import { writeIpv4 } from "../../../net/ipv4.ts";
import { nameSuffix, wholeName } from "../../../wire/client-name.ts";
import { OptionCode as OptionCode4 } from "../../../wire/dhcp4/option-code.ts";
import { OptionCode as OptionCode6 } from "../../../wire/dhcp6/option-code.ts";
import type { Config } from "../../model/config.ts";
import type { ReservedName } from "../../model/names.ts";
import { domainNameOf, searchedFirst } from "./domains.ts";

/** Addresses of reservations with a host name, with the names that their hosts have. */
export function reservedNames({ networks, options, dhcp6, names }: Config): readonly ReservedName[] {
  const reserved: ReservedName[] = [];
  const add = (address: Uint8Array, hostname: string, suffix: string | undefined): void => {
    const name = wholeName(hostname, suffix && nameSuffix(suffix));
    if (name !== undefined) reserved.push({ address, name });
  };
  for (const { address, hostname, options: own } of distinct(networks)) {
    if (address === undefined || hostname === undefined) continue;
    const bytes = new Uint8Array(4);
    writeIpv4(bytes, 0, address);
    const option = own.byCode.get(OptionCode4.domainName) ?? options.byCode.get(OptionCode4.domainName);
    add(bytes, hostname, names?.suffix ?? domainNameOf(option));
  }
  for (const { addresses, hostname, options: own } of distinct(dhcp6?.networks ?? [])) {
    if (hostname === undefined) continue;
    const option = own.byCode.get(OptionCode6.domainSearch) ?? dhcp6?.options.byCode.get(OptionCode6.domainSearch);
    for (const address of addresses) add(address, hostname, dhcp6?.names?.suffix ?? searchedFirst(option));
  }
  return reserved;
}

/** The reservations of all networks, of which many may have one and the same list. */
function distinct<R>(networks: readonly { readonly reservations: readonly (readonly R[])[] }[]): readonly R[] {
  return [...new Set(networks.flatMap(({ reservations }) => reservations))].flat();
}
