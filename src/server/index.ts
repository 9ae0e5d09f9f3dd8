/**
 * `leasehold/server`: the DHCP server to run inside another program. Needs Node.js; the other
 * subpaths do not.
 */

export type { Prober } from "../io/prober.ts";
export { type Transport, TransportError } from "../io/transport.ts";
export { openMemoryStore } from "../store/memory.ts";
export { openSqliteStore, type SqliteStoreEvents } from "../store/sqlite/store.ts";
export { type LeaseStore, type SavedClock, type StoredLease, StoreError, type StoreErrorCode, type StoreWrite } from "../store/store.ts";
export { type Counters, DROP_REASONS, type DropReason, summarize } from "./counters.ts";
export type { Operation } from "./dhcp4/operations.ts";
export type { Operation as Dhcp6Operation } from "./dhcp6/operations.ts";
export type { HappeningKind } from "./happenings.ts";
export { type LeaseOperationKind as OperationKind, OperationError } from "./operations.ts";
export {
  type Dhcp6Options,
  type Happening,
  type ServedDhcp4,
  type ServedDhcp6,
  type Server,
  type ServerOptions,
  startServer,
} from "./server.ts";
