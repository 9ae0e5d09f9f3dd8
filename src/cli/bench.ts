import type { Command } from "commander";
import { interfacesNamed, listInterfaces } from "../io/interfaces.ts";
import { openTransport } from "../io/open.ts";
import { type LocalInterface, TransportError } from "../io/transport.ts";
import type { Destination } from "../net/destination.ts";
import { formatIpv4, IPV4_ANY, type Ipv4 } from "../net/ipv4.ts";
import { OptionCode } from "../wire/dhcp4/option-code.ts";
import { createLoad } from "./bench/load.ts";
import { createPackets, MAX_CLIENTS } from "./bench/packets.ts";
import { formatProgress, formatReport, makeReport } from "./bench/report.ts";
import { type Progress, type RunPlan, run } from "./bench/run.ts";
import {
  type Endpoint,
  formatEndpoint,
  linkBroadcast,
  localAddressTowards,
  parseAddress,
  parseEndpoint,
  parseNumber,
  QUICKSTART_SERVER,
  UsageError,
} from "./endpoint.ts";
import { Exit, fail } from "./exit.ts";
import { IPV4 } from "./family.ts";

interface BenchFlags {
  readonly server: string;
  readonly relay?: string;
  readonly interface?: string;
  readonly rate?: string;
  readonly window: string;
  readonly clients?: string;
  readonly firstClient: string;
  readonly renewShare: string;
  readonly seconds: string;
  readonly warmup: string;
  readonly json?: boolean;
}

const SCENARIOS = { new: "new leases", renew: "renewals", mix: "new leases and renewals" } as const;
type Scenario = keyof typeof SCENARIOS;

/** Messages that one system call sends at most. */
const OUTBOX_SIZE = 64;

/**
 * Subnet mask, router, DNS servers, domain name: what perfdhcp and our peers' benchmarks ask for.
 */
const PARAMETERS = [OptionCode.subnetMask, OptionCode.routers, OptionCode.domainNameServers, OptionCode.domainName];

/** The share of lost exchanges that a mere overload would hardly explain. */
const ADVICE_FROM_LOSS = 0.2;

const EXAMPLES = `
Examples:
  leasehold bench --server 10.0.0.1                        new leases, as fast as the server answers
  leasehold bench renew --server 10.0.0.1 --rate 1000      a thousand renewals a second: what latency do clients see?
  leasehold bench mix --renew-share 0.9 --window 256
  leasehold bench --interface eth1 --window 8              as clients on the link of eth1 (root)

It only ever talks to the one server, and ends by itself. Each new client binds an address of the server: use a server that is there for the test.
Exit status: 0 done; 1 no answer, or the server bound an address twice or answered wrongly; 2 wrong command line.`;

export function addBenchCommand(program: Command): void {
  program
    .command("bench")
    .description("put load on a DHCPv4 server and measure rate, loss and latency")
    .argument("[scenario]", "new: each exchange is a new client (DISCOVER to ACK); renew: bound clients renew; mix: both", "new")
    .option("--server <address[:port]>", "the server", QUICKSTART_SERVER)
    .option("--relay <giaddr>", "speak as the relay with this address of this machine (default: the one that is used towards the server)")
    .option("--interface <name>", "speak as clients on the link of this interface: broadcast from port 68, one MAC each (root; only new)")
    .option("--rate <per second>", "open loop: start this many exchanges a second, whether answers come or not")
    .option("--window <count>", "closed loop: this many exchanges outstanding at once", "32")
    .option("--clients <count>", `distinct clients, at most ${MAX_CLIENTS} (default: 4000000; for renew 10000)`)
    .option("--first-client <number>", "number of the first client; other numbers are other clients, with other MACs", "0")
    .option("--renew-share <share>", "share of renewals in a mix, 0 to 1", "0.5")
    .option("--seconds <count>", "how long to measure", "10")
    .option("--warmup <seconds>", "how long to run before measuring", "1")
    .option("--json", "print the figures as JSON")
    .addHelpText("after", EXAMPLES)
    .action(async (scenario: string, flags: BenchFlags) => {
      try {
        process.exitCode = await bench(scenario, flags);
      } catch (error) {
        if (error instanceof UsageError) fail(error.message, Exit.usage);
        if (error instanceof TransportError) fail(error.message);
        throw error;
      }
    });
}

