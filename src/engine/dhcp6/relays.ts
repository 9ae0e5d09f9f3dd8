import { readU16 } from "../../net/bytes.ts";
import type { Option, Relay } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { optionValue } from "../../wire/dhcp6/options.ts";

/**
 * The relays that an answer goes back through: those that the message came through, each with what
 * it is to have back (RFC 8415 section 19.3): its Interface-Id, its source port (RFC 8357 section
 * 5), and what it asks for (RFC 4994 section 5).
 */
export function mirroredRelays(relays: readonly Relay[]): readonly Relay[] {
  if (relays.length === 0) return relays;
  return relays.map((relay) => ({ ...relay, options: mirroredOptions(relay.options) }));
}

function mirroredOptions(options: readonly Option[]): readonly Option[] {
  const echoed = optionValue(options, OptionCode.echoRequest);
  return options.filter(({ code }) => {
    if (code === OptionCode.interfaceId || code === OptionCode.relaySourcePort) return true;
    return echoed !== undefined && code !== OptionCode.echoRequest && lists(echoed, code);
  });
}

function lists(codes: Uint8Array, code: number): boolean {
  for (let at = 0; at + 2 <= codes.length; at += 2) if (readU16(codes, at) === code) return true;
  return false;
}
