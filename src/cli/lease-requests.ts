import * as add4 from "../server/dhcp4/add-lease.ts";
import * as usage4 from "../server/dhcp4/usage.ts";
import * as add6 from "../server/dhcp6/add-lease.ts";
import * as usage6 from "../server/dhcp6/usage.ts";
import { addLeaseHandler } from "../server/leases/new-lease.ts";
import { leaseHandlers } from "../server/leases/requests.ts";
import type { RequestHandler } from "../server/requests.ts";
import type { Server } from "../server/server.ts";
import { usageHandler, usageSource } from "../server/usage.ts";

/** What a server can be asked about its leases: `lease`, `leases`, `usage`, `add-lease`. */
export function leaseRequests(server: Server): Readonly<Record<string, RequestHandler>> {
  const { dhcp4, dhcp6 } = server;
  const sources = [
    ...(dhcp4 === undefined ? [] : [usageSource("dhcp4", dhcp4.table, () => usage4.usedNetworks(dhcp4.config))]),
    ...(dhcp6 === undefined ? [] : [usageSource("dhcp6", dhcp6.table, () => usage6.usedNetworks(dhcp6.config))]),
  ];
  return {
    ...leaseHandlers({
      tableOf: (protocol) => (protocol === "dhcp4" ? dhcp4?.table : protocol === "dhcp6" ? dhcp6?.table : undefined),
      wallOffset: () => server.wallOffset,
    }),
    usage: usageHandler(() => sources),
    "add-lease": addLeaseHandler(() => [
      ...(dhcp4 === undefined ? [] : [add4.addTo(dhcp4)]),
      ...(dhcp6 === undefined ? [] : [add6.addTo(dhcp6)]),
    ]),
  };
}
