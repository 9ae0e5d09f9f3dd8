import { readU16, readU32, writeBytes, writeU16, writeU32 } from "../../net/bytes.ts";
import type { Hardware } from "../../net/duid.ts";
import type { Option } from "./message.ts";
import { OptionCode } from "./option-code.ts";

/* What relay agents tell, where the value has more than one part. All that is read are views. */

/** A Remote-Id (RFC 4649 section 3). */
export interface RemoteId {
  readonly enterprise: number;
  readonly id: Uint8Array;
}

/** Reads the value of a Remote-Id option; undefined when it is too short. */
export function readRemoteId(data: Uint8Array): RemoteId | undefined {
  return data.length < 4 ? undefined : { enterprise: readU32(data, 0), id: data.subarray(4) };
}

/** OPTION_REMOTE_ID, 37 (RFC 4649). */
export function remoteIdOption({ enterprise, id }: RemoteId): Option {
  const data = new Uint8Array(4 + id.length);
  writeU32(data, 0, enterprise);
  writeBytes(data, 4, id);
  return { code: OptionCode.remoteId, data };
}

/**
 * Reads the value of a Client Link-Layer Address option (RFC 6939 section 4); undefined when it has
 * no address.
 */
export function readClientLinkLayerAddress(data: Uint8Array): Hardware | undefined {
  return data.length < 3 ? undefined : { type: readU16(data, 0), address: data.subarray(2) };
}

/** OPTION_CLIENT_LINKLAYER_ADDR, 79 (RFC 6939). */
export function clientLinkLayerAddressOption({ type, address }: Hardware): Option {
  const data = new Uint8Array(2 + address.length);
  writeU16(data, 0, type);
  writeBytes(data, 2, address);
  return { code: OptionCode.clientLinkLayerAddress, data };
}
