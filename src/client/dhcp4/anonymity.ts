/** The anonymity profile (RFC 7844 section 3): a client that says as little of itself as it can. */
import { type Message, MessageType } from "../../wire/dhcp4/message.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { messageType } from "../../wire/dhcp4/options.ts";
import type { Random } from "../random.ts";
import { shuffled } from "../shuffle.ts";
import { ClientOption, type ClientSettings, ethernetClient } from "./messages.ts";

/** What a host needs to use a network, and all that it asks for (section 3.6). */
const MINIMAL_PARAMETERS: readonly number[] = [
  OptionCode.subnetMask,
  OptionCode.routers,
  OptionCode.domainNameServers,
  OptionCode.domainName,
  OptionCode.classlessStaticRoutes,
];

/**
 * The settings of an Ethernet client without names, classes or wishes, whose identifier is its
 * hardware address alone (section 3.5). That the hardware address is a random one is the business
 * of the interface.
 */
export function anonymousClient(chaddr: Uint8Array): ClientSettings {
  return { ...ethernetClient(chaddr), parameterRequestList: MINIMAL_PARAMETERS };
}

/**
 * The message as the profile wants it sent: options in random order, those it asks for too
 * (sections 3.1 and 3.6), and no address of before in a DISCOVER (3.3).
 */
export function anonymous(message: Message, random: Random): Message {
  const isDiscover = messageType(message) === MessageType.DISCOVER;
  const options = message.options
    .filter(({ code }) => !isDiscover || code !== ClientOption.requestedIpAddress)
    .map((option) =>
      option.code === ClientOption.parameterRequestList ? { ...option, data: Uint8Array.from(shuffled([...option.data], random)) } : option,
    );
  return { ...message, options: shuffled(options, random) };
}
