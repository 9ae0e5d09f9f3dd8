import type { Dhcp4Subject } from "../../config/class-expression/dhcp4/index.ts";
import type { Message } from "../../wire/dhcp4/message.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import type { Exchange } from "./exchange.ts";

/**
 * What class expressions are asked about. `classes` are those that the client is in, as far as they
 * are known.
 */
export function evaluatedPacket(exchange: Exchange, classes: Uint8Array): Dhcp4Subject {
  const { received, context } = exchange;
  return {
    message: asRelayed(exchange),
    interfaceName: context.decider.interfaceName(received.interface.name),
    source: received.source,
    destination: received.destination,
    length: received.length ?? 0,
    classes,
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
