import type { Dhcp6Config } from "../../config/model/dhcp6.ts";

/** The configuration that can be gone over to while the server runs, and what has to wait. */
export function settle(before: Dhcp6Config, asked: Dhcp6Config): { readonly config: Dhcp6Config; readonly fixed: readonly string[] } {
  const fixed: string[] = [];
  if (JSON.stringify(before.serverId) !== JSON.stringify(asked.serverId)) {
    fixed.push("`server_id` of `v6` has changed: the server is known by another DUID when it is restarted");
  }
  if (before.kernelRoutes !== asked.kernelRoutes) {
    fixed.push("`routes` of `v6` has changed: routes are kept as before until the server is restarted");
  }
  return { config: { ...asked, serverId: before.serverId, kernelRoutes: before.kernelRoutes }, fixed };
}
