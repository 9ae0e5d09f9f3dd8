/** BIND's `named`, for what is told to it and asked of it. Needs the programs `named` and `dig`. */
import { spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DigOptions, type DnsAnswer, type DnsKey, type DnsPlace, type DnsRecord, dig, transferZone } from "./dig.ts";
import { type Program, watch } from "./namespaces.ts";
import { findProgram } from "./requirement.ts";

export interface NamedZone {
  /** Without a dot at the end. */
  readonly name: string;
  /** Lines of a zone file, beside SOA and NS. */
  readonly records?: readonly string[];
  /** Who may update it: the name of a key; "any": whoever asks. Default: nobody. */
  readonly updates?: string;
  /** Who may have the whole of it: the name of a key, or "none". Default: whoever asks. */
  readonly transfers?: string;
  /** Servers that the zone is taken from: it is a secondary one. */
  readonly primaries?: readonly DnsPlace[];
  /** Servers to be told when it changes. */
  readonly alsoNotify?: readonly DnsPlace[];
}

export interface NamedOptions {
  readonly zones: readonly NamedZone[];
  readonly keys?: readonly DnsKey[];
  /** Default: one that was free a moment ago. */
  readonly port?: number;
  /** IPv4 addresses to listen on beside ::1. Default: 127.0.0.1. */
  readonly addresses?: readonly string[];
  /** A program with arguments that runs it and `dig`, such as one that enters a namespace. */
  readonly through?: readonly string[];
  /** For its environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A running `named` with files of its own. It is at 127.0.0.1 and ::1, or the addresses of its options. */
export interface Named extends DnsPlace {
  /** Where its zone files and journals are. */
  readonly folder: string;
  /** What it has logged; nothing of updates that were taken, or of queries. */
  log(): string;
  /** Ends it in its own time. */
  stop(): Promise<void>;
  /** Ends it with SIGKILL. */
  kill(): Promise<void>;
  /** It stays, and does nothing any more: whoever asks hears nothing. */
  pause(): void;
  resume(): void;
  /**
   * Starts it anew at the same place, with the zones as they were when it ended. `changes` count from then on;
   * those of zones keep the records of zones that were there.
   */
  start(changes?: Partial<Omit<NamedOptions, "port" | "through">>): Promise<void>;
  query(name: string, type: string, options?: DigOptions): Promise<DnsAnswer>;
  /** Records of a zone, its SOA once, in order. */
  transfer(zone: string, options?: DigOptions): Promise<readonly DnsRecord[]>;
}

/** A file system in memory, where programs may not be run from. BIND syncs each update, and how fast that goes is nothing to a test. */
const MEMORY = "/dev/shm";
const hasAppArmor = existsSync("/sys/kernel/security/apparmor/profiles");

/** `scope` is a test context, or whatever else runs what is to be done at the end. */
export async function startNamed(scope: { after(cleanUp: () => Promise<void>): void }, first: NamedOptions): Promise<Named> {
  let options = first;
  const port = first.port ?? (await freePort());
  const { through = [] } = first;
  const folder = mkdtempSync(join(hasAppArmor || !existsSync(MEMORY) ? tmpdir() : MEMORY, "leasehold-named-"));
  const config = join(folder, "named.conf");
  const early = join(folder, "early.log");
  const executable = executableIn(folder);
  let running: Program | undefined;
  let before = "";
  const log = (): string => before + (running?.output() ?? "");

  const start = async (): Promise<void> => {
    for (const zone of options.zones) writeZone(folder, zone);
    writeFileSync(config, configurationOf(options, folder, port));
    before = log();
    const [program = "", ...args] = [...through, executable, "-f", "-n", "1", "-c", config, "-L", early];
    running = watch(spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...options.env } }));
    try {
      // It answers when it says so. The machine may be busy.
      await running.line(/\brunning$/, 30_000);
    } catch (error) {
      throw new Error(`named does not start:\n${readFileSync(early, "utf8")}${log()}`, { cause: error });
    }
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => void (await running?.end(signal));
  scope.after(async () => {
    await end("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });
  await start();

  const place = { address: options.addresses?.[0] ?? "127.0.0.1", port };
  return {
    ...place,
    folder,
    log,
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
    pause: () => void process.kill((running as Program).pid, "SIGSTOP"),
    resume: () => void process.kill((running as Program).pid, "SIGCONT"),
    async start(changes) {
      options = { ...options, ...changes };
      await start();
    },
    query: (name, type, how) => dig(place, name, type, { through, ...how }),
    transfer: (zone, how) => transferZone(place, zone, { through, ...how }),
  };
}

/** A port for UDP and TCP, below those that the system gives out, that nobody has on loopback now. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if ((await isFree(port, "::1")) && (await isFree(port, "127.0.0.1"))) return port;
  }
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

/**
 * Where AppArmor is at work it lets Debian's named write nowhere but in its own folders. Its rules are for a path, so a copy of the program is free.
 */
function executableIn(folder: string): string {
  const installed = findProgram("named");
  if (installed === undefined) throw new Error("named is not installed");
  if (!hasAppArmor) return installed;
  const copy = join(folder, "named");
  copyFileSync(installed, copy);
  return copy;
}

function fileOf(zone: string): string {
  return `${zone}.zone`;
}

/** What is there already stays, for it was changed since. */
function writeZone(folder: string, { name, records = [], primaries }: NamedZone): void {
  const file = join(folder, fileOf(name));
  if (primaries !== undefined || existsSync(file)) return;
  const lines = ["$TTL 300", "@ SOA ns.invalid. admin.invalid. 1 3600 600 86400 60", "@ NS ns.invalid.", ...records];
  writeFileSync(file, `${lines.join("\n")}\n`);
}

function configurationOf({ zones, keys = [], addresses = ["127.0.0.1"] }: NamedOptions, folder: string, port: number): string {
  return `
options {
  directory "${folder}"; pid-file none; lock-file none; session-keyfile none; managed-keys-directory "${folder}";
  listen-on port ${port} { ${addresses.map((address) => `${address}; `).join("")}}; listen-on-v6 port ${port} { ::1; };
  recursion no; dnssec-validation no; empty-zones-enable no; minimal-responses yes; notify no;
  serial-query-rate 100; transfers-per-ns 100; transfers-in 100;
};
controls {};
logging {
  channel told { stderr; severity info; print-category yes; };
  category default { told; };
  category update { null; };
  category queries { null; };
  category xfer-out { null; };
};
${keys.map(({ name, algorithm, secret }) => `key "${name}" { algorithm ${algorithm}; secret "${secret}"; };`).join("\n")}
${zones.map(zoneStatement).join("\n")}
`;
}

function zoneStatement({ name, updates, transfers, primaries, alsoNotify = [] }: NamedZone): string {
  const places = (list: readonly DnsPlace[]): string => list.map(({ address, port }) => `${address} port ${port}; `).join("");
  const who = (name: string): string => (name === "any" || name === "none" ? `${name};` : `key "${name}";`);
  const parts =
    primaries === undefined
      ? [`type primary; allow-update { ${who(updates ?? "none")} };`]
      : [`type secondary; primaries { ${places(primaries)}}; masterfile-format text;`];
  parts.push(`allow-transfer { ${who(transfers ?? "any")} };`);
  if (alsoNotify.length > 0) parts.push(`notify explicit; also-notify { ${places(alsoNotify)}};`);
  return `zone "${name}" { file "${fileOf(name)}"; ${parts.join(" ")} };`;
}
