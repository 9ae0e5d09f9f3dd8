/** Whether a RECONFIGURE is to be heeded (RFC 8415 sections 16.11 and 20.4). */
import { compareBytes, equalBytes } from "../../net/bytes.ts";
import type { Duid } from "../../net/duid.ts";
import { isSignedReconfigure, readAuthentication, reconfigureKeyOf } from "../../wire/dhcp6/authentication.ts";
import { type Message, MessageType } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { optionU8, optionValue } from "../../wire/dhcp6/options.ts";
import { serverOf } from "./answer.ts";

/** What a client knows of the server that may reconfigure it. */
export interface ReconfigureKey {
  readonly server: Duid;
  /** 16 bytes. */
  readonly key: Uint8Array;
  /** The replay detection of its last message, 8 bytes: each must have a greater one. */
  readonly replayDetection: Uint8Array;
}

/** What the server wants the client to send, and what is known of the server then. */
export interface Reconfiguration {
  readonly type: number;
  readonly key: ReconfigureKey;
}

/** The key that a server gives with its REPLY, a view; undefined: it gives none. */
export function keyIn({ options }: Message): ReconfigureKey | undefined {
  const server = optionValue(options, OptionCode.serverIdentifier);
  const key = reconfigureKeyOf(options);
  const replayDetection = replayDetectionIn(options);
  return server === undefined || key === undefined || replayDetection === undefined ? undefined : { server, key, replayDetection };
}

/**
 * What a RECONFIGURE wants; undefined when it is not from the server of this key, not signed with
 * the key, a repeated one, for another client, or wants something else than RENEW, REBIND or
 * INFORMATION-REQUEST.
 */
export function readReconfigure(duid: Duid, known: ReconfigureKey | undefined, message: Message): Reconfiguration | undefined {
  const { options } = message;
  const server = serverOf(message);
  const client = optionValue(options, OptionCode.clientIdentifier);
  if (known === undefined || server === undefined || !equalBytes(server, known.server)) return undefined;
  if (client === undefined || !equalBytes(client, duid)) return undefined;
  const type = optionU8(options, OptionCode.reconfigureMessage);
  if (type !== MessageType.RENEW && type !== MessageType.REBIND && type !== MessageType["INFORMATION-REQUEST"]) return undefined;
  const replayDetection = replayDetectionIn(options);
  if (replayDetection === undefined || compareBytes(replayDetection, known.replayDetection) <= 0) return undefined;
  return isSignedReconfigure(message, known.key) ? { type, key: { ...known, replayDetection } } : undefined;
}

function replayDetectionIn(options: Message["options"]): Uint8Array | undefined {
  const data = optionValue(options, OptionCode.authentication);
  return data === undefined ? undefined : readAuthentication(data)?.replayDetection;
}
