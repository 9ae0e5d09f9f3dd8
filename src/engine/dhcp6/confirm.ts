import { ipv6Prefix } from "../../net/ipv6-prefix.ts";
import { readIaAddress, readIaNa, readIaTa } from "../../wire/dhcp6/identity-association.ts";
import type { Option } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import type { Decision } from "./decision.ts";
import type { Exchange } from "./exchange.ts";
import { NO_CHANGES, silence, statusReply } from "./reply.ts";
import { STATUS } from "./status.ts";

/**
 * Answers a CONFIRM (RFC 8415 section 18.3.3): whether all addresses that the client had are of the
 * link that it is on now, whoever gave them. Where this server does not know all about the link it
 * can't tell that they are not. Prefixes have no link, and there is no such question about them.
 */
export function decideConfirm(exchange: Exchange): Decision {
  const { context, link, network, message, trace } = exchange;
  const { places } = context.decider;
  let addresses = 0;
  let offLink = 0;
  for (const option of message.options) {
    for (const { code, data } of optionsOf(option)) {
      const value = code === OptionCode.iaAddress ? readIaAddress(data) : undefined;
      if (value === undefined) continue;
      addresses++;
      if (places.networkOf(ipv6Prefix(value.address))?.link !== link.index) offLink++;
    }
  }
  if (addresses === 0) return silence(trace, "malformed-request");
  if (offLink > 0 && !network.authoritative) return silence(trace, "not-authoritative");
  trace?.({ rule: "confirm", addresses, offLink });
  return statusReply(exchange, offLink === 0 ? STATUS.onLink : STATUS.notOnLink, [], NO_CHANGES, false);
}

/** Those in an IA_NA, or in an IA_TA as old clients have it. */
function optionsOf({ code, data }: Option): readonly Option[] {
  const value = code === OptionCode.iaNa ? readIaNa(data) : code === OptionCode.iaTa ? readIaTa(data) : undefined;
  return value?.options ?? [];
}
