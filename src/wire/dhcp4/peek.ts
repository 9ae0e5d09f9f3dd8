import { OPTIONS_OFFSET } from "./decode.ts";
import { END, OptionCode, PAD } from "./option-code.ts";

/**
 * How far into a datagram the message type is looked for: clients put it first, and what comes
 * after so much is a guess that costs too much.
 */
const FAR_ENOUGH = 576;

/**
 * The message type (option 53) of an undecoded message, for who has to be quick about it;
 * undefined: none is found near the beginning. Nothing else of the message is looked at, so it may
 * turn out to be no message at all.
 */
export function peekMessageType(bytes: Uint8Array, length: number): number | undefined {
  const end = Math.min(length, FAR_ENOUGH);
  for (let i = OPTIONS_OFFSET; i + 2 < end; ) {
    const code = bytes[i];
    if (code === OptionCode.dhcpMessageType) return bytes[i + 1] === 1 ? bytes[i + 2] : undefined;
    if (code === END) return undefined;
    i += code === PAD ? 1 : 2 + (bytes[i + 1] as number);
  }
  return undefined;
}
