import { type Ipv4, readIpv4 } from "../../net/ipv4.ts";
import type { Message, Option, OptionIndex } from "./message.ts";
import { OptionCode } from "./option-code.ts";
import { fixedLength } from "./option-table.ts";

/**
 * The value of an option; undefined when the message does not have it. The pieces of a long option,
 * and an option that is repeated, are joined in their order (RFC 3396 section 7). One whose first
 * piece already has the length that its definition prescribes is taken from there: a repeated
 * option 54 is a duplicate, not an address of 8 bytes. The result is a view of the message unless
 * pieces were joined.
 */
export function optionValue(message: Message, code: number): Uint8Array | undefined {
  const { options, index } = message;
  if (index !== undefined && index.options === options) return index.values[code];
  for (let i = 0; i < options.length; i++) {
    const option = options[i] as Option;
    if (option.code !== code) continue;
    for (let j = i + 1; j < options.length; j++) if ((options[j] as Option).code === code) return joinPieces(piecesOf(options, code), code);
    return option.data;
  }
  return undefined;
}

/** More options than this are not searched one by one for each code that is asked for. */
const FEW_OPTIONS = 32;

/**
 * Where the options of a message are, if they are so many that searching all of them for each code
 * would cost more than its length deserves.
 */
export function indexOptions(options: readonly Option[]): OptionIndex | undefined {
  if (options.length <= FEW_OPTIONS) return undefined;
  const byCode: (Uint8Array | Uint8Array[] | undefined)[] = new Array(256).fill(undefined);
  for (let i = 0; i < options.length; i++) {
    const { code, data } = options[i] as Option;
    const known = byCode[code];
    if (known === undefined) byCode[code] = data;
    else if (Array.isArray(known)) known.push(data);
    else byCode[code] = [known, data];
  }
  return { options, values: byCode.map((value, code) => (Array.isArray(value) ? joinPieces(value, code) : value)) };
}

function piecesOf(options: readonly Option[], code: number): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (const option of options) if (option.code === code) pieces.push(option.data);
  return pieces;
}

/** The value of an option that stands in the message more than once. */
function joinPieces(pieces: readonly Uint8Array[], code: number): Uint8Array {
  const first = pieces[0] as Uint8Array;
  if (first.length === fixedLength(code)) return first;
  let length = 0;
  for (const piece of pieces) length += piece.length;
  const joined = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    if (piece.length === 0) continue;
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

/** A text without the NULs that some clients end it with (RFC 2132 section 2), a view. */
export function textOf(value: Uint8Array): Uint8Array {
  let length = value.length;
  while (length > 0 && value[length - 1] === 0) length--;
  return length === value.length ? value : value.subarray(0, length);
}

/**
 * The value of an option that is one IPv4 address; undefined when it is absent or not four bytes
 * long.
 */
export function optionIpv4(message: Message, code: number): Ipv4 | undefined {
  return optionU32(message, code);
}

/** The value of an option that is one byte; undefined when it is absent or of another length. */
export function optionU8(message: Message, code: number): number | undefined {
  const data = optionValue(message, code);
  return data !== undefined && data.length === 1 ? data[0] : undefined;
}

/**
 * The value of an option that is an unsigned 16-bit number; undefined when it is absent or of
 * another length.
 */
export function optionU16(message: Message, code: number): number | undefined {
  const data = optionValue(message, code);
  return data !== undefined && data.length === 2 ? ((data[0] as number) << 8) | (data[1] as number) : undefined;
}

/**
 * The value of an option that is an unsigned 32-bit number; undefined when it is absent or of
 * another length.
 */
export function optionU32(message: Message, code: number): number | undefined {
  const data = optionValue(message, code);
  return data !== undefined && data.length === 4 ? readIpv4(data, 0) : undefined;
}

/**
 * The DHCP message type (option 53), whatever its value; undefined for BOOTP and when it is not one
 * byte long.
 */
export function messageType(message: Message): number | undefined {
  return optionU8(message, OptionCode.dhcpMessageType);
}
