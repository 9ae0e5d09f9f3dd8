import { deserialize, serialize } from "node:v8";
import type { Config } from "../config/model/config.ts";

/**
 * A configuration as bytes that threads share: kept for the next comparison, it costs whoever keeps
 * it no time to hand it on.
 */
export function toBytes(config: Config): SharedArrayBuffer {
  const bytes = serialize(config);
  const shared = new SharedArrayBuffer(bytes.length);
  new Uint8Array(shared).set(bytes);
  return shared;
}

export function fromBytes(bytes: SharedArrayBuffer): Config {
  return deserialize(Uint8Array.from(new Uint8Array(bytes))) as Config;
}
