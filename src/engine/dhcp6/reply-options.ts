import type { ConfiguredOption } from "../../config/model/common.ts";
import { NO_BYTES, readU16 } from "../../net/bytes.ts";
import type { Option, Relay } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { optionByCode } from "../../wire/dhcp6/option-table.ts";
import { hasOption, optionValue, readOptions, requestsOption } from "../../wire/dhcp6/options.ts";
import { configuredOption } from "../common/settings.ts";
import type { Request } from "./exchange.ts";
import type { ReplySettings } from "./settings.ts";

/**
 * What is configured for a client that asks for certain options, by the message that it goes into
 * (RFC 8415 appendix B): what is sent always, and what is asked for in its order.
 */
export interface OptionLists {
  readonly advertise: readonly Option[];
  readonly reply: readonly Option[];
  /** A Reply to an INFORMATION-REQUEST. */
  readonly information: readonly Option[];
}

/**
 * Options that a relay may supply, as the IANA registry has them (RFC 6422 section 8, RFC 7598).
 */
const SUPPLIED: readonly number[] = [OptionCode.erpLocalDomainName, OptionCode.s46MapE, OptionCode.s46MapT, OptionCode.s46Lightweight];

/** Adds what is configured for the client, and what its relays supply. */
export function addSettings(request: Request, settings: ReplySettings, kind: keyof OptionLists, options: Option[]): void {
  const asked = optionValue(request.message.options, OptionCode.optionRequest) ?? NO_BYTES;
  const list = listsFor(request, settings, asked)[kind];
  for (let i = 0; i < list.length; i++) options.push(list[i] as Option);
  const { relays } = request.message;
  if (relays.length > 0) addSupplied(request, settings, relays, options);
}

function listsFor({ context }: Request, settings: ReplySettings, asked: Uint8Array): OptionLists {
  const { optionLists, config } = context.decider;
  if (settings.number === 0) return makeLists(settings, asked, config.addressRegistration);
  const kept = optionLists.get(settings, asked);
  if (kept !== undefined) return kept;
  const made = makeLists(settings, asked, config.addressRegistration);
  optionLists.offer(settings, asked, made);
  return made;
}

/** Tells its client that it may register its addresses (RFC 9686 section 4.4). */
const ADDRESS_REGISTRATION: Option = { code: OptionCode.addressRegistration, data: NO_BYTES };

function makeLists(settings: ReplySettings, asked: Uint8Array, registration: boolean): OptionLists {
  const seen = new Set<number>();
  const options: Option[] = [];
  for (const { always } of settings.options) {
    for (const { code } of always) {
      // A closer place may have another value for it, or not want it sent always.
      const option = configuredOption(settings, code);
      if (!option?.always || seen.has(code) || isOwn(code)) continue;
      seen.add(code);
      addConfigured(option, options);
    }
  }
  for (let at = 0; at + 2 <= asked.length; at += 2) {
    const code = readU16(asked, at);
    if (seen.has(code)) continue;
    seen.add(code);
    if (code === OptionCode.addressRegistration && registration) options.push(ADDRESS_REGISTRATION);
    addRequested(settings, code, options);
  }
  const others = options.filter(({ code }) => code !== OptionCode.preference && code !== OptionCode.informationRefreshTime);
  // No client may ask for this one (section 21.7).
  const preference = configuredOption(settings, OptionCode.preference);
  return {
    advertise: preference === undefined ? others : [{ code: preference.code, data: preference.data }, ...others],
    reply: others,
    information: options.filter(({ code }) => code !== OptionCode.preference),
  };
}

/** Adds what is configured for one option, which may be several of its code; nothing, perhaps. */
export function addRequested(settings: ReplySettings, code: number, options: Option[]): void {
  const option = isOwn(code) ? undefined : configuredOption(settings, code);
  if (option !== undefined) addConfigured(option, options);
}

/** Written by the server itself and never taken from the configuration. */
function isOwn(code: number): boolean {
  return optionByCode(code)?.protocol === true;
}

function addConfigured({ code, data, more }: ConfiguredOption, options: Option[]): void {
  options.push({ code, data });
  if (more !== undefined) for (const another of more) options.push({ code, data: another });
}

/**
 * Adds what relays supply for the client (RFC 6422 section 6), that nearest to it first: what the
 * client asks for, relays may supply, and is not configured here.
 */
function addSupplied({ message }: Request, settings: ReplySettings, relays: readonly Relay[], options: Option[]): void {
  if (!relays.some((relay) => hasOption(relay.options, OptionCode.rsoo))) return;
  const wanted = new Set(
    SUPPLIED.filter((code) => requestsOption(message.options, code) && configuredOption(settings, code) === undefined),
  );
  for (let i = relays.length - 1; i >= 0 && wanted.size > 0; i--) {
    const supplied = optionValue((relays[i] as Relay).options, OptionCode.rsoo);
    if (supplied === undefined) continue;
    for (const option of readOptions(supplied)) if (wanted.delete(option.code)) options.push(option);
  }
}
