import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { adviceOn, loadConfigFile } from "../config/file.ts";
import type { Config } from "../config/model/config.ts";
import type { Dhcp6Config } from "../config/model/dhcp6.ts";
import { formatDiagnostics } from "../config/text/diagnostic.ts";
import { TransportError } from "../io/transport.ts";
import { formatIpv4, type Ipv4, parseIpv4 } from "../net/ipv4.ts";
import { formatIpv6, type Ipv6, parseIpv6 } from "../net/ipv6.ts";
import { firstAddress } from "../net/ipv6-prefix.ts";
import { type Control, controlPath, openControl, type Reloaded } from "../server/control.ts";
import { summarize } from "../server/counters.ts";
import { isOnConfiguredNetwork } from "../server/dhcp4/served-interfaces.ts";
import { isOnConfiguredNetwork as isOnConfiguredNetwork6 } from "../server/dhcp6/served-interfaces.ts";
import { loadConfigurationInThread } from "../server/load-configuration.ts";
import type { Log } from "../server/log.ts";
import type { ServiceStatus, Status } from "../server/operations.ts";
import { oneAtATime } from "../server/reload.ts";
import { type ServedDhcp4, type ServedDhcp6, type Server, startServer } from "../server/server.ts";
import type { Served } from "../server/service.ts";
import { openMemoryStore } from "../store/memory.ts";
import { openSqliteStore } from "../store/sqlite/store.ts";
import { type LeaseStore, StoreError } from "../store/store.ts";
import { databaseOf, makeFolderOf } from "./database.ts";
import { Exit, fail } from "./exit.ts";
import { ADDRESS_TEXT, operateOn } from "./leases/families.ts";
import { createServerLog, type ServerLog } from "./log/create.ts";
import { handleSignals } from "./signals.ts";
import { VERSION } from "./version.ts";

const DHCP_SERVER_PORT = 67;
const DHCP6_SERVER_PORT = 547;

interface ServeOptions {
  readonly config: string;
  readonly database?: string;
  readonly v4Addr: { readonly address: Ipv4; readonly port: number };
  readonly v6Addr: { readonly address: Ipv6; readonly port: number };
}

export function addServeCommand(program: Command): void {
  program
    .command("serve")
    .description("run the server until SIGTERM or SIGINT")
    .requiredOption("-c, --config <file>", "configuration: YAML, JSON, a TypeScript module, or a file of dhcpd, Kea or dnsmasq")
    .option("-d, --database <file>", "lease database (default: `store` of the configuration, else leases.db in the state folder)")
    .addOption(
      new Option("--v4-addr <addr:port>", "where to listen; on another port than 67 (for tests) replies go back to the sender")
        .argParser(parseAddressAndPort)
        .default({ address: 0, port: DHCP_SERVER_PORT }, `0.0.0.0:${DHCP_SERVER_PORT}`),
    )
    .addOption(
      new Option("--v6-addr <[addr]:port>", "the same for IPv6, where the configuration has a section v6; the port of service is 547")
        .argParser(parseIpv6AddressAndPort)
        .default({ address: new Uint8Array(16), port: DHCP6_SERVER_PORT }, `[::]:${DHCP6_SERVER_PORT}`),
    )
    .action(serve);
}

