import { decode } from "../../wire/dhcp6/decode.ts";
import { encodeMessage } from "../../wire/dhcp6/encode.ts";
import { type Message, MessageType, type Relay } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { optionValue } from "../../wire/dhcp6/options.ts";

/*
 * The relays that a client was heard through, as its lease keeps them: the RELAY-FORW message that
 * they made, around a message of the client without options. So there is one format for them.
 */

const NOTHING: Message = { type: MessageType["INFORMATION-REQUEST"], transactionId: 0, options: [], relays: [] };
const NO_RELAYS: readonly Relay[] = [];

/** As a lease keeps them, in bytes of its own; undefined: there are none. */
export function relayRecord(relays: readonly Relay[]): Uint8Array | undefined {
  return relays.length === 0 ? undefined : encodeMessage({ ...NOTHING, relays });
}

/**
 * The relays that a lease keeps, the one nearest to the server first, as views of the record. None
 * for a damaged record.
 */
export function relaysOf(record: Uint8Array | undefined): readonly Relay[] {
  if (record === undefined) return NO_RELAYS;
  const decoded = decode(record);
  return decoded.ok ? decoded.message.relays : NO_RELAYS;
}

/** The Relay-ID option of the relay nearest to the client that has one (RFC 5460 section 5.4.1). */
export function relayIdOf(relays: readonly Relay[]): Uint8Array | undefined {
  for (let i = relays.length - 1; i >= 0; i--) {
    const relayId = optionValue((relays[i] as Relay).options, OptionCode.relayId);
    if (relayId !== undefined) return relayId;
  }
  return undefined;
}
