import type { Routes } from "./context.ts";
import { dnsRoutes } from "./routes/dns.ts";
import { doraRoutes } from "./routes/dora.ts";
import { eventRoutes } from "./routes/events.ts";
import { historyRoutes } from "./routes/history.ts";
import { leaseRoutes } from "./routes/leases.ts";
import { metricsRoutes } from "./routes/metrics.ts";
import { operationRoutes } from "./routes/operations.ts";
import { serverRoutes } from "./routes/server.ts";

/** All routes, in the order of the documentation. */
export const ROUTES: readonly Routes[] = [
  serverRoutes,
  metricsRoutes,
  doraRoutes,
  leaseRoutes,
  operationRoutes,
  dnsRoutes,
  eventRoutes,
  historyRoutes,
];
