import type { FloodProtection } from "../../config/model/common.ts";
import { type Message, MessageType, Op } from "../../wire/dhcp4/message.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { messageType, optionValue } from "../../wire/dhcp4/options.ts";
import { createRateLimit, type FloodGuard } from "../common/rate-limit.ts";
import { identifies, isZero } from "./client-key.ts";

/** So much of an identifier is looked at; a longer one is refused anyway. */
const LONGEST = 255;

/**
 * Limits the messages of each client, whatever their type. A client is known by the same bytes as
 * its leases (RFC 2131 section 4.2): option 61 of at least two bytes, else htype and chaddr.
 * Messages that no client sends are not counted: they name clients who know nothing of them.
 * `secret`: two numbers that no client knows, 32 bits each.
 */
export function createFloodGuard(
  { packets, seconds }: FloodProtection,
  chaddrOnly: boolean,
  secret: readonly [number, number],
): FloodGuard<Message> {
  const limit = createRateLimit({ burst: packets, seconds, secret });
  const hardwareKey = new Uint8Array(1 + 16);
  return {
    refuses(message, now) {
      if (message.op !== Op.request || messageType(message) === MessageType.LEASEQUERY) return false;
      const identifier = chaddrOnly ? undefined : optionValue(message, OptionCode.clientIdentifier);
      if (identifies(identifier)) return !limit.take(identifier, Math.min(identifier.length, LONGEST), now);
      const { chaddr } = message;
      // Nobody's: it is not answered anyway.
      if (isZero(chaddr)) return false;
      hardwareKey[0] = message.htype;
      hardwareKey.set(chaddr, 1);
      return !limit.take(hardwareKey, 1 + chaddr.length, now);
    },
  };
}
