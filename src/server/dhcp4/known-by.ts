import type { Config } from "../../config/model/config.ts";
import { hardwareKey } from "../../leases/dhcp4/client-key.ts";
import type { Lease } from "../../leases/dhcp4/lease.ts";
import { OWNER_RECORD } from "../../leases/dhcp4/record.ts";
import { equalBytes } from "../../net/bytes.ts";

/**
 * The lease with the key that its client has now: whether option 61 counts may have changed since
 * it was written. With `chaddr_only` the identifier that a client sent is kept, but it is known by
 * its hardware address.
 */
export function knownBy({ chaddrOnly }: Config, lease: Lease): Lease {
  const { owner } = lease;
  const { clientKey, clientIdentifier } = owner;
  const hardware = hardwareKey(owner.htype, owner.chaddr);
  const byHardware = equalBytes(clientKey, hardware);
  if (chaddrOnly) return byHardware ? lease : { ...lease, owner: { ...OWNER_RECORD.copy(owner), clientKey: hardware } };
  // Fewer than two bytes identify nobody (RFC 2132 section 9.14).
  if (!byHardware || clientIdentifier === undefined || clientIdentifier.length < 2) return lease;
  return { ...lease, owner: { ...OWNER_RECORD.copy(owner), clientKey: clientIdentifier } };
}
