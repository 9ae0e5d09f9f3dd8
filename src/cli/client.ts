import type { Command } from "commander";
import { interfacesNamed, linkOf, listInterfaces, listIpv6Interfaces } from "../io/interfaces.ts";
import { type LocalInterface, TransportError } from "../io/transport.ts";
import { watchInterfaces } from "../io/watch-interfaces.ts";
import { isLinkLocal } from "../net/ipv6.ts";
import type { JsonValue } from "../wire/values/values.ts";
import type { ClientContext, EventName, InterfaceClient } from "./client/context.ts";
import { openDhcp4Client } from "./client/dhcp4/client.ts";
import { openDhcp6Client } from "./client/dhcp6/client.ts";
import { createResolvConf, NO_RESOLV_CONF } from "./client/resolv-conf.ts";
import { checkAnonymity, dhcp4Settings, dhcp6Settings, type SettingsFlags } from "./client/settings.ts";
import { bringUp, type Configurator, createConfigurator } from "./client/setup.ts";
import { openStateFile } from "./client/state-file.ts";
import { parseNumber, UsageError } from "./endpoint.ts";
import { Exit, fail } from "./exit.ts";
import { outliveReader } from "./guard-output.ts";

interface ClientFlags extends SettingsFlags {
  readonly ipv4?: boolean;
  readonly ipv6?: boolean;
  readonly stateless?: boolean;
  readonly configure?: boolean;
  readonly resolvConf: string;
  readonly metric?: string;
  readonly json?: boolean;
  readonly state?: string;
  readonly once?: boolean;
  readonly timeout: string;
  readonly release?: boolean;
}

const HELP = `
It sets nothing up on the machine unless --configure says so, and then takes
back what it has set when the lease ends and when it ends itself. SIGTERM,
SIGINT and SIGHUP end it.

Events, of which --json prints each as one line: bound, renewed, rebound,
expired, nak (DHCPv4), refused (DHCPv6), declined, released, informed
(--stateless).

Examples:
  leasehold client eth0
      a lease, kept as long as the program runs (root)
  leasehold client eth0 -4 -6 --configure --state /var/lib/leasehold/eth0.json
      an interface with both protocols, the same address after a restart
  leasehold client eth0 -6 --pd=56 --json
      an IPv6 address and a prefix, for a program to act upon
  leasehold client eth0 --anonymous --configure
      says as little of the machine as it can (RFC 7844)
  leasehold client eth0 --once --json | jq .lease.address
      a look at what the server gives

Exit status: 0 ended by a signal, or had its lease with --once; 1 could not run,
or had none; 2 wrong command line.`;

