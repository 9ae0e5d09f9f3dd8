import type { NamesStatus } from "../dns/status.ts";
import { formatIpv4 } from "../net/ipv4.ts";
import { formatIpv6 } from "../net/ipv6.ts";
import { summarize } from "../server/counters.ts";
import type { EventsStatus } from "../server/events/messages.ts";
import type { ServiceStatus, Status } from "../server/operations.ts";
import type { ServedDhcp4, ServedDhcp6, Server } from "../server/server.ts";
import type { Served } from "../server/service.ts";
import type { LeaseStore } from "../store/store.ts";
import { VERSION } from "./version.ts";

/** How a server is, as whoever asks is told. */
export function statusOf(
  server: Server,
  store: LeaseStore,
  configuration: Status["configuration"],
  events: EventsStatus,
  names: NamesStatus | undefined,
): Status {
  return {
    version: VERSION,
    uptime: Math.floor(process.uptime()),
    healthy: server.healthy,
    health: server.health,
    configuration,
    store: store.description,
    ...serviceStatus(server, formatIpv4),
    ...(server.dhcp6 === undefined ? {} : { dhcp6: serviceStatus(server.dhcp6, formatIpv6) }),
    ...(events.sinks.length === 0 ? {} : { events }),
    ...(names && { names }),
  };
}

/** Those that are served. */
export function servicesOf({ dhcp4, dhcp6 }: Server): readonly (ServedDhcp4 | ServedDhcp6)[] {
  return [dhcp4, dhcp6].filter((one) => one !== undefined);
}

function serviceStatus<A>(
  { table, interfaces, counters, transportCounters, others }: Served<unknown, unknown, { readonly name: string; readonly address: A }>,
  format: (address: A) => string,
): ServiceStatus {
  return {
    leases: { known: table.size, ...table.states() },
    interfaces: interfaces.map(({ name, address }) => ({ name, address: format(address) })),
    ...(others().length === 0 ? {} : { others: others() }),
    counters: summarize(counters, transportCounters()),
  };
}

/** In one line, for a service manager. */
export function summaryOf(server: Server): string {
  const known = servicesOf(server).reduce((sum, { table }) => sum + table.size, 0);
  return server.healthy ? `serving; ${known} leases known` : "no lease can be made durable, so none is given: see the log";
}
