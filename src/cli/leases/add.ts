import { type Command, Option } from "commander";
import { askFor } from "../../server/control.ts";
import { Exit, fail } from "../exit.ts";
import { askRunningServer } from "../running-server.ts";

export interface AddOptions {
  readonly database: string;
  readonly add?: string;
  readonly mac?: string;
  readonly clientId?: string;
  readonly duid?: string;
  readonly iaid?: string;
  readonly hostname?: string;
  readonly leaseTime?: string;
}

/** `others`: options that mean something else than a new lease. */
export function addAddOption(command: Command, others: readonly string[]): Command {
  return command
    .addOption(
      new Option(
        "--add <address>",
        "give this address to the client of --mac or --client-id, or of DHCPv6 of --duid and --iaid; by the server that runs",
      ).conflicts([...others]),
    )
    .option("--lease-time <seconds>", "with --add: how long, or infinite (default: the usual time of the address)");
}

/** Has the server that runs give a lease, and prints that it is durable. */
export async function addLease(options: AddOptions): Promise<void> {
  const { database, add: address, mac, clientId, duid, iaid, hostname, leaseTime } = options;
  const time =
    leaseTime === undefined ? {} : leaseTime === "infinite" ? { infinite: true } : { lease_time: numberOf("--lease-time", leaseTime) };
  const request = {
    kind: "add-lease",
    address,
    hardware_address: mac,
    client_id: clientId,
    duid,
    ...(iaid === undefined ? {} : { iaid: numberOf("--iaid", iaid) }),
    hostname,
    ...time,
  };
  await askRunningServer(database, (path) => askFor(path, request));
  process.stdout.write(`${address} is leased\n`);
}

function numberOf(option: string, text: string): number {
  if (!/^\d{1,10}$/.test(text)) fail(`${option} ${text}: expected a number`, Exit.usage);
  return Number(text);
}
