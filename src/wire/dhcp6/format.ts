import { formatIpv6 } from "../../net/ipv6.ts";
import { checkMessage } from "../given.ts";
import { formatData, formatUnknown, nameOf } from "../values/format.ts";
import type { Message, Option } from "./message.ts";
import { optionByCode } from "./option-table.ts";
import { MESSAGE_TYPE } from "./sub-options.ts";

/**
 * A message for people: one line for what it is, one for each relay, that nearest to the server
 * first, one for each option with its name and decoded value. Bytes that don't fit their option's
 * definition are shown in hex with the reason. Control characters are escaped. Throws TypeError
 * for what is no message.
 */
export function formatMessage(message: Message): string {
  checkMessage(message);
  const lines = [headline(message)];
  for (const { hopCount, linkAddress, peerAddress, options } of message.relays) {
    lines.push(`  relay at hop ${hopCount}, link-address ${formatIpv6(linkAddress)}, peer-address ${formatIpv6(peerAddress)}`);
    for (const option of options) lines.push(`    ${formatOption(option)}`);
  }
  for (const option of message.options) lines.push(`  ${formatOption(option)}`);
  return lines.join("\n");
}

function headline({ type, transactionId }: Message): string {
  return `${nameOf(MESSAGE_TYPE, type) ?? `message type ${type}`}, transaction 0x${transactionId.toString(16).padStart(6, "0")}`;
}

function formatOption({ code, data }: Option): string {
  const definition = optionByCode(code);
  if (definition === undefined) return `option ${code} ${formatUnknown(data)}`;
  return `option ${code} ${definition.name}: ${formatData(definition.type, data)}`;
}