async function serve(options: ServeOptions): Promise<void> {
  // A large configuration takes a while to be read, and this would end the process.
  let hungUp = false;
  const onHangUp = (): void => {
    hungUp = true;
  };
  process.on("SIGHUP", onHangUp);
  const config = await readConfig(options.config);
  let loaded = new Date().toISOString();
  const serverLog = createServerLog(config.log);
  const { log, exit } = serverLog;
  const signals = handleSignals(log, exit, hungUp);
  process.off("SIGHUP", onHangUp);
  const database = databaseOf(config, options.database);
  const store = openStore(database, serverLog);
  const server = await start(config, store, options, log);
  for (const limitation of server.limitations) log.warn(limitation);
  const status = (): Status => statusOf(server, store, { file: resolve(options.config), loaded });
  const reload = oneAtATime(async (): Promise<Reloaded> => {
    const reloaded = await reloadServer(server, options.config);
    loaded = new Date().toISOString();
    return reloaded;
  });
  const control = await listenToOperators(server, status, reload, database, log);
  for (const line of describe(config, store, server, options)) log.info(line);
  signals.serve({
    stop() {
      control?.close();
      return server.stop();
    },
    async reload() {
      try {
        for (const note of (await reload()).notes) log.warn(note);
      } catch (error) {
        log.error(`nothing has changed: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
    counters: () => servicesOf(server).map(({ counters, transportCounters }) => summarize(counters, transportCounters())),
  });
}

/** Serves by what the file says now. Rejects with all that is wrong with it. */
async function reloadServer(server: Server, path: string): Promise<Reloaded> {
  const loaded = await loadConfigurationInThread(path);
  if (!loaded.ok) throw new Error([`${path} can't be used:`, ...loaded.problems].join("\n"));
  const fixed = await server.reload(loaded.config);
  return { networks: loaded.config.networks.length + (loaded.config.dhcp6?.networks.length ?? 0), notes: [...loaded.warnings, ...fixed] };
}

async function readConfig(path: string): Promise<Config> {
  const loaded = await loadConfigFile(path);
  if (!loaded.ok) {
    for (const text of formatDiagnostics(loaded.diagnostics, path, loaded.source)) process.stderr.write(`${text}\n`);
    const count = loaded.diagnostics.length === 1 ? "one problem" : `${loaded.diagnostics.length} problems`;
    fail(`${path} can't be used: ${count}, see above${adviceOn(loaded, path)}`);
  }
  for (const text of formatDiagnostics(loaded.warnings, path, loaded.source)) process.stderr.write(`${text}\n`);
  return loaded.config;
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

async function start(config: Config, store: LeaseStore, { v4Addr, v6Addr }: ServeOptions, log: Log): Promise<Server> {
  try {
    return await startServer({ config, store, ...v4Addr, dhcp6: v6Addr, log });
  } catch (error) {
    if (error instanceof StoreError || error instanceof TransportError) fail(error.message);
    throw error;
  }
}

/** The socket through which operators ask for what they may do. Without it the server serves on. */
async function listenToOperators(
  server: Server,
  status: () => Status,
  reload: () => Promise<Reloaded>,
  database: string | undefined,
  log: Log,
): Promise<Control | undefined> {
  if (database === undefined) return undefined;
  const path = controlPath(database);
  try {
    return await openControl(
      path,
      { operate: (operation) => operateOn(server.dhcp4, server.dhcp6, operation), status, reload },
      ADDRESS_TEXT,
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log.warn(`the socket ${path} can't be made, so \`leasehold leases\` can't change what is in this server: ${reason}`);
    return undefined;
  }
}

function statusOf(server: Server, store: LeaseStore, configuration: Status["configuration"]): Status {
  return {
    version: VERSION,
    uptime: Math.floor(process.uptime()),
    healthy: server.healthy,
    configuration,
    store: store.description,
    ...serviceStatus(server, formatIpv4),
    ...(server.dhcp6 === undefined ? {} : { dhcp6: serviceStatus(server.dhcp6, formatIpv6) }),
  };
}

/** Those that are served. */
function servicesOf({ dhcp4, dhcp6 }: Server): readonly (ServedDhcp4 | ServedDhcp6)[] {
  return [dhcp4, dhcp6].filter((one) => one !== undefined);
}

function serviceStatus<A>(
  { table, interfaces, counters, transportCounters }: Served<unknown, unknown, { readonly name: string; readonly address: A }>,
  format: (address: A) => string,
): ServiceStatus {
  return {
    leases: { known: table.size },
    interfaces: interfaces.map(({ name, address }) => ({ name, address: format(address) })),
    counters: summarize(counters, transportCounters()),
  };
}

/** What the server serves, where its leases are and what to try next, in plain words. */
function describe(config: Config, store: LeaseStore, server: Server, { v4Addr, v6Addr }: ServeOptions): string[] {
  const known = servicesOf(server).reduce((sum, { table }) => sum + table.size, 0);
  return [
    ...(server.dhcp4 === undefined ? [] : describe4(config, server.dhcp4, v4Addr.address)),
    ...(server.dhcp6 === undefined || config.dhcp6 === undefined ? [] : describe6(config.dhcp6, server.dhcp6, v6Addr.address)),
    `leases: ${store.description}; ${known} known`,
    ...(server.dhcp4 === undefined ? [] : adviceForTests(server.dhcp4, v4Addr.address)),
    ...(server.dhcp6 === undefined || config.dhcp6 === undefined ? [] : adviceForTests6(config.dhcp6, server.dhcp6, v6Addr.address)),
  ];
}

function describe4(config: Config, { interfaces, table, port }: ServedDhcp4, address: Ipv4): string[] {
  const listening = `${address === 0 ? "every address" : formatIpv4(address)}, port ${port}`;
  const direct = interfaces.filter((served) => isOnConfiguredNetwork(config, served));
  const unused = config.ranges.reduce((sum, range) => sum + table.unusedIn(range), 0);
  return [
    `serving ${config.networks.map((network) => network.name).join(", ") || "no network"}: ${unused} unused addresses`,
    `listening on ${listening}; directly connected: ${direct.map(({ name, address: own }) => `${name} (${formatIpv4(own)})`).join(", ") || "none, only relayed clients"}`,
  ];
}

/** Ranges of a /64 have more addresses than anybody counts. */
function describe6(config: Dhcp6Config, { interfaces, port }: ServedDhcp6, address: Ipv6): string[] {
  const listening = `${isUnspecified(address) ? "every IPv6 address" : formatIpv6(address)}, port ${port}`;
  const direct = interfaces.filter((served) => isOnConfiguredNetwork6(config, served));
  return [
    `serving ${config.networks.map((network) => network.name).join(", ") || "settings alone, no network"} by DHCPv6`,
    `listening on ${listening}; directly connected: ${direct.map(({ name, address: own }) => `${name} (${formatIpv6(own)})`).join(", ") || "none, only relayed clients"}`,
  ];
}

function adviceForTests({ port }: ServedDhcp4, address: Ipv4): string[] {
  if (port === DHCP_SERVER_PORT) return [];
  const to = `${address === 0 ? "127.0.0.1" : formatIpv4(address)}:${port}`;
  return [
    `port ${port} is for trying things out: every reply goes back to the sender`,
    `try it: in a second terminal, \`npx leasehold probe --server ${to}\` obtains a lease and prints the exchange`,
  ];
}

function adviceForTests6({ networks: [network] }: Dhcp6Config, { port }: ServedDhcp6, address: Ipv6): string[] {
  if (port === DHCP6_SERVER_PORT || network === undefined) return [];
  const to = `[${isUnspecified(address) ? "::1" : formatIpv6(address)}]:${port}`;
  const relay = formatIpv6(firstAddress(network.prefix));
  return [
    `port ${port} is for trying DHCPv6 out: every reply goes back to the sender`,
    `try it: \`npx leasehold probe -6 --server ${to} --relay ${relay}\` obtains an address and prints the exchange`,
  ];
}

function isUnspecified(address: Ipv6): boolean {
  return address.every((byte) => byte === 0);
}

function parseIpv6AddressAndPort(text: string): ServeOptions["v6Addr"] {
  const [, host = "", portText = String(DHCP6_SERVER_PORT)] = /^\[([^\]]*)\](?::(\d{1,5}))?$/.exec(text) ?? [];
  const address = parseIpv6(host);
  const port = Number(portText);
  if (address === undefined || port < 1 || port > 65535) {
    fail(`--v6-addr ${text}: expected an IPv6 address and a port, for example [::]:547`, Exit.usage);
  }
  return { address, port };
}

function parseAddressAndPort(text: string): ServeOptions["v4Addr"] {
  const [, host = "", portText = String(DHCP_SERVER_PORT)] = /^([^:]*)(?::(\d{1,5}))?$/.exec(text) ?? [];
  const address = parseIpv4(host);
  const port = Number(portText);
  if (address === undefined || port < 1 || port > 65535) {
    fail(`--v4-addr ${text}: expected an IPv4 address and a port, for example 0.0.0.0:67`, Exit.usage);
  }
  return { address, port };
}
