import { NO_BYTES } from "../../net/bytes.ts";
import { type ClientFqdn, FqdnFlag, readClientFqdn, writeClientFqdn, writeFqdnName } from "../../wire/dhcp4/client-fqdn.ts";
import type { Message, Option } from "../../wire/dhcp4/message.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { optionValue } from "../../wire/dhcp4/options.ts";
import { type FqdnName, fqdnLength, fqdnOfText, isSpelling, labelsOfText, MAX_NAME, textOfLabels } from "../../wire/fqdn-name.ts";
import { configuredOption } from "../common/settings.ts";
import type { Exchange } from "./exchange.ts";
import type { Settings } from "./settings.ts";

/**
 * Option 81 of a reply (RFC 4702 section 4); undefined: the client sent none, or none that can be
 * read. Where names are seen to, it says what was decided. Otherwise this server updates no DNS, and
 * says so; the name is the one that the client has here: that of its reservation, else its own,
 * completed by the domain name that it is given.
 */
export function clientFqdnOption(exchange: Exchange, settings: Settings): Option | undefined {
  const { name } = exchange;
  const asked = name === undefined ? clientFqdn(exchange) : name.asked;
  if (asked === undefined) return undefined;
  const forward = name?.forward ?? false;
  const reverse = name?.reverse ?? false;
  exchange.trace?.({ rule: "client-fqdn", forward, reverse });
  const flags =
    (asked.flags & FqdnFlag.E) |
    (forward ? FqdnFlag.S : 0) |
    (forward || reverse ? 0 : FqdnFlag.N) |
    (((asked.flags & FqdnFlag.S) !== 0) === forward ? 0 : FqdnFlag.O);
  const field = name === undefined ? nameFor(asked, settings) : decidedName(asked, name.name);
  return { code: OptionCode.clientFqdn, data: writeClientFqdn(flags, field) };
}

/**
 * The name that a client gives itself in option 81, as text with dots; undefined when it
 * gives none that can be read.
 */
export function clientFqdnName(message: Message): Uint8Array | undefined {
  const asked = readable(message);
  return asked === undefined || asked.labels.length === 0 ? undefined : textOfLabels(asked.labels);
}

/**
 * Undefined: the message has no option 81, or one that is malformed. Where names are seen to, one
 * that wants updates and none is (section 2.1).
 */
export function clientFqdn({ message, context }: Pick<Exchange, "message" | "context">): ClientFqdn | undefined {
  const asked = readable(message);
  if (asked === undefined || context.decider.config.names === undefined) return asked;
  return (asked.flags & CONTRADICTION) === CONTRADICTION ? undefined : asked;
}

function readable(message: Message): ClientFqdn | undefined {
  const data = optionValue(message, OptionCode.clientFqdn);
  return data && readClientFqdn(data);
}

const CONTRADICTION = FqdnFlag.N | FqdnFlag.S;

/** In the client's encoding. A name that does not change stays as it is, byte for byte. */
function decidedName(asked: ClientFqdn, name: string | undefined): Uint8Array {
  if (name === undefined || (asked.complete && isSpelling(asked.labels, name))) return asked.field;
  return writeFqdnName(fqdnOfText(name), asked.flags);
}

/** The name in the client's encoding. */
function nameFor(asked: ClientFqdn, settings: Settings): Uint8Array {
  const domain = labelsOfText(configuredOption(settings, OptionCode.domainName)?.data ?? NO_BYTES) ?? [];
  const reserved = settings.hostname === undefined ? undefined : labelsOfText(settings.hostname.data);
  if (reserved !== undefined) return writeFqdnName(completed({ labels: reserved, complete: reserved.length > 1 }, domain), asked.flags);
  // A name that does not change stays as it is, byte for byte (section 2.3).
  if (asked.complete || asked.labels.length === 0 || domain.length === 0) return asked.field;
  return writeFqdnName(completed(asked, domain), asked.flags);
}

/** The name with the domain behind it, if it needs one and both fit. */
function completed({ labels, complete }: FqdnName, domain: readonly Uint8Array[]): FqdnName {
  if (complete) return { labels, complete };
  const whole = [...labels, ...domain];
  return fqdnLength(whole) <= MAX_NAME ? { labels: whole, complete: domain.length > 0 } : { labels, complete: false };
}
