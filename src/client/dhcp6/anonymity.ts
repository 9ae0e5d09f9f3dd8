/** The anonymity profile (RFC 7844 section 4): a client that says as little of itself as it can. */
import type { Message } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { codesIn, optionRequest } from "../../wire/dhcp6/options.ts";
import type { Random } from "../random.ts";
import { shuffled } from "../shuffle.ts";
import { type ClientSettings, ethernetClient } from "./messages.ts";

/**
 * The settings of an Ethernet client without a name or class, whose DUID is its link-layer address
 * alone (section 4.3) and which asks for no more than name servers (4.5.2). That the link-layer
 * address is a random one is the business of the interface.
 */
export function anonymousClient(hardwareAddress: Uint8Array): ClientSettings {
  return { ...ethernetClient(hardwareAddress), optionRequest: [OptionCode.dnsServers, OptionCode.domainSearch] };
}

/** The message as the profile wants it sent: options in random order, and those it asks for. */
export function anonymous(message: Message, random: Random): Message {
  const options = message.options.map((option) =>
    option.code === OptionCode.optionRequest ? optionRequest(shuffled(codesIn(option.data), random)) : option,
  );
  return { ...message, options: shuffled(options, random) };
}
