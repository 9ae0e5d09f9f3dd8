import { type Ipv4, readIpv4 } from "../../net/ipv4.ts";
import type { Message, Option } from "./message.ts";
import { fixedLength } from "./option-table.ts";

/**
 * The value of an option; undefined when the message does not have it. The pieces of a long option, and an option that
 * is repeated, are joined in their order (RFC 3396 section 7). One whose first piece already has the length that its
 * definition prescribes is taken from there: a repeated option 54 is a duplicate, not an address of 8 bytes.
 * The result is a view of the message unless pieces were joined.
 */
export function optionValue(message: Message, code: number): Uint8Array | undefined {
  const options = message.options;
  for (let i = 0; i < options.length; i++) {
    const option = options[i] as Option;
    if (option.code !== code) continue;
    for (let j = i + 1; j < options.length; j++) {
      if ((options[j] as Option).code === code) return option.data.length === fixedLength(code) ? option.data : join(options, code);
    }
    return option.data;
  }
  return undefined;
}

function join(options: readonly Option[], code: number): Uint8Array {
  let length = 0;
  for (const option of options) if (option.code === code) length += option.data.length;
  const joined = new Uint8Array(length);
  let at = 0;
  for (const option of options) {
    if (option.code !== code) continue;
    joined.set(option.data, at);
    at += option.data.length;
  }
  return joined;
}

/** The value of an option that is one IPv4 address; undefined when it is absent or not four bytes long. */
export function optionIpv4(message: Message, code: number): Ipv4 | undefined {
  return optionU32(message, code);
}

/** The value of an option that is one byte; undefined when it is absent or of another length. */
export function optionU8(message: Message, code: number): number | undefined {
  const data = optionValue(message, code);
  return data !== undefined && data.length === 1 ? data[0] : undefined;
}

/** The value of an option that is an unsigned 16-bit number; undefined when it is absent or of another length. */
export function optionU16(message: Message, code: number): number | undefined {
  const data = optionValue(message, code);
  return data !== undefined && data.length === 2 ? ((data[0] as number) << 8) | (data[1] as number) : undefined;
}

/** The value of an option that is an unsigned 32-bit number; undefined when it is absent or of another length. */
export function optionU32(message: Message, code: number): number | undefined {
  const data = optionValue(message, code);
  return data !== undefined && data.length === 4 ? readIpv4(data, 0) : undefined;
}

/** The DHCP message type (option 53), whatever its value; undefined for BOOTP and when it is not one byte long. */
export function messageType(message: Message): number | undefined {
  return optionU8(message, 53);
}
