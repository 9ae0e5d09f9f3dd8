import type { FloodProtection } from "../../config/model/common.ts";
import { MAX_DUID_SIZE } from "../../net/duid.ts";
import { isFromServer, type Message, MessageType } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { optionValue } from "../../wire/dhcp6/options.ts";
import { createRateLimit, type FloodGuard } from "../common/rate-limit.ts";

/**
 * Limits the messages of each client, whatever their type. A client is known by its DUID, whatever
 * interface it sends from. Messages that no client sends are not counted: they name clients who
 * know nothing of them. `secret`: two numbers that no client knows, 32 bits each.
 */
export function createFloodGuard({ packets, seconds }: FloodProtection, secret: readonly [number, number]): FloodGuard<Message> {
  const limit = createRateLimit({ burst: packets, seconds, secret });
  return {
    refuses({ type, options }, now) {
      if (isFromServer(type) || type === MessageType.LEASEQUERY) return false;
      const duid = optionValue(options, OptionCode.clientIdentifier);
      return duid !== undefined && !limit.take(duid, Math.min(duid.length, MAX_DUID_SIZE), now);
    },
  };
}
