import { type FqdnName, readFqdnName, wireOfName } from "../fqdn-name.ts";
import type { Option } from "./message.ts";
import { OptionCode } from "./option-code.ts";

/* The Client FQDN option (39, RFC 4704): flags, and a name in the form of RFC 1035. */

/** Bits of the flags (section 4.1). */
export const FqdnFlag = {
  /** The server should update the AAAA records: asked by the client, told by the server. */
  S: 0x01,
  /** The server does otherwise than the client asked. */
  O: 0x02,
  /** The server updates nothing: asked by the client, told by the server. */
  N: 0x04,
} as const;

/** Option 39 as it came. No labels: the client leaves the name to the server. Labels are views. */
export interface ClientFqdn extends FqdnName {
  readonly flags: number;
}

/** Reads the value of option 39; undefined when it is malformed. */
export function readClientFqdn(data: Uint8Array): ClientFqdn | undefined {
  if (data.length === 0) return undefined;
  const name = readFqdnName(data.subarray(1));
  return name && { flags: data[0] as number, ...name };
}

/** The Client FQDN option with this name. */
export function clientFqdnOption(flags: number, name: FqdnName): Option {
  const wire = wireOfName(name);
  const data = new Uint8Array(1 + wire.length);
  data[0] = flags;
  data.set(wire, 1);
  return { code: OptionCode.clientFqdn, data };
}
