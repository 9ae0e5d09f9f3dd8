/**
 * `leasehold/server`: the DHCP server to run inside another program. Needs Node.js; the other
 * subpaths, but for `leasehold/config/file`, do not.
 *
 *     import { openSqliteStore, startServer } from "leasehold/server";
 *     const server = await startServer({ config, store: openSqliteStore("leases.db"), address: 0, port: 67 });
 *
 * @module
 */
import "../config/node-version.ts";

export type { AnswerHandler, Prober } from "../io/prober.ts";
export {
  type BatchHandler,
  type Datagram,
  type LocalInterface,
  type OnNotSent,
  type Outbox,
  SEND_FAILURES,
  type SendFailure,
  type Transport,
  type TransportCounters,
  TransportError,
  UNRECORDED,
} from "../io/transport.ts";
export { EventCode, type EventWrite, type IndexWrite, type PruneWrite } from "../store/event.ts";
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
export type { ChangeFeed } from "./change-feed.ts";
export { consoleLog } from "./console-log.ts";
export { type Counters, DROP_REASONS, type DropReason, summarize } from "./counters.ts";
export type { DecisionsOf, ToldDecision, ToldRule } from "./decisions.ts";
export type { Operation } from "./dhcp4/operations.ts";
export type { Operation as Dhcp6Operation } from "./dhcp6/operations.ts";
export type { Happening as HappeningOf, HappeningKind } from "./happenings.ts";
export { type Finding, HEALTH_STATES, type Health, type HealthCheck, type HealthState } from "./health.ts";
export type { Journal } from "./journal.ts";
export type { NewLease } from "./leases/add.ts";
export { type Log, type LogEntry, type LogLevel, NO_LOG } from "./log.ts";
export type { Histogram, Measures } from "./measures.ts";
export type { DescribedPool } from "./metrics/layout.ts";
export type { AddressPlaces } from "./metrics/publish.ts";
export {
  type Addresses,
  LEASE_OPERATIONS,
  type LeaseOperation,
  type LeaseOperationKind as OperationKind,
  OperationError,
} from "./operations.ts";
export type { OtherServer } from "./other-servers.ts";
export type { Kinds } from "./protocol.ts";
export {
  type Dhcp6Options,
  type Happening,
  type ReloadNews,
  type ServedDhcp4,
  type ServedDhcp6,
  type Server,
  type ServerOptions,
  startServer,
} from "./server.ts";
export type { Served } from "./service.ts";
