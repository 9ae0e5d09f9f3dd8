import { NO_BYTES } from "../../../net/bytes.ts";
import { OptionCode } from "../../../wire/dhcp4/option-code.ts";
import { messageType, optionValue } from "../../../wire/dhcp4/options.ts";
import { subOption } from "../../../wire/dhcp4/relay-agent-information.ts";
import type { Messages } from "../messages.ts";
import type { Word } from "../subject.ts";
import type { Field } from "../syntax.ts";
import type { Dhcp4Subject } from "./subject.ts";
import { vendorBlock, vendorClassData } from "./vendor-options.ts";

const WORDS: { readonly [F in Field]: Word<Dhcp4Subject> | undefined } = {
  mac: undefined,
  iface: undefined,
  hlen: (subject) => subject.message.hlen,
  htype: (subject) => subject.message.htype,
  ciaddr: (subject) => subject.message.ciaddr,
  giaddr: (subject) => subject.message.giaddr,
  yiaddr: (subject) => subject.message.yiaddr,
  siaddr: (subject) => subject.message.siaddr,
  // BOOTP has none: 0, as in Kea.
  msgtype: (subject) => messageType(subject.message) ?? 0,
  transid: (subject) => subject.message.xid,
  src: (subject) => subject.source,
  dst: (subject) => subject.destination,
  len: (subject) => subject.length,
};

/** How expressions read DHCPv4 messages. */
export const DHCP4_MESSAGES: Messages<Dhcp4Subject> = {
  codes: 256,
  vendorInformation: OptionCode.vendorIdentifyingVendorInformation,
  vendorClass: OptionCode.vendorIdentifyingVendorClass,
  findOption: (code) => (subject) => optionValue(subject.message, code),
  within: (_, code) => (value) => subOption(value, code),
  findBlock: (_, enterprise, whole) => (subject) => {
    const value = whole(subject);
    return value && vendorBlock(value, enterprise);
  },
  inBlock: subOption,
  vendorClassData,
  word: (field) => WORDS[field],
  bytes: (field) => (field === "mac" ? (subject) => subject.message.chaddr : (subject) => subject.interfaceName),
  // The parser knows no relays of this kind.
  relayField: () => () => NO_BYTES,
};
