/**
 * `leasehold/server`: the DHCP server to run inside another program. Needs Node.js; the other
 * subpaths, but for `leasehold/config/file`, do not.
 *
 *     import { openSqliteStore, startServer } from "leasehold/server";
 *     const server = await startServer({ config, store: openSqliteStore("leases.db"), address: 0, port: 67, log });
 *
 * @module
 */

export type { AnswerHandler, Prober } from "../io/prober.ts";
export {
  type BatchHandler,
  type Datagram,
  type LocalInterface,
  type Outbox,
  SEND_FAILURES,
  type SendFailure,
  type Transport,
  type TransportCounters,
  TransportError,
} from "../io/transport.ts";
export { openMemoryStore } from "../store/memory.ts";
export { openSqliteStore, type SqliteStoreEvents } from "../store/sqlite/store.ts";
export {
  type Fact,
  type LeaseStore,
  type SavedClock,
  type StoredLease,
  StoreError,
  type StoreErrorCode,
  type StoreWrite,
} from "../store/store.ts";
export { type Counters, DROP_REASONS, type DropReason, summarize } from "./counters.ts";
export type { Operation } from "./dhcp4/operations.ts";
export type { Operation as Dhcp6Operation } from "./dhcp6/operations.ts";
export type { Happening as HappeningOf, HappeningKind } from "./happenings.ts";
export type { Log, LogEntry, LogLevel } from "./log.ts";
export {
  type Addresses,
  LEASE_OPERATIONS,
  type LeaseOperation,
  type LeaseOperationKind as OperationKind,
  OperationError,
} from "./operations.ts";
export type { Kinds } from "./protocol.ts";
export {
  type Dhcp6Options,
  type Happening,
  type ServedDhcp4,
  type ServedDhcp6,
  type Server,
  type ServerOptions,
  startServer,
} from "./server.ts";
export type { Served } from "./service.ts";
