import { hmac } from "@noble/hashes/hmac.js";
import { md5 } from "@noble/hashes/legacy.js";
import { writeBytes } from "../../net/bytes.ts";
import { encodeMessage } from "./encode.ts";
import type { Message, Option } from "./message.ts";
import { OptionCode } from "./option-code.ts";
import { optionValue } from "./options.ts";

/*
 * The Authentication option (RFC 8415 section 21.11), and the Reconfiguration Key Authentication
 * Protocol with it (section 20.4): the server gives a key to a client that accepts Reconfigure, and
 * signs each Reconfigure with it, which protects from who does not see the client's link.
 */

/** Values of the `protocol` field. */
export const AuthenticationProtocol = {
  /** RFC 3315; RFC 8415 obsoleted it. */
  delayed: 2,
  reconfigureKey: 3,
} as const;

/** Bytes of a reconfigure key, and of the digest of a message. */
export const RECONFIGURE_KEY_SIZE = 16;
/** Bytes of the replay detection field. */
export const REPLAY_DETECTION_SIZE = 8;

/** The value of an Authentication option. Byte strings that were read are views. */
export interface Authentication {
  readonly protocol: number;
  readonly algorithm: number;
  readonly replayDetectionMethod: number;
  /** A number of 64 bits that grows, in network order (RDM 0, section 20.3). */
  readonly replayDetection: Uint8Array;
  readonly information: Uint8Array;
}

const HEADER = 11;
const HMAC_MD5 = 1;
const MONOTONIC = 0;
/** What the 16 bytes of the authentication information are (section 20.4.1). */
const RkapType = { key: 1, digest: 2 } as const;
/** Bytes of the option for RKAP, and where its 16 bytes begin. */
const RKAP_SIZE = HEADER + 1 + RECONFIGURE_KEY_SIZE;
const RKAP_VALUE = HEADER + 1;

/** Reads the value of an Authentication option; undefined when it is too short. */
export function readAuthentication(data: Uint8Array): Authentication | undefined {
  if (data.length < HEADER) return undefined;
  return {
    protocol: data[0] as number,
    algorithm: data[1] as number,
    replayDetectionMethod: data[2] as number,
    replayDetection: data.subarray(3, HEADER),
    information: data.subarray(HEADER),
  };
}

/**
 * The Authentication option of a Reply that gives a client its reconfigure key (section 20.4.2).
 * `key`: 16 random bytes; `replayDetection`: 8 bytes.
 */
export function reconfigureKeyOption(key: Uint8Array, replayDetection: Uint8Array): Option {
  return rkapOption(RkapType.key, key, replayDetection);
}

/** The reconfigure key in these options, a view; undefined: there is none. */
export function reconfigureKeyOf(options: readonly Option[]): Uint8Array | undefined {
  const data = optionValue(options, OptionCode.authentication);
  return data !== undefined && isRkap(data, RkapType.key) ? data.subarray(RKAP_VALUE) : undefined;
}

/**
 * A Reconfigure with an Authentication option behind its other options, signed with the client's
 * reconfigure key (section 20.4.2). `replayDetection`: 8 bytes, greater than those of the last one
 * for this client. The relays around it are not signed.
 */
export function signReconfigure(message: Message, key: Uint8Array, replayDetection: Uint8Array): Message {
  const option = rkapOption(RkapType.digest, NO_DIGEST, replayDetection);
  const signed = { ...message, options: [...message.options, option] };
  option.data.set(digest(signed, key), RKAP_VALUE);
  return signed;
}

/**
 * Whether a Reconfigure is signed with this key (section 20.4.3). Whether its replay detection is
 * new is another question.
 */
export function isSignedReconfigure(message: Message, key: Uint8Array): boolean {
  const { options } = message;
  const at = options.findIndex(({ code }) => code === OptionCode.authentication);
  const option = options[at];
  if (option === undefined || !isRkap(option.data, RkapType.digest)) return false;
  const data = option.data.slice();
  data.fill(0, RKAP_VALUE);
  const computed = digest({ ...message, options: options.with(at, { code: option.code, data }) }, key);
  let difference = 0;
  for (let i = 0; i < RECONFIGURE_KEY_SIZE; i++) difference |= (computed[i] as number) ^ (option.data[RKAP_VALUE + i] as number);
  return difference === 0;
}

const NO_DIGEST = new Uint8Array(RECONFIGURE_KEY_SIZE);

function rkapOption(type: number, value: Uint8Array, replayDetection: Uint8Array): Option {
  const data = new Uint8Array(RKAP_SIZE);
  data[0] = AuthenticationProtocol.reconfigureKey;
  data[1] = HMAC_MD5;
  data[2] = MONOTONIC;
  writeBytes(data, 3, replayDetection);
  data[HEADER] = type;
  writeBytes(data, RKAP_VALUE, value);
  return { code: OptionCode.authentication, data };
}

function isRkap(data: Uint8Array, type: number): boolean {
  return (
    data.length === RKAP_SIZE &&
    data[0] === AuthenticationProtocol.reconfigureKey &&
    data[1] === HMAC_MD5 &&
    data[2] === MONOTONIC &&
    data[HEADER] === type
  );
}

/** HMAC-MD5 of the message without what is around it. */
function digest(message: Message, key: Uint8Array): Uint8Array {
  return hmac(md5, key, encodeMessage(message.relays.length === 0 ? message : { ...message, relays: [] }));
}
