import { type Command, Option } from "commander";
import { adviceOn, textOf } from "../config/file.ts";
import type { Config } from "../config/model/config.ts";
import { type Diagnostic, formatDiagnostics, formatPath } from "../config/text/diagnostic.ts";
import { CAPABILITIES_OF_SOCKETS, restrictThread } from "../io/linux/privileges.ts";
import { TransportError } from "../io/transport.ts";
import { type Ipv4, parseIpv4 } from "../net/ipv4.ts";
import { type Ipv6, parseIpv6 } from "../net/ipv6.ts";
import { beginWith, createConfiguration } from "../server/configuration.ts";
import { type Control, controlPath, openControl } from "../server/control.ts";
import { summarize } from "../server/counters.ts";
import { decisionHandlers } from "../server/decisions.ts";
import { startEvents } from "../server/events/start.ts";
import type { HealthCheck } from "../server/health.ts";
import { HooksError } from "../server/hooks/thread.ts";
import { type Log, SaidFacts } from "../server/log.ts";
import { metricsOf } from "../server/metrics/publish.ts";
import { createNames } from "../server/names.ts";
import { planHandler } from "../server/plan-request.ts";
import { answerRequest, type Controlled } from "../server/requests.ts";
import { reservationHandlers } from "../server/reservation-requests.ts";
import { reservationsIn } from "../server/runtime-reservations.ts";
import { type ReloadNews, type Server, startServer } from "../server/server.ts";
import type { ServiceParts } from "../server/service.ts";
import { openMemoryStore } from "../store/memory.ts";
import { factsOf } from "../store/sqlite/facts.ts";
import { openSqliteStore } from "../store/sqlite/store.ts";
import { type LeaseStore, StoreError } from "../store/store.ts";
import { type ServedApi, serveApi } from "./api.ts";
import { becomeUser } from "./become-user.ts";
import { DATABASE_MADE, databaseOf, makeFolderOf } from "./database.ts";
import { Exit, fail } from "./exit.ts";
import { IPV4, IPV6 } from "./family.ts";
import { leaseRequests } from "./lease-requests.ts";
import { ADDRESS_TEXT, type Leased, operateOn } from "./leases/families.ts";
import { createServerLog, type ServerLog } from "./log/create.ts";
import { loadGuarded } from "./module-guard.ts";
import { adviceForTests, startFactsOf } from "./serve/dhcp4/start.ts";
import { adviceForTests as adviceForTests6, startFactsOf as startFactsOf6 } from "./serve/dhcp6/start.ts";
import { type StartLine, startLines } from "./serve/start-lines.ts";
import { servicesOf, statusOf, summaryOf } from "./server-status.ts";
import { handleSignals } from "./signals.ts";
import { createSupervision } from "./supervision.ts";
import { VERSION } from "./version.ts";

interface ServeOptions {
  readonly config: string;
  readonly database?: string;
  readonly v4Addr: { readonly address: Ipv4; readonly port: number };
  readonly v6Addr: { readonly address: Ipv6; readonly port: number };
  readonly api: boolean;
}

export function addServeCommand(program: Command): void {
  program
    .command("serve")
    .description("run the server until SIGTERM or SIGINT")
    .requiredOption("-c, --config <file>", "configuration: YAML, JSON, a TypeScript module, or a file of dhcpd, Kea or dnsmasq")
    .option("-d, --database <file>", DATABASE_MADE)
    .addOption(
      new Option(
        "--v4-addr <addr:port>",
        "where to listen; without a port on 67; on another port (for tests) replies go back to the sender",
      )
        .argParser(parseAddressAndPort)
        .default({ address: 0, port: IPV4.serverPort }, `0.0.0.0:${IPV4.serverPort}`),
    )
    .addOption(
      new Option("--v6-addr <[addr]:port>", "the same for IPv6, where the configuration has a section v6; without a port on 547")
        .argParser(parseIpv6AddressAndPort)
        .default({ address: new Uint8Array(16), port: IPV6.serverPort }, `[::]:${IPV6.serverPort}`),
    )
    .option("--no-api", "without the HTTP API, whatever the configuration says of it")
    .action(serve);
}

