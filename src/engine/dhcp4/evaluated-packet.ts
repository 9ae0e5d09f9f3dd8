import type { Dhcp4Subject } from "../../config/class-expression/dhcp4/index.ts";
import type { Found } from "../../config/class-expression/index.ts";
import type { Message } from "../../wire/dhcp4/message.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import type { Exchange } from "./exchange.ts";

/**
 * What class expressions are asked about. `classes` are those that the client is in, as far as they
 * are known; `found` is for expressions that share what they look up.
 */
export function evaluatedPacket(exchange: Exchange, classes: Uint8Array, found?: Found): Dhcp4Subject {
  const { received, context } = exchange;
  return {
    message: asRelayed(exchange),
    interfaceName: context.decider.interfaceName(received.interface.name),
    source: received.source,
    destination: received.destination,
    length: received.length ?? 0,
    classes,
    found,
    failed: false,
  };
}

/**
 * The message, with what a relay would have said of the client: else one that is known by its place
 * would leave its classes at T1.
 */
function asRelayed({ message, relayAgentInformation, lastRelayAgentInformation }: Exchange): Message {
  if (relayAgentInformation !== undefined || lastRelayAgentInformation === undefined) return message;
  return { ...message, options: [...message.options, { code: OptionCode.relayAgentInformation, data: lastRelayAgentInformation }] };
}
