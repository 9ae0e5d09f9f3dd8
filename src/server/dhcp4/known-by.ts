import type { Config } from "../../config/model/config.ts";
import { firstField } from "../../leases/columns/record.ts";
import { hardwareKey } from "../../leases/dhcp4/client-key.ts";
import { FIELD, OWNER_RECORD, recordOf } from "../../leases/dhcp4/record.ts";

/**
 * The record with the key that its client has now: whether option 61 counts may have changed since
 * it was written. With `chaddr_only` the identifier that a client sent is kept, but it is known by
 * its hardware address.
 */
export function knownBy({ chaddrOnly }: Config, record: Uint8Array): Uint8Array {
  const key = record[firstField(0)];
  if (key === (chaddrOnly ? FIELD.hardware : FIELD.clientIdentifier)) return record;
  const owner = OWNER_RECORD.read(record, 0);
  if (chaddrOnly) return recordOf({ ...OWNER_RECORD.copy(owner), clientKey: hardwareKey(owner.htype, owner.chaddr) });
  const { clientIdentifier } = owner;
  // Fewer than two bytes identify nobody (RFC 2132 section 9.14).
  if (key !== FIELD.hardware || clientIdentifier === undefined || clientIdentifier.length < 2) return record;
  return recordOf({ ...OWNER_RECORD.copy(owner), clientKey: clientIdentifier });
}
