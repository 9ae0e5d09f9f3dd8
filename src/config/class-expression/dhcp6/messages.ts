import { NO_BYTES, readU16, readU32 } from "../../../net/bytes.ts";
import type { Option, Relay } from "../../../wire/dhcp6/message.ts";
import { OptionCode } from "../../../wire/dhcp6/option-code.ts";
import { optionValue } from "../../../wire/dhcp6/options.ts";
import { withoutNuls } from "../finders.ts";
import type { Messages } from "../messages.ts";
import type { Value, Word } from "../subject.ts";
import type { Field } from "../syntax.ts";
import type { Dhcp6Subject } from "./subject.ts";

const ENTERPRISE_SIZE = 4;

/** Bytes in front of the options in an option that holds options (RFC 8415 section 21). */
const FRONT: ReadonlyMap<number, number> = new Map([
  [OptionCode.iaNa, 12],
  [OptionCode.iaTa, 4],
  [OptionCode.iaAddress, 24],
  [OptionCode.iaPd, 12],
  [OptionCode.iaPrefix, 25],
  [OptionCode.vendorInformation, ENTERPRISE_SIZE],
]);

/** The value of the first option of this code among those from `at`: a view. */
function optionIn(value: Uint8Array, start: number, code: number): Uint8Array | undefined {
  for (let at = start; at + 4 <= value.length; ) {
    const next = at + 4 + readU16(value, at + 2);
    if (next > value.length) return undefined;
    if (readU16(value, at) === code) return value.subarray(at + 4, next);
    at = next;
  }
  return undefined;
}

/**
 * The relay with this number: 0 is the one nearest to the server, -1 the one nearest to the client.
 */
function relayOf({ message: { relays } }: Dhcp6Subject, number: number): Relay | undefined {
  return relays[number < 0 ? relays.length + number : number];
}

const WORDS: { readonly [F in Field]?: Word<Dhcp6Subject> } = {
  msgtype: (subject) => subject.message.type,
  transid: (subject) => subject.message.transactionId,
  len: (subject) => subject.length,
};

const BYTES: { readonly [F in Field]?: Value<Dhcp6Subject> } = {
  iface: (subject) => subject.interfaceName,
  src: (subject) => subject.source,
  dst: (subject) => subject.destination,
};

/** How expressions read DHCPv6 messages. */
export const DHCP6_MESSAGES: Messages<Dhcp6Subject> = {
  codes: 65536,
  vendorInformation: OptionCode.vendorInformation,
  vendorClass: OptionCode.vendorClass,
  findOption: (code, relay) => {
    if (relay === undefined) return (subject) => optionValue(subject.message.options, code);
    return (subject) => {
      const found = relayOf(subject, relay);
      return found && optionValue(found.options, code);
    };
  },
  within: (outer, code) => {
    const front = FRONT.get(outer) ?? 0;
    return (value) => optionIn(value, front, code);
  },
  // Each enterprise has an option of its own (RFC 8415 section 21.17).
  findBlock: (option, enterprise) => (subject) => {
    const { options } = subject.message;
    for (let i = 0; i < options.length; i++) {
      const { code, data } = options[i] as Option;
      if (code !== option || data.length < ENTERPRISE_SIZE) continue;
      if (enterprise === 0 || readU32(data, 0) === enterprise) return data.subarray(ENTERPRISE_SIZE);
    }
    return undefined;
  },
  inBlock: (block, code) => optionIn(block, 0, code),
  vendorClassData: dataAt,
  word: (field) => WORDS[field],
  bytes: (field) => BYTES[field] ?? (() => NO_BYTES),
  relayField: (number, field) =>
    field === "peeraddr"
      ? (subject) => relayOf(subject, number)?.peerAddress ?? NO_BYTES
      : (subject) => relayOf(subject, number)?.linkAddress ?? NO_BYTES,
};

/**
 * The vendor-class-data with this index, each with two bytes of length in front, without NULs at
 * its end.
 */
function dataAt(block: Uint8Array, index: number): Uint8Array | undefined {
  let at = 0;
  for (let i = 0; at + 2 <= block.length; i++) {
    const next = at + 2 + readU16(block, at);
    if (next > block.length) return undefined;
    if (i === index) return withoutNuls(block.subarray(at + 2, next));
    at = next;
  }
  return undefined;
}

/**
 * The first data of a message's first vendor class, which the server itself makes classes of;
 * undefined: none.
 */
export function firstVendorClass({ options }: { readonly options: readonly Option[] }): Uint8Array | undefined {
  const value = optionValue(options, OptionCode.vendorClass);
  return value === undefined || value.length < ENTERPRISE_SIZE ? undefined : dataAt(value.subarray(ENTERPRISE_SIZE), 0);
}
