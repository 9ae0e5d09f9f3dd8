/** DHCPv4 messages as the probe sends, receives and shows them. */
import { formatIpv4, type Ipv4 } from "../../../net/ipv4.ts";
import { formatMac } from "../../../net/mac.ts";
import { decode, PROBLEM_TEXT } from "../../../wire/dhcp4/decode.ts";
import { encodeMessage } from "../../../wire/dhcp4/encode.ts";
import { formatMessage } from "../../../wire/dhcp4/format.ts";
import { MESSAGE_NAMES, type Message, MessageType } from "../../../wire/dhcp4/message.ts";
import { OPTIONS, optionByCode, optionByName } from "../../../wire/dhcp4/option-table.ts";
import { messageType } from "../../../wire/dhcp4/options.ts";
import { IPV4 } from "../../family.ts";
import { codecOf } from "../exchange.ts";
import type { OptionTable } from "../option-flags.ts";
import { type Look, optionToJson } from "../print.ts";

/** 0 and 255 are no options: they fill and end the list. */
export const OPTION_TABLE: OptionTable = { options: OPTIONS, lastCode: 254, byCode: optionByCode, byName: optionByName };

export const CODEC = codecOf(encodeMessage, decode, PROBLEM_TEXT);

export const LOOK: Look<Message, Ipv4> = {
  family: IPV4,
  isRefusal: (message) => messageType(message) === MessageType.NAK,
  format: formatMessage,
  typeName,
  toJson: (message) => ({
    type: typeName(message),
    op: message.op,
    htype: message.htype,
    hops: message.hops,
    xid: message.xid,
    secs: message.secs,
    flags: message.flags,
    ciaddr: formatIpv4(message.ciaddr),
    yiaddr: formatIpv4(message.yiaddr),
    siaddr: formatIpv4(message.siaddr),
    giaddr: formatIpv4(message.giaddr),
    chaddr: formatMac(message.chaddr),
    sname: new TextDecoder().decode(message.sname),
    file: new TextDecoder().decode(message.file),
    options: message.options.map((option) => optionToJson(OPTION_TABLE, option)),
  }),
};

/** "DISCOVER"; "BOOTP" for a message without a type. */
function typeName(message: Message): string {
  const type = messageType(message);
  if (type === undefined) return "BOOTP";
  return MESSAGE_NAMES.get(type) ?? `type ${type}`;
}
