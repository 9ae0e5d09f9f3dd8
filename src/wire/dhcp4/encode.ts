import { writeIpv4 } from "../../net/ipv4.ts";
import { FILE_OFFSET, FIXED_LENGTH, MAGIC_COOKIE, OPTIONS_OFFSET, SNAME_OFFSET } from "./decode.ts";
import type { Message, Option } from "./message.ts";
import { END, OptionCode, PAD } from "./option-code.ts";

/**
 * The size of a BOOTP message (RFC 951); shorter ones are dropped by some clients and relays (RFC
 * 1542 section 2.1).
 */
export const MIN_MESSAGE_SIZE = 300;
/**
 * The DHCP message that every client accepts: 576 bytes of IP datagram less the headers (RFC 2131
 * section 2).
 */
export const DEFAULT_MAX_MESSAGE_SIZE = 548;
/** The payload of the largest UDP datagram over IPv4. */
export const LARGEST_MESSAGE_SIZE = 65507;

const CHADDR_OFFSET = 28;

/** Values of option 52, and the bytes that it takes. */
const OVERLOAD_FILE = 1;
const OVERLOAD_SNAME = 2;
const OVERLOAD_SIZE = 3;

/**
 * Writes the message into the start of `into`, which has at least `maxMessageSize` and 300 bytes,
 * and returns its length: at least 300. Options keep their order, but 82 goes last (RFC 3046
 * section 2.1). More than 255 bytes of data are written as several options (RFC 3396).
 *
 * When the options don't fit in `maxMessageSize` bytes, `file` and then `sname` carry options too
 * if they are empty (option 52, RFC 2131 section 4.1), and what still does not fit is left out, the
 * last of the list first; 53, 54, 51 and 82 always stay in the options field. An option is left out
 * as a whole, with all of its pieces. Bytes of `chaddr`, `sname` and `file` that are more than the
 * field holds are cut off.
 *
 * What is given is as its type says, and is not looked at: this is on the way of a packet.
 */
export function encode(message: Message, into: Uint8Array, maxMessageSize: number): number {
  writeFixedFields(message, into);
  if (!message.cookie) {
    into.fill(0, FIXED_LENGTH, MIN_MESSAGE_SIZE);
    return MIN_MESSAGE_SIZE;
  }
  writeIpv4(into, FIXED_LENGTH, MAGIC_COOKIE);

  const limit = Math.min(Math.max(maxMessageSize, MIN_MESSAGE_SIZE), into.length);
  let at = writeOptions(message.options, into, limit - 1);
  if (at === NO_ROOM) at = writeWithOverload(message, into, limit);
  into[at] = END;
  if (at + 1 >= MIN_MESSAGE_SIZE) return at + 1;
  // There are bytes of an earlier message, or of options that did not fit.
  for (let i = at + 1; i < MIN_MESSAGE_SIZE; i++) into[i] = 0;
  return MIN_MESSAGE_SIZE;
}

/** The message in a byte string of its own, as long as it needs to be: for clients and tests. */
export function encodeMessage(message: Message): Uint8Array {
  let size = OPTIONS_OFFSET + 1;
  for (const option of message.options) size += sizeOnWire(option);
  const into = new Uint8Array(Math.min(Math.max(size, MIN_MESSAGE_SIZE), LARGEST_MESSAGE_SIZE));
  return into.subarray(0, encode(message, into, into.length));
}

function writeFixedFields(message: Message, into: Uint8Array): void {
  into[0] = message.op;
  into[1] = message.htype;
  into[2] = message.hlen;
  into[3] = message.hops;
  writeIpv4(into, 4, message.xid);
  into[8] = message.secs >>> 8;
  into[9] = message.secs;
  into[10] = message.flags >>> 8;
  into[11] = message.flags;
  writeIpv4(into, 12, message.ciaddr);
  writeIpv4(into, 16, message.yiaddr);
  writeIpv4(into, 20, message.siaddr);
  writeIpv4(into, 24, message.giaddr);
  into.fill(0, CHADDR_OFFSET, FIXED_LENGTH);
  writeField(message.chaddr, into, CHADDR_OFFSET, SNAME_OFFSET);
  writeField(message.sname, into, SNAME_OFFSET, FILE_OFFSET);
  writeField(message.file, into, FILE_OFFSET, FIXED_LENGTH);
}

function writeField(value: Uint8Array, into: Uint8Array, start: number, end: number): void {
  const length = Math.min(value.length, end - start);
  for (let i = 0; i < length; i++) into[start + i] = value[i] as number;
}

/** Pad, End and Overload in the list belong to the framing: they are never written as options. */
function isFraming(code: number): boolean {
  return code === PAD || code === END || code === OptionCode.overload;
}

/** Bytes that an option takes with its code and length, or with those of each of its pieces. */
export function sizeOnWire(option: Option): number {
  if (isFraming(option.code)) return 0;
  const length = option.data.length;
  return length <= 255 ? length + 2 : length + 2 * Math.ceil(length / 255);
}

/** What `writeOptions` says when not everything fits. */
const NO_ROOM = -1;

/** Writes all options behind the cookie, if they end before `end`, and returns where End goes. */
function writeOptions(options: readonly Option[], into: Uint8Array, end: number): number {
  let at = OPTIONS_OFFSET;
  let relayed = false;
  for (let i = 0; i < options.length; i++) {
    const option = options[i] as Option;
    if (option.code === OptionCode.relayAgentInformation) {
      relayed = true;
    } else if (!isFraming(option.code)) {
      if (at + sizeOnWire(option) > end) return NO_ROOM;
      at = writeOption(option, into, at);
    }
  }
  if (!relayed) return at;
  for (const option of options) {
    if (option.code !== OptionCode.relayAgentInformation) continue;
    if (at + sizeOnWire(option) > end) return NO_ROOM;
    at = writeOption(option, into, at);
  }
  return at;
}