async function bench(scenarioText: string, flags: BenchFlags): Promise<number> {
  if (!Object.hasOwn(SCENARIOS, scenarioText)) throw new UsageError(`scenario ${scenarioText}: new, renew or mix`);
  const scenario = scenarioText as Scenario;
  const clients = parseNumber("--clients", flags.clients ?? (scenario === "renew" ? "10000" : "4000000"), 1, MAX_CLIENTS, true);
  const firstClient = parseNumber("--first-client", flags.firstClient, 0, 0xffffffff - MAX_CLIENTS, true);
  const plan = planOf(scenario, flags, clients);
  const way = await findWay(scenario, flags);
  const transport = await openTransport({ ...way.listen, interfaces: way.interfaces });
  const outbox = transport.createOutbox(OUTBOX_SIZE);
  const packets = createPackets({ giaddr: way.giaddr, firstClient, parameterRequestList: PARAMETERS });
  const load = createLoad({ clients, firstClient, packets, destination: way.destination, outbox });

  const title = `${SCENARIOS[scenario]} from ${way.name}, ${plan.rate === undefined ? `${plan.window} outstanding` : `${plan.rate} a second`}`;
  const status = createStatusLine(process.stderr);
  status.print(title);
  let interrupted = false;
  const interrupt = (): void => {
    interrupted = true;
  };
  process.once("SIGINT", interrupt);
  try {
    const showProgress = (progress: Progress): void => status.show(formatProgress(progress, load.counts, load.wholeExchange));
    const result = await run(plan, load, transport, outbox, showProgress, () => interrupted);
    status.clear();
    const { notSent, receiveDropped } = transport.counters();
    const report = makeReport(
      { title, ...plan, notSent: Object.values(notSent).reduce((sum, count) => sum + count), droppedOnReceipt: receiveDropped },
      result,
      load,
    );
    process.stdout.write(flags.json === true ? `${JSON.stringify(report, null, 2)}\n` : `${formatReport(report)}\n`);
    if (report.loss > ADVICE_FROM_LOSS) process.stderr.write(`${way.name} leaves many messages unanswered: ${way.advice}\n`);
    return report.completed === 0 || report.duplicates > 0 || report.wrong > 0 ? Exit.failed : Exit.ok;
  } finally {
    process.removeListener("SIGINT", interrupt);
    transport.close();
  }
}

function planOf(scenario: Scenario, flags: BenchFlags, clients: number): RunPlan {
  const share = parseNumber("--renew-share", flags.renewShare, 0, 1, false);
  return {
    rate: flags.rate === undefined ? undefined : parseNumber("--rate", flags.rate, 0.1, 1_000_000, false),
    window: parseNumber("--window", flags.window, 1, 65_536, true),
    renewShare: scenario === "new" ? 0 : scenario === "renew" ? 1 : share,
    prepare: scenario === "renew" ? clients : 0,
    seconds: parseNumber("--seconds", flags.seconds, 0.1, 86_400, false),
    warmup: parseNumber("--warmup", flags.warmup, 0, 3600, false),
  };
}

/** How the messages travel. */
interface Way {
  readonly name: string;
  readonly giaddr: Ipv4;
  readonly listen: Endpoint<Ipv4>;
  readonly interfaces: readonly LocalInterface<Ipv4>[];
  readonly destination: Destination<Ipv4>;
  /** What to look at when nothing comes back. */
  readonly advice: string;
}

async function findWay(scenario: Scenario, flags: BenchFlags): Promise<Way> {
  if (flags.interface !== undefined) {
    if (scenario !== "new") {
      throw new UsageError(
        `${scenario} --interface: answers to renewals go to the clients' addresses, which this machine does not have; use a relay`,
      );
    }
    if (flags.relay !== undefined) throw new UsageError("--interface and --relay: speak either as clients or as a relay");
    const [link] = interfacesNamed(await listInterfaces(), [flags.interface]) as [LocalInterface<Ipv4>];
    return {
      ...linkBroadcast(link),
      name: `the server on the link of ${flags.interface}`,
      giaddr: 0,
      listen: { address: IPV4_ANY, port: IPV4.clientPort },
      advice: "does a server serve that link, and has it a free address?",
    };
  }
  const server = parseEndpoint(IPV4, flags.server);
  const local = await localAddressTowards(IPV4, server.address);
  const giaddr = flags.relay === undefined ? local : parseAddress(IPV4, "--relay", flags.relay);
  const name = formatEndpoint(IPV4, server);
  return {
    name,
    giaddr,
    // A server on port 67 answers to giaddr and port 67; on any other port it answers to where the
    // message came from.
    listen: server.port === IPV4.serverPort ? { address: giaddr, port: IPV4.serverPort } : { address: local, port: 0 },
    interfaces: [],
    destination: { ...server, hardwareAddress: undefined, interfaceIndex: 0, source: 0 },
    advice: `does a server listen there, has it a network that holds the relay's address ${formatIpv4(giaddr)}, and a free address in it?`,
  };
}

/**
 * Messages of the moment: on a terminal each overwrites the one before, elsewhere each is a line.
 */
function createStatusLine(stream: NodeJS.WriteStream): { print(text: string): void; show(text: string): void; clear(): void } {
  const erase = stream.isTTY ? "\r\x1b[K" : "";
  return {
    print: (text) => void stream.write(`${text}\n`),
    show: (text) => void stream.write(stream.isTTY ? erase + text : `${text}\n`),
    clear: () => void stream.write(erase),
  };
}
