import { discover, ethernetClient } from "../../../client/dhcp4/messages.ts";
import type { HookMessage4 } from "../../../config/hooks/types.ts";
import { clientFqdnName } from "../../../engine/dhcp4/client-fqdn.ts";
import type { LeaseOwner } from "../../../leases/dhcp4/lease.ts";
import { formatIpv4, type Ipv4 } from "../../../net/ipv4.ts";
import { formatMac } from "../../../net/mac.ts";
import { decode } from "../../../wire/dhcp4/decode.ts";
import { typeName } from "../../../wire/dhcp4/describe.ts";
import { encodeMessage } from "../../../wire/dhcp4/encode.ts";
import type { Message } from "../../../wire/dhcp4/message.ts";
import { OptionCode } from "../../../wire/dhcp4/option-code.ts";
import { optionValue, textOf } from "../../../wire/dhcp4/options.ts";
import { RelaySubOption, subOption } from "../../../wire/dhcp4/relay-agent-information.ts";
import { decodedOptions, eventOf, type HookView, hexOrNothing, once, recordedName, textOrNothing } from "../view.ts";

/** How hooks see DHCPv4. */
export const DHCP4_VIEW: HookView = {
  sample: () => encodeMessage(discover(ethernetClient(new Uint8Array(6)), { xid: 1, secs: 0 })),
  message({ bytes, interfaceName, source }, dictionary) {
    const decoded = decode(bytes);
    if (!decoded.ok) return undefined;
    const { message } = decoded;
    const hostName = optionValue(message, OptionCode.hostName);
    const vendorClass = optionValue(message, OptionCode.vendorClassIdentifier);
    const relay = optionValue(message, OptionCode.relayAgentInformation);
    const options = once(() => optionsOf(message, dictionary));
    return Object.freeze({
      protocol: "dhcp4",
      type: typeOf(message),
      interface: interfaceName,
      source: formatIpv4(source as Ipv4),
      hostname: textOrNothing(clientFqdnName(message) ?? (hostName && textOf(hostName))),
      chaddr: message.chaddr.length === 0 ? undefined : formatMac(message.chaddr),
      htype: message.htype,
      clientIdentifier: hexOrNothing(optionValue(message, OptionCode.clientIdentifier)),
      vendorClass: textOrNothing(vendorClass && textOf(vendorClass)),
      ciaddr: addressOrNothing(message.ciaddr),
      giaddr: addressOrNothing(message.giaddr),
      circuitId: hexOrNothing(relay && subOption(relay, RelaySubOption.circuitId)),
      remoteId: hexOrNothing(relay && subOption(relay, RelaySubOption.remoteId)),
      get options() {
        return options();
      },
      raw: (code) => optionValue(message, code)?.slice(),
    } satisfies HookMessage4);
  },
  reply(draft, dictionary) {
    const decoded = decode(draft);
    if (!decoded.ok) return undefined;
    const { message } = decoded;
    const options = once(() => optionsOf(message, dictionary));
    return Object.freeze({
      protocol: "dhcp4",
      type: typeOf(message),
      addresses: message.yiaddr === 0 ? [] : [formatIpv4(message.yiaddr)],
      get options() {
        return options();
      },
    });
  },
  event: (happening) =>
    eventOf(happening, formatIpv4, ({ chaddr, clientIdentifier, hostname, name }: LeaseOwner) => ({
      chaddr: chaddr.length === 0 ? undefined : formatMac(chaddr),
      clientIdentifier: hexOrNothing(clientIdentifier),
      duid: undefined,
      hostname: textOrNothing(hostname),
      name: recordedName({ name }),
    })),
};

function typeOf(message: Message): string {
  const name = typeName(message);
  return name === "BOOTP message" ? "BOOTP" : name;
}

function optionsOf(message: Message, dictionary: Parameters<HookView["message"]>[1]) {
  return decodedOptions(message.options, dictionary, (code) => [optionValue(message, code) as Uint8Array]);
}

function addressOrNothing(address: Ipv4): string | undefined {
  return address === 0 ? undefined : formatIpv4(address);
}
