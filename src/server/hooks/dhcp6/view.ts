import { ethernetClient, solicit } from "../../../client/dhcp6/messages.ts";
import { firstVendorClass } from "../../../config/class-expression/dhcp6/index.ts";
import type { HookMessage6 } from "../../../config/hooks/types.ts";
import type { OptionDictionary } from "../../../config/options/dictionary.ts";
import { clientFqdnName } from "../../../engine/dhcp6/client-fqdn.ts";
import { hardwareOf } from "../../../engine/dhcp6/identity.ts";
import { duidOf } from "../../../leases/dhcp6/client-key.ts";
import type { LeaseOwner } from "../../../leases/dhcp6/lease.ts";
import { formatIpv6, type Ipv6 } from "../../../net/ipv6.ts";
import { formatMac } from "../../../net/mac.ts";
import { decode } from "../../../wire/dhcp6/decode.ts";
import { encodeMessage } from "../../../wire/dhcp6/encode.ts";
import type { Option } from "../../../wire/dhcp6/message.ts";
import { OptionCode } from "../../../wire/dhcp6/option-code.ts";
import { optionValue, optionValues } from "../../../wire/dhcp6/options.ts";
import { formatLeased } from "../../dhcp6/operations.ts";
import { leasedIn, WORDS } from "../../dhcp6/words.ts";
import { decodedOptions, eventOf, type HookView, hexOrNothing, once, recordedName, textOrNothing } from "../view.ts";

/** Of what is kept of the hardware address of a client, the bytes of its type. */
const HARDWARE_TYPE = 2;

/** How hooks see DHCPv6. */
export const DHCP6_VIEW: HookView = {
  sample: () => encodeMessage(solicit(ethernetClient(new Uint8Array(6)), { transactionId: 1, elapsed: 0 })),
  message({ bytes, interfaceName, source }, dictionary) {
    const decoded = decode(bytes);
    if (!decoded.ok) return undefined;
    const { message } = decoded;
    const duid = optionValue(message.options, OptionCode.clientIdentifier);
    const hardware = hardwareOf({ message, duid });
    const options = once(() => optionsOf(message.options, dictionary));
    return Object.freeze({
      protocol: "dhcp6",
      type: WORDS.nameOf(message),
      interface: interfaceName,
      source: formatIpv6(source as Ipv6),
      hostname: textOrNothing(clientFqdnName(message.options)),
      duid: hexOrNothing(duid),
      chaddr: hardware && formatMac(hardware.address),
      vendorClass: textOrNothing(firstVendorClass(message)),
      relays: message.relays.map((relay) => {
        const ofRelay = once(() => optionsOf(relay.options, dictionary));
        return Object.freeze({
          linkAddress: formatIpv6(relay.linkAddress),
          peerAddress: formatIpv6(relay.peerAddress),
          get options() {
            return ofRelay();
          },
        });
      }),
      get options() {
        return options();
      },
      raw: (code) => optionValue(message.options, code)?.slice(),
    } satisfies HookMessage6);
  },
  reply(draft, dictionary) {
    const decoded = decode(draft);
    if (!decoded.ok) return undefined;
    const { message } = decoded;
    const options = once(() => optionsOf(message.options, dictionary));
    return Object.freeze({
      protocol: "dhcp6",
      type: WORDS.nameOf(message),
      addresses: leasedIn(message),
      get options() {
        return options();
      },
    });
  },
  event: (happening) =>
    eventOf(happening, formatLeased, ({ clientKey, hardware, hostname, name }: LeaseOwner) => ({
      chaddr: hardware === undefined ? undefined : formatMac(hardware.subarray(HARDWARE_TYPE)),
      clientIdentifier: undefined,
      duid: hexOrNothing(duidOf(clientKey)),
      hostname: textOrNothing(hostname),
      name: recordedName({ name }),
    })),
};

function optionsOf(options: readonly Option[], dictionary: OptionDictionary) {
  return decodedOptions(options, dictionary, (code) => optionValues(options, code));
}
