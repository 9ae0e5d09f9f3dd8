/** Whether a RECONFIGURE is to be heeded (RFC 8415 sections 16.11 and 20.4). */
import type { Duid } from "../../net/duid.ts";
import type { Message } from "../../wire/dhcp6/message.ts";
import type { ClientSettings } from "./messages.ts";

/** What a client knows of the server that may reconfigure it. */
export interface ReconfigureKey {
  readonly server: Duid;
  /** 16 bytes. */
  readonly key: Uint8Array;
  /** The replay detection of its last message, 8 bytes: each must have a greater one. */
  readonly replay: Uint8Array;
}

/** What the server wants the client to send, and what is known of it then. */
export interface Reconfiguration {
  readonly type: number;
  readonly key: ReconfigureKey;
}

/** The key that a server gives with its REPLY; undefined when it gives none. */
export function keyIn(_message: Message): ReconfigureKey | undefined {
  return undefined;
}

/** What a RECONFIGURE wants; undefined when it is not to be heeded. */
export function readReconfigure(
  _settings: ClientSettings,
  _key: ReconfigureKey | undefined,
  _bytes: Uint8Array,
  _message: Message,
): Reconfiguration | undefined {
  return undefined;
}
