/** DHCPv6 messages as the probe sends, receives and shows them. */
import { formatIpv6, type Ipv6 } from "../../../net/ipv6.ts";
import { decode, PROBLEM_TEXT } from "../../../wire/dhcp6/decode.ts";
import { encodeMessage } from "../../../wire/dhcp6/encode.ts";
import { formatMessage } from "../../../wire/dhcp6/format.ts";
import { statusOf } from "../../../wire/dhcp6/identity-association.ts";
import { MESSAGE_NAMES, type Message } from "../../../wire/dhcp6/message.ts";
import { OPTIONS, optionByCode, optionByName } from "../../../wire/dhcp6/option-table.ts";
import { StatusCode } from "../../../wire/dhcp6/status-code.ts";
import { IPV6 } from "../../family.ts";
import { codecOf } from "../exchange.ts";
import type { OptionTable } from "../option-flags.ts";
import { type Look, optionToJson } from "../print.ts";

export const OPTION_TABLE: OptionTable = { options: OPTIONS, lastCode: 65535, byCode: optionByCode, byName: optionByName };

export const CODEC = codecOf(encodeMessage, decode, PROBLEM_TEXT);

export const LOOK: Look<Message, Ipv6> = {
  family: IPV6,
  isRefusal: ({ options }) => statusOf(options) !== StatusCode.Success,
  format: formatMessage,
  typeName,
  toJson: (message) => ({
    type: typeName(message),
    transactionId: message.transactionId,
    relays: message.relays.map(({ hopCount, linkAddress, peerAddress, options }) => ({
      hopCount,
      linkAddress: formatIpv6(linkAddress),
      peerAddress: formatIpv6(peerAddress),
      options: options.map((option) => optionToJson(OPTION_TABLE, option)),
    })),
    options: message.options.map((option) => optionToJson(OPTION_TABLE, option)),
  }),
};

function typeName({ type }: Message): string {
  return MESSAGE_NAMES.get(type) ?? `type ${type}`;
}
