import { type ClientFqdn, clientFqdnOption, FqdnFlag, readClientFqdn } from "../../wire/dhcp6/client-fqdn.ts";
import type { Option } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { optionValue, requestsOption } from "../../wire/dhcp6/options.ts";
import { type FqdnName, fqdnOfText, isSpelling, labelsOfText, textOfLabels } from "../../wire/fqdn-name.ts";
import type { SaidName } from "../common/client-name.ts";
import type { Request } from "./exchange.ts";
import type { ReplySettings } from "./settings.ts";

/**
 * Option 39 of a reply (RFC 4704 section 6), for a client that sent one and asks for one; undefined
 * for any other. Where names are seen to, it says what was decided. Otherwise this server updates no
 * DNS, and says so; the name is the one that the client has here: that of its reservation, else its
 * own.
 */
export function clientFqdnAnswer(request: Request, { hostname }: ReplySettings): Option | undefined {
  const { name } = request;
  const asked = name === undefined ? clientFqdn(request) : name.asked;
  if (asked === undefined || !requestsOption(request.message.options, OptionCode.clientFqdn)) return undefined;
  const forward = name?.forward ?? false;
  const reverse = name?.reverse ?? false;
  request.trace?.({ rule: "client-fqdn", forward, reverse });
  const isOverridden = ((asked.flags & FqdnFlag.S) !== 0) !== forward;
  const flags = (forward ? FqdnFlag.S : 0) | (forward || reverse ? 0 : FqdnFlag.N) | (isOverridden ? FqdnFlag.O : 0);
  return clientFqdnOption(flags, name === undefined ? nameFor(asked, hostname) : decidedName(asked, name.name));
}

function nameFor(asked: ClientFqdn, hostname: string | undefined): FqdnName {
  const reserved = hostname === undefined ? undefined : labelsOfText(new TextEncoder().encode(hostname));
  return reserved === undefined ? asked : { labels: reserved, complete: reserved.length > 1 };
}

/** A name that does not change stays as it is, byte for byte. */
function decidedName(asked: ClientFqdn, name: string | undefined): FqdnName {
  return name === undefined || (asked.complete && isSpelling(asked.labels, name)) ? asked : fqdnOfText(name);
}

/**
 * Undefined: the message has no option 39, or one that is malformed. Where names are seen to, one
 * that wants updates and none is (section 4.1).
 */
export function clientFqdn({ message, context }: Pick<Request, "message" | "context">): ClientFqdn | undefined {
  const asked = readable(message.options);
  if (asked === undefined || context.decider.config.names === undefined) return asked;
  return (asked.flags & CONTRADICTION) === CONTRADICTION ? undefined : asked;
}

const CONTRADICTION = FqdnFlag.N | FqdnFlag.S;

function readable(options: readonly Option[]): ClientFqdn | undefined {
  const data = optionValue(options, OptionCode.clientFqdn);
  return data && readClientFqdn(data);
}

/** The name that a client gives itself, as text with dots; undefined: none that can be read. */
export function clientFqdnName(options: readonly Option[]): Uint8Array | undefined {
  const asked = readable(options);
  return asked === undefined || asked.labels.length === 0 ? undefined : textOfLabels(asked.labels);
}

/** What option 39 calls the client; undefined: nothing that can be read. */
export function saidName(asked: ClientFqdn | undefined): SaidName | undefined {
  if (asked === undefined || asked.labels.length === 0) return undefined;
  return { name: textOfLabels(asked.labels), isPartial: !asked.complete && asked.labels.length > 1 };
}
