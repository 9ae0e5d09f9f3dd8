import { NO_BYTES } from "../../net/bytes.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { optionValue, textOf } from "../../wire/dhcp4/options.ts";
import { subOption } from "../../wire/dhcp4/relay-agent-information.ts";
import { type Lookups, slotFor } from "./lookups.ts";
import type { Subject, Value } from "./subject.ts";
import { vendorBlock } from "./vendor-options.ts";

/** What an option or a sub-option holds; undefined when the message does not have it. */
export type Find = (subject: Subject) => Uint8Array | undefined;

/**
 * An option, or a sub-option in it. The sub-options of 125 stand behind an enterprise number: those
 * of the first are meant.
 */
export function findOption(codes: readonly number[], lookups: Lookups | undefined): Find {
  const [code, ...inner] = codes as readonly [number, ...number[]];
  if (inner.length === 0) return findWhole(code, lookups);
  const outer = code === OptionCode.vendorIdentifyingVendorInformation ? findBlock(code, 0, lookups) : findWhole(code, lookups);
  return shared(within(outer, inner), codes.join("."), undefined, lookups);
}

/**
 * A sub-option of option 125; without codes the data of the enterprise. An enterprise of 0 is any.
 */
export function findVendor(enterprise: number, codes: readonly number[], lookups: Lookups | undefined): Find {
  const block = findBlock(OptionCode.vendorIdentifyingVendorInformation, enterprise, lookups);
  return codes.length === 0 ? block : shared(within(block, codes), `vendor/${enterprise}.${codes.join(".")}`, undefined, lookups);
}

/** The data of an enterprise in option 124 or 125. */
export function findBlock(option: number, enterprise: number, lookups: Lookups | undefined): Find {
  const whole = findWhole(option, lookups);
  const find: Find = (subject) => {
    const value = whole(subject);
    return value && vendorBlock(value, enterprise);
  };
  return shared(find, `${option}/${enterprise}`, undefined, lookups);
}

function findWhole(code: number, lookups: Lookups | undefined): Find {
  return shared((subject) => optionValue(subject.message, code), String(code), code, lookups);
}

function shared(find: Find, path: string, code: number | undefined, lookups: Lookups | undefined): Find {
  if (lookups === undefined) return find;
  const slot = slotFor(lookups, path, code);
  return (subject) => {
    const { found } = subject;
    if (found === undefined) return find(subject);
    const known = found[slot];
    if (known !== null) return known;
    const value = find(subject);
    found[slot] = value;
    return value;
  };
}

function within(outer: Find, codes: readonly number[]): Find {
  return (subject) => {
    let value = outer(subject);
    for (let i = 0; i < codes.length && value !== undefined; i++) value = subOption(value, codes[i] as number);
    return value;
  };
}

/**
 * What is not there is empty. Text loses the NULs at its end that some clients send (RFC 2132
 * section 2).
 */
export function inForm(find: Find, text: boolean): Value {
  if (!text) return (subject) => find(subject) ?? NO_BYTES;
  return (subject) => textOf(find(subject) ?? NO_BYTES);
}