async function serve(options: ServeOptions): Promise<void> {
  // A large configuration takes a while to be read, and this would end the process.
  let hungUp = false;
  const onHangUp = (): void => {
    hungUp = true;
  };
  process.on("SIGHUP", onHangUp);
  const read = await readConfig(options.config);
  const serverLog = createServerLog(read.config.log);
  const { log, exit } = serverLog;
  for (const warning of read.config.log.format === "json" ? read.warnings : []) log.warn(...entryOf(warning, options.config));
  const signals = handleSignals(log, exit, hungUp);
  process.off("SIGHUP", onHangUp);
  const database = databaseOf(read.config, options.database);
  const supervision = createSupervision();
  for (const note of read.config.user === undefined ? [] : await becomeUser(read.config.user, database, options.config)) log.warn(note);
  restrictThread(CAPABILITIES_OF_SOCKETS);
  const store = openStore(database, serverLog);
  const { config, ...began } = await beginWith(options.config, read, database === undefined ? [] : reservationsIn(factsOf(database)));
  const events = await startEvents({ config, database, store, log });
  const names = createNames({ config, database, log });
  const told = { journal: events.journal, feed: names.feed, checks: [names.check] };
  const server = await start(config, store, options, serverLog, told);
  events.begin();
  names.begin();
  for (const limitation of server.limitations) log.warn(limitation);
  let api: ServedApi | undefined;
  const configuration = createConfiguration({
    ...began,
    config,
    database,
    store,
    log,
    async serve(next, { text, ...facts }) {
      const change = () => server.reload(next, text, facts);
      // The API first, for it may fail: then the server serves on as before.
      const fixed = await (api === undefined ? change() : api.reload(next, change));
      events.configure(next);
      names.configure(next);
      return fixed;
    },
  });
  const reload = () => supervision.reloading(configuration.reload);
  const controlled: Controlled<Leased> = {
    operate: (operation) => operateOn(server.dhcp4, server.dhcp6, operation),
    status: () => statusOf(server, store, configuration.status(), events.status(), names.status()),
    reload,
    handlers: {
      ...reservationHandlers(configuration),
      ...planHandler(configuration),
      ...leaseRequests(server),
      ...decisionHandlers(server),
      ...events.handlers,
      ...names.handlers,
    },
  };
  const control = await listenToOperators(controlled, database, log);
  for (const { level, text } of describe(server, store, options)) log[level](text);
  const answer = (request: unknown) => answerRequest(request, controlled, ADDRESS_TEXT);
  const { heartbeat } = server;
  const metrics = metricsOf(server, { version: VERSION, configuration: configuration.status, events: events.status, names: names.status });
  const parts = { answer, database, configuration: options.config, heartbeat, metrics, log, wanted: options.api };
  api = serveApi(config, parts, (reason) => {
    log.error(`the HTTP API can't be served: ${reason}`);
    exit(Exit.failed);
  });
  supervision.ready(store, () => summaryOf(server));
  signals.serve({
    async stop() {
      supervision.stopping();
      control?.close();
      await api?.close();
      metrics.close();
      await events.close();
      await names.close();
      await server.stop();
    },
    async reload() {
      // What comes of it is in the log.
      await reload().catch(() => {});
    },
    counters: () => servicesOf(server).map(({ counters, transportCounters }) => summarize(counters, transportCounters())),
  });
}

/** A configuration file that can be served, and the warnings of it. */
interface ReadConfig {
  readonly config: Config;
  readonly hash: string;
  readonly text: string | undefined;
  readonly warnings: readonly Diagnostic[];
}

async function readConfig(path: string): Promise<ReadConfig> {
  const loaded = await loadGuarded(path);
  if (!loaded.ok) {
    for (const text of formatDiagnostics(loaded.diagnostics, path, loaded.source)) process.stderr.write(`${text}\n`);
    const count = loaded.diagnostics.length === 1 ? "one problem" : `${loaded.diagnostics.length} problems`;
    // What is missing may be there later, such as on a file system that is yet to be mounted.
    const status = loaded.missing ? Exit.failed : Exit.configuration;
    fail(`${path} can't be used: ${count}, see above${adviceOn(loaded, path)}`, status);
  }
  const { config, warnings } = loaded;
  if (config.log.format !== "json") for (const text of formatDiagnostics(warnings, path, loaded.source)) process.stderr.write(`${text}\n`);
  return { config, hash: loaded.hash ?? "", text: textOf(loaded, path), warnings };
}

