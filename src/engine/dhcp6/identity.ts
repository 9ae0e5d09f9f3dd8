import { type Hardware, hardwareOfDuid } from "../../net/duid.ts";
import { isLinkLocal, macOfEui64 } from "../../net/ipv6.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { optionValue } from "../../wire/dhcp6/options.ts";
import { readClientLinkLayerAddress } from "../../wire/dhcp6/relay-options.ts";
import { peerAddressOf, type Sender } from "./exchange.ts";

/**
 * The hardware address of a client as far as it is told, by the relay that is nearest to it (RFC
 * 6939) or by its DUID, which need not be made of the interface in use. Its address is a view.
 */
export function hardwareOf({ message, duid }: Pick<Sender, "message" | "duid">): Hardware | undefined {
  const { relays } = message;
  for (let i = relays.length - 1; i >= 0; i--) {
    const relay = relays[i];
    const value = relay && optionValue(relay.options, OptionCode.clientLinkLayerAddress);
    const told = value && readClientLinkLayerAddress(value);
    if (told !== undefined) return told;
  }
  return duid && hardwareOfDuid(duid);
}

/**
 * The same as bare bytes; where nobody tells it that of its link-local address, if that shows it.
 */
export function hardwareAddressOf(sender: Sender): Uint8Array | undefined {
  const told = hardwareOf(sender);
  if (told !== undefined) return told.address;
  const peer = peerAddressOf(sender.received);
  return isLinkLocal(peer) ? macOfEui64(peer) : undefined;
}
