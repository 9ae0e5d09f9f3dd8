import { createReadStream } from "node:fs";
import { type Command, Option } from "commander";
import type { Config } from "../config/model/config.ts";
import { formatDiagnostics } from "../config/text/diagnostic.ts";
import { isSystemError, reasonOf } from "../config/text/reason.ts";
import { bootId } from "../io/boot-clock.ts";
import { LEASE_FORMATS } from "../leases/import/formats.ts";
import type { LeaseFormat } from "../leases/import/imported-lease.ts";
import { LeaseState } from "../leases/lease.ts";
import type { Duid } from "../net/duid.ts";
import { leaseTime } from "../server/lease-clock.ts";
import { restoreLeases } from "../server/restore.ts";
import { openSqliteStore } from "../store/sqlite/store.ts";
import { type LeaseStore, StoreError } from "../store/store.ts";
import { count } from "./count.ts";
import { DATABASE_MADE, databaseOf, makeFolderOf } from "./database.ts";
import { Exit, fail } from "./exit.ts";
import { type FamilyImport, importsOf } from "./import/families.ts";
import { serverIdOf } from "./import/server-id.ts";
import { openUnchanged } from "./import/unchanged.ts";
import { loadGuarded } from "./module-guard.ts";

interface ImportOptions {
  readonly database?: string;
  readonly config?: string;
  readonly from?: string;
  readonly dryRun?: true;
}

/** How many lines that were left out are named. */
const MOST_PROBLEMS = 20;
/** So much of a file tells its format. */
const BEGINNING = 1 << 16;

export function addImportCommand(program: Command): void {
  program
    .command("import")
    .description("take over the leases of another server from its lease files, while no server uses the database")
    .argument("<leasefile...>", "lease files; of several about one address the last one counts")
    .option("-d, --database <file>", `${DATABASE_MADE}; it is made where there is none`)
    .option("-c, --config <file>", "configuration that will be served: says which leases lie outside every network")
    .addOption(
      new Option("--from <server>", "whose files they are (default: by what each looks like)").choices(
        LEASE_FORMATS.map(({ name }) => name),
      ),
    )
    .option("--dry-run", "say what would become of the leases, and write nothing")
    .addHelpText(
      "after",
      `
A lease that is newer in the database than in the file is kept. Importing the
same file twice in a row changes nothing. A lease that a server has dropped from
the database since is imported again: import before the first start.

Examples:
  leasehold import -c leasehold.yaml -d leases.db /var/lib/misc/dnsmasq.leases
  leasehold import -d leases.db --from dnsmasq --dry-run dhcp.leases

Exit status: 0 imported, and what was left out is said; 1 a file or the database
can't be used; 2 wrong command line.`,
    )
    .action(importFiles);
}