/** A warning of the configuration as an entry of a log for programs. */
function entryOf({ line, column, message, ...more }: Diagnostic, main: string): readonly [facts: object, text: string] {
  const { file = main, hint } = more;
  const path = more.path.length > 0 && { path: formatPath(more.path) };
  return [new SaidFacts({ file, ...(line > 0 && { line, column }), ...path, ...(hint !== undefined && { hint }) }), message];
}

function openStore(path: string | undefined, { log, exit }: ServerLog): LeaseStore {
  if (path === undefined) return openMemoryStore();
  makeFolderOf(path);
  try {
    return openSqliteStore(path, {
      warning: (text) => log.warn(text),
      lost(error) {
        log.error(`no lease can be written any more, so the server ends, for its supervisor to start it anew: ${error.message}`);
        exit(Exit.failed);
      },
    });
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
}

/** Who is told beside the packets' way. */
type Told = Pick<ServiceParts<unknown, unknown, unknown>, "journal" | "feed"> & { readonly checks: readonly HealthCheck[] };

async function start(
  config: Config,
  store: LeaseStore,
  { v4Addr, v6Addr }: ServeOptions,
  { log, setLevel }: ServerLog,
  { journal, feed, checks }: Told,
): Promise<Server> {
  const onReload = (news: ReloadNews): void => setLevel(news.config.log.level);
  const told = { ...(journal && { journal }), ...(feed && { feed }), checks, onReload };
  try {
    return await startServer({ config, store, ...v4Addr, dhcp6: v6Addr, log, ...told });
  } catch (error) {
    if (error instanceof StoreError || error instanceof TransportError || error instanceof HooksError) fail(error.message);
    throw error;
  }
}

/** The socket through which operators ask for what they may do. Without it the server serves on. */
async function listenToOperators(controlled: Controlled<Leased>, database: string | undefined, log: Log): Promise<Control | undefined> {
  if (database === undefined) return undefined;
  const path = controlPath(database);
  try {
    return await openControl(path, controlled, ADDRESS_TEXT);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log.warn(`the socket ${path} can't be made, so \`leasehold leases\` can't change what is in this server: ${reason}`);
    return undefined;
  }
}

/** What the server serves, where its leases are and what to try next, in plain words. */
function describe({ dhcp4, dhcp6 }: Server, store: LeaseStore, { v4Addr, v6Addr }: ServeOptions): readonly StartLine[] {
  const known = (dhcp4?.table.size ?? 0) + (dhcp6?.table.size ?? 0);
  const plain = [
    `leases: ${store.description}; ${known} known`,
    ...(dhcp4 === undefined ? [] : adviceForTests(dhcp4, v4Addr.address)),
    ...(dhcp6 === undefined ? [] : adviceForTests6(dhcp6, v6Addr.address)),
  ];
  return [
    ...(dhcp4 === undefined ? [] : startLines(startFactsOf(dhcp4, v4Addr.address))),
    ...(dhcp6 === undefined ? [] : startLines(startFactsOf6(dhcp6, v6Addr.address))),
    ...plain.map((text) => ({ level: "info" as const, text })),
  ];
}

function parseIpv6AddressAndPort(text: string): ServeOptions["v6Addr"] {
  const [, host = "", portText = String(IPV6.serverPort)] = /^\[([^\]]*)\](?::(\d{1,5}))?$/.exec(text) ?? [];
  const address = parseIpv6(host);
  const port = Number(portText);
  if (address === undefined || port < 1 || port > 65535) {
    fail(`--v6-addr ${text}: expected an IPv6 address and a port, for example [::]:547`, Exit.usage);
  }
  return { address, port };
}

function parseAddressAndPort(text: string): ServeOptions["v4Addr"] {
  const [, host = "", portText = String(IPV4.serverPort)] = /^([^:]*)(?::(\d{1,5}))?$/.exec(text) ?? [];
  const address = parseIpv4(host);
  const port = Number(portText);
  if (address === undefined || port < 1 || port > 65535) {
    fail(`--v4-addr ${text}: expected an IPv4 address and a port, for example 0.0.0.0:67`, Exit.usage);
  }
  return { address, port };
}
