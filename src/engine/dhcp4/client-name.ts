import type { ConfiguredOption } from "../../config/model/common.ts";
import type { Config } from "../../config/model/config.ts";
import type { LeaseOwner } from "../../leases/dhcp4/lease.ts";
import { IPV4_ANY, type Ipv4 } from "../../net/ipv4.ts";
import { nameSuffix } from "../../wire/client-name.ts";
import { type ClientFqdn, FqdnFlag } from "../../wire/dhcp4/client-fqdn.ts";
import type { Message } from "../../wire/dhcp4/message.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { optionValue, textOf } from "../../wire/dhcp4/options.ts";
import { textOfLabels } from "../../wire/fqdn-name.ts";
import { type DecidedName, decideName, type NameByHand, recordByHand, type SaidName } from "../common/client-name.ts";
import { configuredOption, type OptionSettings } from "../common/settings.ts";
import { clientFqdn } from "./client-fqdn.ts";
import type { Exchange } from "./exchange.ts";
import type { Settings } from "./settings.ts";

/** What a client asked for, and which name it has. */
export interface ClientName extends DecidedName {
  /** Option 81; undefined: it sent none that can be read. */
  readonly asked: ClientFqdn | undefined;
  /** Undefined: it gave no name. */
  readonly said: SaidName | undefined;
}

/** As much of a name as one option holds: a client must not fill our memory with names. */
const LONGEST_NAME = 255;

/**
 * The same with the name that the client has, where names are seen to. `address` is what it is
 * given; 0: nothing. `before` is what is on record of the client.
 */
export function withName(exchange: Exchange, settings: Settings, address: Ipv4, before: LeaseOwner | undefined): Exchange {
  const { decider } = exchange.context;
  const policy = decider.config.names;
  if (policy === undefined) return exchange;
  const asked = clientFqdn(exchange);
  const domain = policy.suffix === undefined ? configuredOption(settings, OptionCode.domainName) : undefined;
  const said = saidName(exchange.message, asked);
  const decided = decideName({
    policy,
    suffix: policy.suffix ?? (domain && decider.nameSuffix(domain)),
    asked: asked && { none: (asked.flags & FqdnFlag.N) !== 0, forward: (asked.flags & FqdnFlag.S) !== 0 },
    said,
    before,
    reserved: settings.reservedName,
    addressLabel: address === IPV4_ANY ? undefined : () => addressLabel(address),
  });
  return { ...exchange, name: { ...decided, asked, said } };
}

/** The record of a name for a client that said nothing itself: of a lease that is given by hand. */
export function nameByHand({ names: policy }: Config, settings: OptionSettings, facts: NameByHand<Ipv4>): Uint8Array | undefined {
  if (policy === undefined) return undefined;
  const domain = policy.suffix === undefined ? configuredOption(settings, OptionCode.domainName) : undefined;
  return recordByHand(policy, policy.suffix ?? (domain && suffixOf(domain)), facts, () => addressLabel(facts.address));
}

function addressLabel(address: Ipv4): string {
  return `${address >>> 24}-${(address >>> 16) & 0xff}-${(address >>> 8) & 0xff}-${address & 0xff}`;
}

/**
 * The name that a client gives itself: that of option 81, else that of option 12, which counts for
 * nothing beside it (RFC 4702 section 4); undefined: it gives none.
 */
export function saidName(message: Message, asked: ClientFqdn | undefined): SaidName | undefined {
  if (asked !== undefined && asked.labels.length > 0)
    return { name: kept(textOfLabels(asked.labels)), isPartial: !asked.complete && asked.labels.length > 1 };
  const name = hostNameOf(message);
  return name && { name: kept(name), isPartial: false };
}

/** Option 12 without the NULs that some clients end it with; undefined when nothing is left. */
function hostNameOf(message: Message): Uint8Array | undefined {
  const value = optionValue(message, OptionCode.hostName);
  const text = value && textOf(value);
  return text === undefined || text.length === 0 ? undefined : text;
}

function kept(text: Uint8Array): Uint8Array {
  return text.length > LONGEST_NAME ? text.subarray(0, LONGEST_NAME) : text;
}

/** The domain of option 15 as names are completed by it; undefined: it is none. */
export function suffixOf({ data }: ConfiguredOption): string | undefined {
  return nameSuffix(textOf(data));
}
