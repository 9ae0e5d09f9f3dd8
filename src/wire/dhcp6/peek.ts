import { readU16 } from "../../net/bytes.ts";
import { MAX_RELAYS, OPTION_HEADER, RELAY_HEADER } from "./decode.ts";
import { MessageType } from "./message.ts";
import { OptionCode } from "./option-code.ts";

/** Options of a relay that are looked at: relays put few, and more cost too much. */
const ENOUGH_OPTIONS = 16;

/**
 * The message type of an undecoded datagram, of the message in the relay messages if it is relayed,
 * for who has to be quick about it; undefined: none is found soon. Nothing else is looked at, so it
 * may turn out to be no message at all.
 */
export function peekMessageType(bytes: Uint8Array, length: number): number | undefined {
  let at = 0;
  for (let depth = 0; depth <= MAX_RELAYS && at < length; depth++) {
    const type = bytes[at] as number;
    if (type !== MessageType["RELAY-FORW"] && type !== MessageType["RELAY-REPL"]) return type;
    at = relayed(bytes, at + RELAY_HEADER, length);
  }
  return undefined;
}

/** Where what is relayed starts; `end` when it is not found. */
function relayed(bytes: Uint8Array, at: number, end: number): number {
  for (let i = 0; i < ENOUGH_OPTIONS && at + OPTION_HEADER < end; i++) {
    if (readU16(bytes, at) === OptionCode.relayMessage) return at + OPTION_HEADER;
    at += OPTION_HEADER + readU16(bytes, at + 2);
  }
  return end;
}