export function addClientCommand(program: Command): void {
  program
    .command("client")
    .description("be a DHCP client on an interface: obtain leases, keep them, and set them up if that is wanted (root)")
    .argument("<interface>", "the interface, such as eth0")
    .option("-4, --ipv4", "speak DHCPv4 (default)")
    .option("-6, --ipv6", "speak DHCPv6; with -4 both")
    .option("--configure", "set up the interface: addresses, routes, MTU, and the resolver")
    .option("--resolv-conf <path>", "the file of the resolver, for --configure; none for no file", "/etc/resolv.conf")
    .option("--metric <number>", "metric of the routes that are set")
    .option("--state <file>", "where leases are kept for the next start, which asks for the same (INIT-REBOOT, CONFIRM)")
    .option("--once", "end when each protocol has its lease, and leave what was set up")
    .option("--timeout <seconds>", "how long --once waits", "60")
    .option("--release", "give the leases back at the end")
    .option("--json", "print events as JSON, one line each")
    .option("--hostname <name>", "option 12; with -6 option 39")
    .option("--anonymous", "the anonymity profile of RFC 7844; a random hardware address is the interface's business")
    .option("--rapid-commit", "take a lease in answer to the first message, where the server does that")
    .optionsGroup("Options of DHCPv4:")
    .option("--client-id <id>", "option 61: hex pairs, text, or none (default: hardware type and address)")
    .option("--request-options <list>", "option 55: codes or names separated by commas, or none")
    .option("--option <name=value>", "any option by name or code: JSON, YAML or text, or hex:...; repeatable", collect, [])
    .option("--broadcast", "ask for broadcast answers")
    .optionsGroup("Options of DHCPv6:")
    .option("--duid <hex>", "option 1 (default: DUID-LL of the interface's hardware address)")
    .option("--iaid <number>", "of both identity associations (default: 1)")
    .option("--pd [length]", "ask for a delegated prefix as well, of that length")
    .option("--no-na", "ask for no address")
    .option("--stateless", "ask for options only (INFORMATION-REQUEST)")
    .option("--request-options6 <list>", "option 6, as --request-options")
    .option("--option6 <name=value>", "as --option; repeatable", collect, [])
    .option("--reconfigure-accept", "heed a RECONFIGURE of the server")
    .addHelpText("after", HELP)
    .action(async (interfaceName: string, flags: ClientFlags) => {
      if (flags.once === true) outliveReader();
      try {
        process.exitCode = await runClients(interfaceName, flags);
      } catch (error) {
        if (error instanceof UsageError) fail(error.message, Exit.usage);
        if (error instanceof TransportError) fail(error.message);
        throw error;
      }
    });
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

/** A client, and whether its link can be used now. */
interface Running {
  readonly client: InterfaceClient;
  isUp(): Promise<boolean>;
  up: boolean | undefined;
}

/**
 * Runs until a signal comes, or with --once until there are leases. Resolves to the exit status.
 */
async function runClients(interfaceName: string, flags: ClientFlags): Promise<number> {
  const speaks = { dhcp4: flags.ipv4 === true || flags.ipv6 !== true, dhcp6: flags.ipv6 === true };
  checkAnonymity(flags);
  const timeout = parseNumber("--timeout", flags.timeout, 1, 86_400, false) * 1000;
  const metric = flags.metric === undefined ? undefined : parseNumber("--metric", flags.metric, 0, 0xffffffff, true);
  const [link] = interfacesNamed(await listInterfaces(), [interfaceName]) as [LocalInterface<number>];
  if (link.hardwareAddress.length !== 6)
    throw new TransportError("ENODEV", `${interfaceName} has no Ethernet address: DHCP clients need one`);
  const settings4 = dhcp4Settings(flags, link.hardwareAddress);
  const settings6 = dhcp6Settings(flags, link.hardwareAddress);

  const complain = (text: string): void => void process.stderr.write(`leasehold: ${text}\n`);
  const waitsFor = new Set(Object.entries(speaks).flatMap(([protocol, wanted]) => (wanted ? [protocol] : [])));
  const end = Promise.withResolvers<number>();
  const resolvConf = flags.resolvConf === "none" || flags.configure !== true ? NO_RESOLV_CONF : createResolvConf(flags.resolvConf);
  const state = openStateFile(flags.state, complain);
  const configurators: Configurator[] = [];
  // However it ends: the reader of its output may have gone, too.
  const takeBack = (): void => {
    for (const configurator of configurators.splice(0)) configurator.apply(undefined);
  };
  process.once("exit", takeBack);

  function contextOf(protocol: "dhcp4" | "dhcp6"): ClientContext {
    const parts = { interfaceName, family: protocol === "dhcp4" ? "-4" : "-6", mtu: link.mtu, metric, resolvConf, complain } as const;
    const configurator = flags.configure === true ? createConfigurator(parts) : undefined;
    if (configurator !== undefined) configurators.push(configurator);
    return {
      interfaceName,
      interfaceIndex: link.index,
      hardwareAddress: link.hardwareAddress,
      anonymous: flags.anonymous === true,
      configurator,
      state,
      say(event, text, details) {
        print(flags.json === true, event, text, { interface: interfaceName, protocol, ...details });
        if (event === "bound" || event === "informed") waitsFor.delete(protocol);
        if (flags.once === true && waitsFor.size === 0) end.resolve(Exit.ok);
      },
      complain,
    };
  }

  if (flags.configure === true && !link.up) {
    const problem = bringUp(interfaceName);
    if (problem !== undefined) throw new TransportError("ENETDOWN", `${interfaceName} can't be brought up: ${problem}`);
  }
  const running: Running[] = [];
  const hasLinkNow = async (): Promise<boolean> => (await linkOf(link.index))?.up === true;
  if (speaks.dhcp4) running.push({ client: await openDhcp4Client(contextOf("dhcp4"), link, settings4), isUp: hasLinkNow, up: undefined });
  if (speaks.dhcp6) {
    const [link6] = interfacesNamed(await listIpv6Interfaces(), [interfaceName]) as [LocalInterface<Uint8Array>];
    const client = await openDhcp6Client(contextOf("dhcp6"), link6, settings6, flags.stateless === true);
    running.push({ client, isUp: async () => (await hasLinkNow()) && (await hasLinkLocal(interfaceName)), up: undefined });
  }

  let changes: number | undefined;
  const follow = async (): Promise<void> => {
    const before = changes;
    changes = (await linkOf(link.index))?.changes;
    // It was lost and is back already.
    const flapped = before !== undefined && changes !== before;
    for (const one of running) {
      const up = await one.isUp();
      if (flapped && up && one.up === true) one.client.linkIs(false);
      else if (up === one.up) continue;
      one.up = up;
      one.client.linkIs(up);
    }
  };
  // One look after the other, and one more when something changed meanwhile.
  let looking = Promise.resolve();
  const watch = await watchInterfaces(() => {
    looking = looking.then(follow).catch((error: unknown) => complain(`the interface can't be looked at: ${error}`));
  });
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => end.resolve(Exit.ok));
  const timer = flags.once === true ? setTimeout(() => end.resolve(Exit.failed), timeout) : undefined;
  looking = looking.then(follow);
  await looking;

  const status = await end.promise;
  clearTimeout(timer);
  watch.close();
  if (status === Exit.failed) complain(`no lease on ${interfaceName} within ${flags.timeout} s: is there a server on its link?`);
  if (flags.release === true) await Promise.all(running.map(({ client }) => client.release()));
  for (const { client } of running) client.close();
  if (flags.once !== true || flags.release === true) takeBack();
  process.off("exit", takeBack);
  return status;
}

/** DHCPv6 is spoken from an address of the link, which the kernel has looked for duplicates of. */
async function hasLinkLocal(interfaceName: string): Promise<boolean> {
  const links = await listIpv6Interfaces();
  return links.some(({ name, addresses }) => name === interfaceName && addresses.some(({ address }) => isLinkLocal(address)));
}

function print(json: boolean, event: EventName, text: string, details: { readonly [name: string]: JsonValue }): void {
  const line = json ? JSON.stringify({ time: new Date().toISOString(), event, ...details }) : `${event} ${text}`;
  process.stdout.write(`${line}\n`);
}
