import { type Command, Option } from "commander";
import type { Config } from "../config/model/config.ts";
import { LEASE_ORDERS } from "../server/leases/order.ts";
import { isProblem, type LeaseSearch, leaseSearch, QUERY_FIELDS, type QueryField } from "../server/leases/query.ts";
import { LEASE_OPERATIONS } from "../server/operations.ts";
import { openForReading } from "../store/sqlite/schema.ts";
import { addDatabaseOption, readConfigFile } from "./database.ts";
import { Exit, fail } from "./exit.ts";
import { type AddOptions, addAddOption, addLease } from "./leases/add.ts";
import { isAboutHistory, listHistory } from "./leases/history.ts";
import { type ListOptions, listLeases } from "./leases/list.ts";
import { addOperations, changeLeases, type OperationOptions, operationsNamed } from "./leases/operate.ts";

interface LeasesOptions extends OperationOptions, AddOptions, ListOptions {
  readonly reserved?: true;
  readonly address?: string;
  readonly network?: string;
  readonly name?: string;
  readonly relay?: string;
  readonly client?: string;
  readonly circuitId?: string;
  readonly remoteId?: string;
  readonly protocol?: undefined;
}

/** How the parts of a query are called on the command line. */
const FLAGS: Readonly<Record<QueryField, keyof LeasesOptions & string>> = {
  address: "address",
  network: "network",
  state: "state",
  protocol: "protocol",
  hardware_address: "mac",
  client: "client",
  client_id: "clientId",
  duid: "duid",
  iaid: "iaid",
  hostname: "hostname",
  name: "name",
  circuit_id: "circuitId",
  remote_id: "remoteId",
  relay: "relay",
};

/** Those that say whom --add means. */
const OF_A_CLIENT: readonly string[] = ["mac", "clientId", "duid", "iaid", "hostname"];

/** What asks about the past. */
const TIMES = ["at", "since", "until"];

/** How the list is printed. */
const OF_THE_LIST = ["json", "csv", "count", "summary", "sort", "reverse", "reserved"];
/** What asks about the leases that there are now. */
const OF_NOW = ["state", "count", "summary", "sort", "reverse", "reserved"] as const;

export function addLeasesCommand(program: Command): void {
  const command = addDatabaseOption(program.command("leases"), {
    config: "configuration: its reservations name their hosts, and its `store` says where the lease database is",
  })
    .description("list the leases in a database, or end leases and probations; also while a server is using it")
    .option("--json", "one JSON object a line")
    .addOption(new Option("--csv", "comma-separated values with a header").conflicts("json"))
    .addOption(new Option("--count", "only how many there are").conflicts(["json", "csv", "sort", "reverse"]))
    .addOption(new Option("--summary", "only how many there are of each network, by state").conflicts(["count", "sort", "reverse"]))
    .addOption(new Option("--sort <by>", "in which order").choices(LEASE_ORDERS).default("address"))
    .option("--reverse", "the last one first")
    .option("--reserved", "only leases of clients that the configuration has a reservation for")
    .addOption(new Option("--state <state>", "only leases in this state").choices(["bound", "released", "expired", "declined", "any"]))
    .option("-4, --ipv4", "only IPv4")
    .addOption(new Option("-6, --ipv6", "only IPv6").conflicts("ipv4"))
    .option("--address <address>", "only this address, or the addresses in this prefix")
    .option("--mac <address>", "only this hardware address, or those that start so")
    .option("--client <hex>", "only the client known by this: its client identifier, else hardware type and address; its DUID")
    .option("--client-id <hex>", "only this client identifier, or those that start so")
    .option("--duid <hex>", "only this DUID, or those that start so; of IPv4 too where the client identifier has one")
    .option("--iaid <number>", "only this IAID")
    .option("--hostname <text>", "only hostnames that contain this, in capitals or not")
    .option("--name <text>", "only names in the DNS that contain this, in capitals or not")
    .option("--network <prefix>", "only this network")
    .option("--circuit-id <id>", "only circuit ids (Interface-Ids of DHCPv6) that start so: hex digits, or text such as Gi1/0/3")
    .option("--remote-id <id>", "only remote ids that start so, likewise")
    .option("--relay <id>", "only circuit or remote ids that start so, likewise")
    .addOption(new Option("--at <time>", "who had an address at this time, where history is kept").conflicts(["since", "until", ...OF_NOW]))
    .addOption(new Option("--since <time>", "who had an address from then on, where history is kept").conflicts([...OF_NOW]))
    .addOption(new Option("--until <time>", "and not later than this").conflicts([...OF_NOW]));
  const filters = Object.values(FLAGS).filter((flag) => flag !== "state");
  addAddOption(command, [...OF_THE_LIST, "state", ...TIMES, ...filters.filter((flag) => !OF_A_CLIENT.includes(flag)), ...LEASE_OPERATIONS]);
  addOperations(command, [...OF_THE_LIST, "leaseTime", ...TIMES, ...filters]).action(async (options: LeasesOptions) => {
    const operations = operationsNamed(options);
    if (options.add === undefined && options.leaseTime !== undefined)
      fail("--lease-time: only a lease that is given by --add has one", Exit.usage);
    if (options.add !== undefined) await addLease(options);
    else if (operations === undefined) await list(options);
    else await changeLeases(options, operations);
  });
}

async function list(options: LeasesOptions): Promise<void> {
  const config = options.config === undefined ? undefined : await readConfigFile(options.config);
  if (options.reserved && config === undefined) fail("--reserved: name with -c the configuration that has the reservations", Exit.usage);
  const search = searchOf(options, config);
  try {
    if (isAboutHistory(options)) return await listHistory(options, search);
    const db = openForReading(options.database);
    try {
      await listLeases(db, options.reserved ? ofReserved(search) : search, options);
    } finally {
      db.close();
    }
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
}

/** Of what is looked for, the leases of clients that have a reservation. */
function ofReserved(search: LeaseSearch): LeaseSearch {
  return {
    ...search,
    printed(row, wallOffset, now) {
      const lease = search.printed(row, wallOffset, now);
      return lease?.reserved ? lease : undefined;
    },
  };
}

function searchOf(options: LeasesOptions, config: Config | undefined): LeaseSearch {
  const query: Partial<Record<QueryField, string>> = {};
  for (const field of QUERY_FIELDS) {
    const text = options[FLAGS[field]];
    if (typeof text === "string") query[field] = text;
  }
  if (options.ipv4) query.protocol = "dhcp4";
  if (options.ipv6) query.protocol = "dhcp6";
  const search = leaseSearch(query, config);
  if (!isProblem(search)) return search;
  const { field, expected } = search;
  return fail(`--${kebab(FLAGS[field])} ${query[field]}: expected ${expected}`, Exit.usage);
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
