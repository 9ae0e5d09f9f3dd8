import type { Config } from "../../config/model/config.ts";
import { configuredOption } from "../../engine/common/settings.ts";
import { suffixOf } from "../../engine/dhcp4/client-name.ts";
import { writeIpv4 } from "../../net/ipv4.ts";
import { rangeOfPrefix } from "../../net/prefix.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import type { NamedNetwork } from "../places.ts";

/** The IPv4 networks of a configuration. */
export function namedNetworks({ networks, options, names }: Config): readonly NamedNetwork[] {
  return networks.map((network) => {
    const { start, end } = rangeOfPrefix(network.prefix);
    const domain = configuredOption({ options: [network.options, options] }, OptionCode.domainName);
    return { first: bytesOf(start), last: bytesOf(end), suffix: names?.suffix ?? (domain && suffixOf(domain)) };
  });
}

function bytesOf(address: number): Uint8Array {
  const bytes = new Uint8Array(4);
  writeIpv4(bytes, 0, address);
  return bytes;
}
