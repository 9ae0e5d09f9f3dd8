import type { Command } from "commander";
import { TransportError } from "../io/transport.ts";
import { IPV4_ANY } from "../net/ipv4.ts";
import { OptionCode as OptionCode4 } from "../wire/dhcp4/option-code.ts";
import { OptionCode as OptionCode6 } from "../wire/dhcp6/option-code.ts";
import { createDhcp4Messages } from "./bench/dhcp4/messages.ts";
import { findDhcp4Way } from "./bench/dhcp4/way.ts";
import { createDhcp6Messages } from "./bench/dhcp6/messages.ts";
import { findDhcp6Way } from "./bench/dhcp6/way.ts";
import { createLoad } from "./bench/load.ts";
import { MAX_CLIENTS, type Messages } from "./bench/messages.ts";
import { formatProgress, formatReport, makeReport } from "./bench/report.ts";
import { type Progress, type RunPlan, run } from "./bench/run.ts";
import type { Way, WayFlags } from "./bench/way.ts";
import { parseNumber, QUICKSTART_SERVER, UsageError } from "./endpoint.ts";
import { Exit, fail } from "./exit.ts";
import { type Family, IPV4, IPV6 } from "./family.ts";
import { outliveReader } from "./guard-output.ts";
import { sendProblem } from "./unreachable.ts";

interface BenchFlags extends WayFlags {
  readonly ipv6?: boolean;
  readonly pd?: boolean;
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

/** What perfdhcp and our peers' benchmarks ask for. */
const PARAMETERS = [OptionCode4.subnetMask, OptionCode4.routers, OptionCode4.domainNameServers, OptionCode4.domainName];
const OPTION_REQUEST = [OptionCode6.dnsServers, OptionCode6.domainSearch];

/** The share of lost exchanges that a mere overload would hardly explain. */
const ADVICE_FROM_LOSS = 0.2;

const EXAMPLES = `
Examples:
  leasehold bench --server 10.0.0.1
      new leases, as fast as the server answers
  leasehold bench renew --server 10.0.0.1 --rate 1000
      a thousand renewals a second: what latency do clients see?
  leasehold bench mix --renew-share 0.9 --window 256
      nine renewals for each new lease
  leasehold bench --interface eth1 --window 8
      as clients on the link of eth1 (root)
  leasehold bench -6 --server 2001:db8::1 --pd
      DHCPv6, with a prefix for each client

It only ever talks to the one server, and ends by itself. Each new client binds
an address of the server: use a server that is there for the test.

Exit status: 0 done; 1 no answer, or the server bound an address twice or
answered wrongly; 2 wrong command line.`;

export function addBenchCommand(program: Command): void {
  program
    .command("bench")
    .description("put load on a DHCP server and measure rate, loss and latency")
    .argument(
      "[scenario]",
      "new: each exchange is a new client (DISCOVER to ACK, SOLICIT to REPLY); renew: bound clients renew; mix: both",
      "new",
    )
    .option("-6, --ipv6", "speak DHCPv6")
    .option("--server <address[:port]>", `the server (default: ${QUICKSTART_SERVER}, with -6 ${IPV6.exampleEndpoint})`)
    .option(
      "--relay <address>",
      "speak as the relay with this address of this machine; with -6 with this link-address (default: the address that is used towards the server)",
    )
    .option(
      "--interface <name>",
      "speak as clients on the link of this interface, one MAC each, with -6 one DUID each (root; DHCPv4: only new)",
    )
    .option("--pd", "with -6: each client asks for a prefix as well")
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
      outliveReader();
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
  if (flags.ipv6 === true) {
    const way = await findDhcp6Way(flags);
    const settings = { linkAddress: way.relay, firstClient, optionRequest: OPTION_REQUEST, prefixes: flags.pd === true };
    return measure(IPV6, scenario, plan, clients, way, createDhcp6Messages(settings, clients), flags.json === true);
  }
  if (flags.pd === true) throw new UsageError("--pd: is for DHCPv6: add -6");
  const way = await findDhcp4Way(scenario, flags);
  const settings = { giaddr: way.relay ?? IPV4_ANY, firstClient, parameterRequestList: PARAMETERS };
  return measure(IPV4, scenario, plan, clients, way, createDhcp4Messages(settings, clients), flags.json === true);
}

/** Runs the plan, prints what came of it, and gives the exit status. */
async function measure<A>(
  family: Family<A>,
  scenario: Scenario,
  plan: RunPlan,
  clients: number,
  way: Way<A>,
  messages: Messages,
  json: boolean,
): Promise<number> {
  const { words } = messages;
  const transport = await family.open({ ...way.listen, interfaces: way.interfaces });
  const outbox = transport.createOutbox(OUTBOX_SIZE);
  const load = createLoad({ clients, messages, destination: way.destination, outbox });

  const title = `${SCENARIOS[scenario]} from ${way.name}, ${plan.rate === undefined ? `${plan.window} outstanding` : `${plan.rate} a second`}`;
  const status = createStatusLine(process.stderr);
  status.print(title);
  let interrupted = false;
  const interrupt = (): void => {
    interrupted = true;
  };
  process.once("SIGINT", interrupt);
  try {
    const showProgress = (progress: Progress): void => status.show(formatProgress(progress, load.counts, load.wholeExchange, words));
    const result = await run(plan, load, transport, outbox, showProgress, () => interrupted);
    status.clear();
    const { notSent, receiveDropped } = transport.counters();
    const report = makeReport(
      { title, ...plan, notSent: Object.values(notSent).reduce((sum, count) => sum + count), droppedOnReceipt: receiveDropped },
      result,
      load,
    );
    process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : `${formatReport(report, words)}\n`);
    const problem = sendProblem(family, way.destination.address, notSent);
    if (problem !== undefined) process.stderr.write(`leasehold: of the messages ${report.notSent} were not sent: ${problem.message}\n`);
    else if (report.loss > ADVICE_FROM_LOSS) process.stderr.write(`${way.name} leaves many messages unanswered: ${way.advice}\n`);
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

/**
 * Messages of the moment: on a terminal each overwrites the one before, elsewhere each is a line.
 */
function createStatusLine(stream: NodeJS.WriteStream): { print(text: string): void; show(text: string): void; clear(): void } {
  const overwrites = stream.isTTY && process.env.TERM !== "dumb";
  const erase = overwrites ? "\r\x1b[K" : "";
  return {
    print: (text) => void stream.write(`${text}\n`),
    show: (text) => void stream.write(overwrites ? erase + text : `${text}\n`),
    clear: () => void stream.write(erase),
  };
}
