import { type Hardware, hardwareOfDuid } from "../../net/duid.ts";
import type { Ipv6 } from "../../net/ipv6.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { optionValue } from "../../wire/dhcp6/options.ts";
import { readClientLinkLayerAddress } from "../../wire/dhcp6/relay-options.ts";
import { peerAddressOf, type Sender } from "./exchange.ts";
import { isLinkLocal } from "./locate.ts";

/**
 * The hardware address of a client as far as it is told, by the relay that is nearest to it (RFC
 * 6939) or by its DUID, which need not be made of the interface in use. Its address is a view.
 */
export function hardwareOf({ message, duid }: Sender): Hardware | undefined {
  const { relays } = message;
  for (let i = relays.length - 1; i >= 0; i--) {
    const relay = relays[i];
    const value = relay && optionValue(relay.options, OptionCode.clientLinkLayerAddress);
    const told = value && readClientLinkLayerAddress(value);
    if (told !== undefined) return told;
  }
  return duid && hardwareOfDuid(duid);
}

/** The same as bare bytes; where nobody tells it that of its link-local address, if that shows it. */
export function hardwareAddressOf(sender: Sender): Uint8Array | undefined {
  return hardwareOf(sender)?.address ?? macOfEui64(peerAddressOf(sender.received));
}

/** The MAC that a link-local address was made of (RFC 4291 appendix A); undefined: it was not. */
function macOfEui64(address: Ipv6): Uint8Array | undefined {
  if (!isLinkLocal(address) || address[11] !== 0xff || address[12] !== 0xfe) return undefined;
  const mac = Uint8Array.of(0, 0, 0, 0, 0, 0);
  mac.set(address.subarray(8, 11));
  mac.set(address.subarray(13, 16), 3);
  mac[0] = (mac[0] as number) ^ 0x02;
  return mac;
}
