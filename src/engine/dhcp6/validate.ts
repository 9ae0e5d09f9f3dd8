import { equalBytes } from "../../net/bytes.ts";
import { type Duid, MAX_DUID_SIZE, MIN_DUID_SIZE } from "../../net/duid.ts";
import { MessageType, type Option } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { hasOption, optionValue } from "../../wire/dhcp6/options.ts";
import type { SilenceReason } from "../decision.ts";
import { isUnicast } from "./destination.ts";
import type { Received } from "./exchange.ts";

/** What a message of a client must have, and must not have (RFC 8415 section 16). */
interface Requirements {
  readonly clientIdentifier: "required" | "optional";
  /** Where there is one it must be this server's. */
  readonly serverIdentifier: "required" | "optional" | "forbidden";
  readonly associations: "optional" | "forbidden";
}

const TO_ANY_SERVER: Requirements = { clientIdentifier: "required", serverIdentifier: "forbidden", associations: "optional" };
const TO_THIS_SERVER: Requirements = { clientIdentifier: "required", serverIdentifier: "required", associations: "optional" };

const REQUIREMENTS: ReadonlyMap<number, Requirements> = new Map([
  [MessageType.SOLICIT, TO_ANY_SERVER],
  [MessageType.REQUEST, TO_THIS_SERVER],
  [MessageType.CONFIRM, TO_ANY_SERVER],
  [MessageType.RENEW, TO_THIS_SERVER],
  [MessageType.REBIND, TO_ANY_SERVER],
  [MessageType.DECLINE, TO_THIS_SERVER],
  [MessageType.RELEASE, TO_THIS_SERVER],
  [MessageType["INFORMATION-REQUEST"], { clientIdentifier: "optional", serverIdentifier: "optional", associations: "forbidden" }],
  // RFC 9686 section 4.2.1.
  [MessageType["ADDR-REG-INFORM"], { clientIdentifier: "required", serverIdentifier: "forbidden", associations: "forbidden" }],
]);

/**
 * Why a message of a client is discarded without a look at what it wants (RFC 8415 section 16);
 * undefined: it is valid. What a client sends goes to a multicast group; by RFC 9915 nothing that
 * it sends to a unicast address is looked at, unless a relay did.
 */
export function discardReason(received: Received, serverIdentifier: Duid): SilenceReason | undefined {
  const { type, options, relays } = received.message;
  const requirements = REQUIREMENTS.get(type);
  if (requirements === undefined) return "unsupported-message-type";
  if (relays.length === 0 && isUnicast(received)) return "sent-to-unicast";
  const duid = optionValue(options, OptionCode.clientIdentifier);
  if (duid === undefined ? requirements.clientIdentifier === "required" : duid.length < MIN_DUID_SIZE) return "no-client-identity";
  if (duid !== undefined && duid.length > MAX_DUID_SIZE) return "identity-too-long";
  const server = optionValue(options, OptionCode.serverIdentifier);
  if (server === undefined) {
    if (requirements.serverIdentifier === "required") return "malformed-request";
  } else {
    if (requirements.serverIdentifier === "forbidden") return "unexpected-option";
    if (!equalBytes(server, serverIdentifier)) return "another-server";
  }
  return requirements.associations === "forbidden" && hasAssociation(options) ? "unexpected-option" : undefined;
}

function hasAssociation(options: readonly Option[]): boolean {
  return hasOption(options, OptionCode.iaNa) || hasOption(options, OptionCode.iaTa) || hasOption(options, OptionCode.iaPd);
}