function writeOption(option: Option, into: Uint8Array, at: number): number {
  const data = option.data;
  let start = 0;
  do {
    const length = Math.min(data.length - start, 255);
    at = writePiece(option, start, length, into, at);
    start += length;
  } while (start < data.length);
  return at;
}

function writePiece(option: Option, start: number, length: number, into: Uint8Array, at: number): number {
  const data = option.data;
  into[at] = option.code;
  into[at + 1] = length;
  // A loop beats TypedArray.set for the few bytes that options have.
  if (length <= 32) for (let i = 0; i < length; i++) into[at + 2 + i] = data[start + i] as number;
  else into.set(length === data.length ? data : data.subarray(start, start + length), at + 2);
  return at + 2 + length;
}

/** A field that carries options, while it is being filled. */
interface Area {
  /** Where the next option goes. */
  at: number;
  end: number;
}

/** Options that stay in the options field: relays and simple clients look for them nowhere else. */
function staysInOptionsField(code: number): boolean {
  return (
    code === OptionCode.dhcpMessageType ||
    code === OptionCode.serverIdentifier ||
    code === OptionCode.ipAddressLeaseTime ||
    code === OptionCode.relayAgentInformation
  );
}

/**
 * Not everything fits: distributes the options over the fields and returns where End goes. Not the
 * usual path.
 */
function writeWithOverload(message: Message, into: Uint8Array, limit: number): number {
  const options = message.options;
  // Option 52 belongs to DHCP: a BOOTP client, which sends no option 53, would not look for more in
  // `file`.
  const overloads = options.some((option) => option.code === OptionCode.dhcpMessageType);
  const file: Area | undefined = overloads && message.file.length === 0 ? { at: FILE_OFFSET, end: FIXED_LENGTH - 1 } : undefined;
  const sname: Area | undefined = overloads && message.sname.length === 0 ? { at: SNAME_OFFSET, end: FILE_OFFSET - 1 } : undefined;

  let reserved = 1 + (file === undefined && sname === undefined ? 0 : OVERLOAD_SIZE);
  for (const option of options) if (staysInOptionsField(option.code)) reserved += sizeOnWire(option);
  const main: Area = { at: OPTIONS_OFFSET, end: Math.min(Math.max(limit, OPTIONS_OFFSET + reserved), into.length) - reserved };
  const areas = [main];
  if (file !== undefined) areas.push(file);
  if (sname !== undefined) areas.push(sname);

  for (const [code, group] of byCode(options)) {
    if (isFraming(code) || code === OptionCode.relayAgentInformation) continue;
    if (staysInOptionsField(code)) placeReserved(group, main, into);
    else place(group, areas, into);
  }

  const overload = (finish(file, FILE_OFFSET, into) ? OVERLOAD_FILE : 0) | (finish(sname, SNAME_OFFSET, into) ? OVERLOAD_SNAME : 0);
  if (overload !== 0) placeReserved([{ code: OptionCode.overload, data: Uint8Array.of(overload) }], main, into);
  placeReserved(
    options.filter((option) => option.code === OptionCode.relayAgentInformation),
    main,
    into,
  );
  return main.at;
}

/** The options of each code, in the order of the first of them. */
function byCode(options: readonly Option[]): ReadonlyMap<number, readonly Option[]> {
  const groups = new Map<number, Option[]>();
  for (const option of options) {
    const group = groups.get(option.code);
    if (group === undefined) groups.set(option.code, [option]);
    else group.push(option);
  }
  return groups;
}

/** Writes options into the room that was kept free for them behind the end of the options field. */
function placeReserved(group: readonly Option[], main: Area, into: Uint8Array): void {
  for (const option of group) main.end += option.code === OptionCode.overload ? OVERLOAD_SIZE : sizeOnWire(option);
  place(group, [main], into);
}

/**
 * Writes all options of one code in the first areas with room for them, never going back, so that
 * the pieces can be joined in their order (RFC 3396 section 7). An option of at most 255 bytes is
 * not split: not every client joins pieces. When there is not enough room for the last byte,
 * nothing is written.
 */
function place(group: readonly Option[], areas: readonly Area[], into: Uint8Array): void {
  const before = areas.map((area) => area.at);
  let index = 0;
  for (const option of group) {
    const splits = option.data.length > 255;
    let start = 0;
    let complete = false;
    while (!complete) {
      const area = areas[index];
      if (area === undefined) {
        before.forEach((at, i) => {
          (areas[i] as Area).at = at;
        });
        return;
      }
      const left = option.data.length - start;
      const room = Math.min(area.end - area.at - 2, 255);
      if (left <= room || (splits && room > 0)) {
        const length = Math.min(left, room);
        area.at = writePiece(option, start, length, into, area.at);
        start += length;
        complete = start === option.data.length;
      } else {
        index++;
      }
    }
  }
}

/**
 * Ends the options of an overloaded field; false when it was not used. Clears what a failed attempt
 * to place an option left.
 */
function finish(area: Area | undefined, start: number, into: Uint8Array): boolean {
  if (area === undefined) return false;
  into.fill(0, area.at, area.end + 1);
  if (area.at === start) return false;
  into[area.at] = END;
  return true;
}
