import { clientFqdnOption, FqdnFlag, readClientFqdn } from "../../wire/dhcp6/client-fqdn.ts";
import type { Option } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { optionValue, requestsOption } from "../../wire/dhcp6/options.ts";
import { labelsOfText, textOfLabels } from "../../wire/fqdn-name.ts";
import type { Request } from "./exchange.ts";
import type { ReplySettings } from "./settings.ts";

/**
 * Option 39 of a reply (RFC 4704 section 6), for a client that sent one and asks for one; undefined
 * for any other. This server updates no DNS, and says so. The name is the one that the client has
 * here: that of its reservation, else its own.
 */
export function clientFqdnAnswer({ message, trace }: Request, { hostname }: ReplySettings): Option | undefined {
  const { options } = message;
  const data = optionValue(options, OptionCode.clientFqdn);
  const asked = data && readClientFqdn(data);
  if (asked === undefined || !requestsOption(options, OptionCode.clientFqdn)) return undefined;
  trace?.({ rule: "client-fqdn" });
  const flags = FqdnFlag.N | ((asked.flags & FqdnFlag.S) === 0 ? 0 : FqdnFlag.O);
  const reserved = hostname === undefined ? undefined : labelsOfText(new TextEncoder().encode(hostname));
  return clientFqdnOption(flags, reserved === undefined ? asked : { labels: reserved, complete: reserved.length > 1 });
}

/** The name that a client gives itself, as text with dots; undefined: none that can be read. */
export function clientFqdnName(options: readonly Option[]): Uint8Array | undefined {
  const data = optionValue(options, OptionCode.clientFqdn);
  const asked = data && readClientFqdn(data);
  return asked === undefined || asked.labels.length === 0 ? undefined : textOfLabels(asked.labels);
}
