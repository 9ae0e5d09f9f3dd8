import type { Dhcp6Config } from "../../config/model/dhcp6.ts";
import { configuredOption } from "../../engine/common/settings.ts";
import { suffixOf } from "../../engine/dhcp6/client-name.ts";
import { firstAddress, lastAddress } from "../../net/ipv6-prefix.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import type { NamedNetwork } from "../places.ts";

/** The IPv6 networks of a configuration. */
export function namedNetworks({ networks, options, names }: Dhcp6Config): readonly NamedNetwork[] {
  return networks.map((network) => {
    const search = configuredOption({ options: [network.options, options] }, OptionCode.domainSearch);
    const suffix = names?.suffix ?? (search && suffixOf(search));
    return { first: firstAddress(network.prefix), last: lastAddress(network.prefix), suffix };
  });
}
