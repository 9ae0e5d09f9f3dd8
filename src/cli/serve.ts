import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { type Command, Option } from "commander";
import { loadConfigFile } from "../config/file.ts";
import type { Config } from "../config/model/config.ts";
import { formatDiagnostics } from "../config/text/diagnostic.ts";
import { TransportError } from "../io/transport.ts";
import { formatIpv4, type Ipv4, parseIpv4 } from "../net/ipv4.ts";
import { type Control, controlPath, openControl, type Reloaded } from "../server/control.ts";
import { summarize } from "../server/counters.ts";
import { ADDRESS_TEXT } from "../server/dhcp4/operations.ts";
import { isOnConfiguredNetwork } from "../server/dhcp4/served-interfaces.ts";
import { loadConfigurationInThread } from "../server/load-configuration.ts";
import type { Log } from "../server/log.ts";
import type { Status } from "../server/operations.ts";
import { oneAtATime } from "../server/reload.ts";
import { type Server, startServer } from "../server/server.ts";
import { openMemoryStore } from "../store/memory.ts";
import { openSqliteStore } from "../store/sqlite/store.ts";
import { type LeaseStore, StoreError } from "../store/store.ts";
import { Exit, fail } from "./exit.ts";
import { createServerLog, type ServerLog } from "./log/create.ts";
import { handleSignals } from "./signals.ts";
import { VERSION } from "./version.ts";

const DHCP_SERVER_PORT = 67;

interface ServeOptions {
  readonly config: string;
  readonly database?: string;
  readonly v4Addr: { readonly address: Ipv4; readonly port: number };
}

export function addServeCommand(program: Command): void {
  program
    .command("serve")
    .description("run the server until SIGTERM or SIGINT")
    .requiredOption("-c, --config <file>", "configuration: YAML, JSON or a TypeScript module")
    .option("-d, --database <file>", "lease database (default: `store` of the configuration, else leases.db in the state folder)")
    .addOption(
      new Option("--v4-addr <addr:port>", "where to listen; on another port than 67 (for tests) replies go back to the sender")
        .argParser(parseAddressAndPort)
        .default({ address: 0, port: DHCP_SERVER_PORT }, `0.0.0.0:${DHCP_SERVER_PORT}`),
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
  const server = await start(config, store, options.v4Addr, log);
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
    counters: () => summarize(server.counters, server.transportCounters()),
  });
}

/** Serves by what the file says now. Rejects with all that is wrong with it. */
async function reloadServer(server: Server, path: string): Promise<Reloaded> {
  const loaded = await loadConfigurationInThread(path);
  if (!loaded.ok) throw new Error([`${path} can't be used:`, ...loaded.problems].join("\n"));
  const fixed = await server.reload(loaded.config);
  return { networks: loaded.config.networks.length, notes: [...loaded.warnings, ...fixed] };
}

async function readConfig(path: string): Promise<Config> {
  const loaded = await loadConfigFile(path);
  if (!loaded.ok) {
    for (const text of formatDiagnostics(loaded.diagnostics, path, loaded.source)) process.stderr.write(`${text}\n`);
    fail(`${path} can't be used: ${loaded.diagnostics.length === 1 ? "one problem" : `${loaded.diagnostics.length} problems`}, see above`);
  }
  for (const text of formatDiagnostics(loaded.warnings, path, loaded.source)) process.stderr.write(`${text}\n`);
  return loaded.config;
}

/** Undefined: leases are kept in memory only. */
function databaseOf(config: Config, option: string | undefined): string | undefined {
  if (option !== undefined) return option;
  return config.store.kind === "memory" ? undefined : (config.store.path ?? defaultDatabase());
}

function openStore(path: string | undefined, { log, exit }: ServerLog): LeaseStore {
  if (path === undefined) return openMemoryStore();
  try {
    makeFolder(dirname(resolve(path)));
  } catch (error) {
    const { code, path: folder } = error as NodeJS.ErrnoException;
    fail(`lease database ${path}: the folder ${folder} can't be made (${code}): make it, or give another file with -d`);
  }
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

/**
 * Makes a folder, for its own user alone, and those above it. Not by the `recursive` of mkdirSync,
 * which never returns from a place like /proc/missing.
 */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder, 0o700);
}

/** The state folder: the one systemd gives, else the usual places for root and for a user. */
function defaultDatabase(): string {
  const folder =
    process.env.STATE_DIRECTORY ??
    (process.getuid?.() === 0 ? "/var/lib/leasehold" : join(process.env.XDG_STATE_HOME ?? join(homedir(), ".local/state"), "leasehold"));
  return join(folder, "leases.db");
}

async function start(config: Config, store: LeaseStore, { address, port }: ServeOptions["v4Addr"], log: Log): Promise<Server> {
  try {
    return await startServer({ config, store, address, port, log });
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
    return await openControl(path, { operate: server.operate, status, reload }, ADDRESS_TEXT);
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
    leases: { known: server.table.size },
    interfaces: server.interfaces.map(({ name, address }) => ({ name, address: formatIpv4(address) })),
    counters: summarize(server.counters, server.transportCounters()),
  };
}

/** What the server serves, where its leases are and what to try next, in plain words. */
function describe(config: Config, store: LeaseStore, server: Server, options: ServeOptions): string[] {
  const { address } = options.v4Addr;
  const listening = `${address === 0 ? "every address" : formatIpv4(address)}, port ${server.port}`;
  const direct = server.interfaces.filter((served) => isOnConfiguredNetwork(config, served));
  const unused = config.ranges.reduce((sum, range) => sum + server.table.unusedIn(range), 0);
  const lines = [
    `serving ${config.networks.map((network) => network.name).join(", ") || "no network"}: ${unused} unused addresses`,
    `listening on ${listening}; directly connected: ${direct.map(({ name, address: own }) => `${name} (${formatIpv4(own)})`).join(", ") || "none, only relayed clients"}`,
    `leases: ${store.description}; ${server.table.size} known`,
  ];
  if (server.port !== DHCP_SERVER_PORT) {
    const to = `${address === 0 ? "127.0.0.1" : formatIpv4(address)}:${server.port}`;
    lines.push(`port ${server.port} is for trying things out: every reply goes back to the sender`);
    lines.push(`try it: in a second terminal, \`npx leasehold probe --server ${to}\` obtains a lease and prints the exchange`);
  }
  return lines;
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
