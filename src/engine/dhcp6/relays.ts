import type { Option, Relay } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { codesIn, optionValue } from "../../wire/dhcp6/options.ts";

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
  const list = optionValue(options, OptionCode.echoRequest);
  const echoed = list === undefined ? ALWAYS_ECHOED : new Set([...ALWAYS_ECHOED, ...codesIn(list)]);
  return options.filter(({ code }) => echoed.has(code) && code !== OptionCode.echoRequest);
}

const ALWAYS_ECHOED: ReadonlySet<number> = new Set([OptionCode.interfaceId, OptionCode.relaySourcePort]);
