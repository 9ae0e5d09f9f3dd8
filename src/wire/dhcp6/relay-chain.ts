import { readU16, writeU16 } from "../../net/bytes.ts";
import { LINK_ADDRESS_OFFSET, PEER_ADDRESS_OFFSET, RELAY_HEADER, readInto } from "./decode.ts";
import { optionsSize, writeRelayHeader } from "./encode.ts";
import { MessageType, type Option, type Relay } from "./message.ts";

/*
 * The relays that a message came through, kept without it: RELAY-FORW messages without a Relay
 * Message option, one behind the other in the length that each has (16 bits before it), that nearest
 * to the server first. Part of the database format.
 */

const LENGTH_SIZE = 2;

/** The relays in bytes of their own; undefined: there are none. */
export function packRelays(relays: readonly Relay[]): Uint8Array | undefined {
  if (relays.length === 0) return undefined;
  let size = 0;
  for (let i = 0; i < relays.length; i++) size += LENGTH_SIZE + RELAY_HEADER + optionsSize((relays[i] as Relay).options);
  const packed = new Uint8Array(size);
  let at = 0;
  for (let i = 0; i < relays.length; i++) {
    const end = writeRelayHeader(MessageType["RELAY-FORW"], relays[i] as Relay, packed, at + LENGTH_SIZE);
    writeU16(packed, at, end - at - LENGTH_SIZE);
    at = end;
  }
  return packed;
}

/** The relays that were packed, as views. Total: what is malformed ends them. */
export function unpackRelays(packed: Uint8Array): readonly Relay[] {
  const relays: Relay[] = [];
  for (let at = 0; at + LENGTH_SIZE <= packed.length; ) {
    const start = at + LENGTH_SIZE;
    const end = start + readU16(packed, at);
    if (end > packed.length || end - start < RELAY_HEADER) break;
    const options: Option[] = [];
    readInto(packed, start + RELAY_HEADER, end, options, undefined);
    relays.push({
      hopCount: packed[start + 1] as number,
      linkAddress: packed.subarray(start + LINK_ADDRESS_OFFSET, start + PEER_ADDRESS_OFFSET),
      peerAddress: packed.subarray(start + PEER_ADDRESS_OFFSET, start + RELAY_HEADER),
      options,
    });
    at = end;
  }
  return relays;
}
