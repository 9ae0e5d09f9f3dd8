import type { ListenSpec } from "../config/model/common.ts";
import { formatAddress } from "../net/address.ts";

/** Where bulk leasequery is listened for; without a port at that of the protocol. */
export function endpointsOf(
  listen: readonly ListenSpec[],
  ownPort: number,
): readonly { readonly address: string; readonly port: number }[] {
  return listen.map(({ address, port }) => ({ address: formatAddress(address), port: port ?? ownPort }));
}

/** What has to wait for the next start. */
export function fixedListen(before: readonly ListenSpec[], after: readonly ListenSpec[]): readonly string[] {
  const texts = (all: readonly ListenSpec[]): string => all.map(({ address, port }) => `${formatAddress(address)} ${port ?? ""}`).join();
  if (texts(before) === texts(after)) return [];
  return ["`leasequery.bulk` has changed: where the server listens for it changes when it is restarted"];
}
