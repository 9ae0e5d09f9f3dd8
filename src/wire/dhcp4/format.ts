import { formatIpv4 } from "../../net/ipv4.ts";
import { formatMac } from "../../net/mac.ts";
import { checkMessage } from "../given.ts";
import { formatData, formatUnknown, nameOf, quote } from "../values/format.ts";
import { decodeText } from "../values/value-io.ts";
import { BROADCAST_FLAG, type Message, Op } from "./message.ts";
import { OptionCode } from "./option-code.ts";
import { optionByCode } from "./option-table.ts";
import { messageType, optionValue } from "./options.ts";

/**
 * A message for people: one line for what it is, one for each field that is set, one for each
 * option with its name and decoded value. Bytes that don't fit their option's definition are shown
 * in hex with the reason. Control characters are escaped. Throws TypeError
 * for what is no message.
 */
export function formatMessage(message: Message): string {
  checkMessage(message);
  const lines = [headline(message)];
  const field = (name: string, value: string): void => {
    lines.push(`  ${name} ${value}`);
  };
  if (message.hops !== 0) field("hops", String(message.hops));
  if (message.secs !== 0) field("secs", String(message.secs));
  if (message.flags !== 0) field("flags", formatFlags(message.flags));
  for (const name of ["ciaddr", "yiaddr", "siaddr", "giaddr"] as const) if (message[name] !== 0) field(name, formatIpv4(message[name]));
  field("chaddr", formatHardwareAddress(message));
  if (message.sname.length > 0) field("sname", quote(decodeText(message.sname)));
  if (message.file.length > 0) field("file", quote(decodeText(message.file)));

  const shown = new Set<number>();
  for (const { code } of message.options) {
    if (shown.has(code)) continue;
    shown.add(code);
    const definition = optionByCode(code);
    const data = optionValue(message, code) as Uint8Array;
    field(`option ${code}`, definition === undefined ? formatUnknown(data) : `${definition.name}: ${formatData(definition.type, data)}`);
  }
  return lines.join("\n");
}

function headline(message: Message): string {
  const op = message.op === Op.request ? "request" : message.op === Op.reply ? "reply" : `op ${message.op}`;
  const type = messageType(message);
  const kind =
    type === undefined ? "BOOTP" : `DHCP${nameOf(optionByCode(OptionCode.dhcpMessageType)?.type, type) ?? ` message type ${type}`}`;
  return `${kind} ${op}, xid 0x${message.xid.toString(16).padStart(8, "0")}`;
}

function formatFlags(flags: number): string {
  const hex = `0x${flags.toString(16).padStart(4, "0")}`;
  return (flags & BROADCAST_FLAG) !== 0 ? `${hex} (broadcast)` : hex;
}

function formatHardwareAddress(message: Message): string {
  const address = message.chaddr.length === 0 ? "none" : formatMac(message.chaddr);
  return message.htype === 1 && message.hlen === 6 ? address : `${address} (htype ${message.htype}, hlen ${message.hlen})`;
}