async function importFiles(files: readonly string[], options: ImportOptions): Promise<void> {
  const config = options.config === undefined ? undefined : await readConfig(options.config);
  const database = databaseOf(config, options.database);
  if (database === undefined) fail("this configuration keeps leases in memory only: name the database to import into with -d", Exit.usage);
  const imports = importsOf(config);
  const problems: string[] = [];
  let leftOut = 0;
  let duid: Duid | undefined;
  for (const file of files) {
    await readLeaseFile(file, options.from, {
      lease: (imported) => imports[imported.protocol].take(imported.lease as never),
      problem({ line, message }) {
        if (++leftOut <= MOST_PROBLEMS) problems.push(`${file}:${line}: left out: ${message}`);
      },
      serverDuid: (own) => {
        duid = own;
      },
    });
  }
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  if (leftOut > problems.length) process.stderr.write(`and ${leftOut - problems.length} more\n`);
  try {
    const store = options.dryRun ? openUnchanged(database) : open(database);
    try {
      await write(store, Object.values(imports), { options, database, leftOut });
    } finally {
      await store.close();
    }
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
  if (duid !== undefined && config?.dhcp6?.serverId.identifier === undefined) {
    process.stdout.write(
      `clients of DHCPv6 know the server by its DUID, and renew at once where it stays: \`v6: { server_id: ${serverIdOf(duid)} }\`\n`,
    );
  }
}

interface Outcome {
  readonly options: ImportOptions;
  readonly database: string;
  readonly leftOut: number;
}

async function write(store: LeaseStore, imports: readonly Omit<FamilyImport<never>, "take">[], { options, database, leftOut }: Outcome) {
  const warn = (...words: readonly unknown[]): void => void process.stderr.write(`leasehold: ${words.at(-1)}\n`);
  const { clock, machine } = await restoreLeases({ tables: imports.map(({ restored }) => restored), store, log: { warn }, boot: bootId() });
  const now = leaseTime(clock.bootOffset, machine.sinceBoot());
  const states = new Map<LeaseState, number>();
  let [kept, over, outside] = [0, 0, 0];
  const named: string[] = [];
  for (const one of imports) {
    const imported = await one.write(store, clock.offset, now);
    for (const [state, count] of imported.states) states.set(state, (states.get(state) ?? 0) + count);
    kept += imported.kept;
    over += imported.over;
    outside += imported.outside.count;
    named.push(...imported.outside.first);
  }
  const total = [...states.values()].reduce((sum, count) => sum + count, 0);
  const byState = Object.entries(LeaseState).flatMap(([name, state]) => (states.has(state) ? [`${states.get(state)} ${name}`] : []));
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  say(
    `${database}: ${count(total, "lease")} ${options.dryRun ? "would be imported" : "imported"}${total === 0 ? "" : `: ${byState.join(", ")}`}`,
  );
  if (kept > 0)
    say(
      `${count(kept, "address", "addresses")} kept as ${kept === 1 ? "it stands" : "they stand"} in the database, which is as new or newer`,
    );
  if (over > 0) say(`${count(over, "probation")} left out, because ${over === 1 ? "it is" : "they are"} over`);
  if (leftOut > 0) say(`${count(leftOut, "entry", "entries")} left out, for the reasons above`);
  if (outside === 0) return;
  const more = outside > named.length ? ` and ${outside - named.length} more` : "";
  say(
    `${count(outside, "lease")} outside every network of ${options.config}, whose clients will not keep their address: ${named.join(", ")}${more}`,
  );
}

async function readConfig(path: string): Promise<Config> {
  const loaded = await loadGuarded(path);
  if (loaded.ok) return loaded.config;
  for (const text of formatDiagnostics(loaded.diagnostics, path, loaded.source)) process.stderr.write(`${text}\n`);
  fail(`${path} can't be used, see above`);
}

/** Reads a file from its first byte to its last, a piece at a time. */
async function readLeaseFile(file: string, from: string | undefined, visitor: Parameters<LeaseFormat["open"]>[0]): Promise<void> {
  let format = LEASE_FORMATS.find(({ name }) => name === from);
  let reader: ReturnType<LeaseFormat["open"]> | undefined;
  try {
    for await (const piece of createReadStream(file, { encoding: "utf8", highWaterMark: BEGINNING })) {
      format ??= LEASE_FORMATS.find(({ isLikely }) => isLikely(file, piece as string));
      if (format === undefined) fail(`${file}: no lease file that is known: say whose it is with --from`);
      reader ??= format.open(visitor);
      reader.push(piece as string);
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
    fail(`${file} can't be read: ${reasonOf(error)}`);
  }
  reader?.end();
}

function open(database: string): LeaseStore {
  makeFolderOf(database);
  try {
    return openSqliteStore(database, { warning: (text) => process.stderr.write(`leasehold: ${text}\n`) });
  } catch (error) {
    if (error instanceof StoreError && error.code === "locked") {
      fail(`lease database ${database}: a server uses it, and would not see the leases: stop it, import, and start it again`);
    }
    throw error;
  }
}
