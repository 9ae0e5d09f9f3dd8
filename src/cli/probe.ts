import { styleText } from "node:util";
import type { Command } from "commander";
import { TransportError } from "../io/transport.ts";
import { parseNumber, QUICKSTART_SERVER, UsageError } from "./endpoint.ts";
import { Exit, fail } from "./exit.ts";
import { IPV6 } from "./family.ts";
import { outliveReader } from "./guard-output.ts";
import { type Conversations, DEFAULT_MAC } from "./probe/conversation.ts";
import { type Dhcp4Flags, openDhcp4 } from "./probe/dhcp4/converse.ts";
import { type Dhcp6Flags, openDhcp6 } from "./probe/dhcp6/converse.ts";

interface ProbeFlags extends Omit<Dhcp4Flags, "relay">, Omit<Dhcp6Flags, "relay"> {
  readonly ipv6?: boolean;
  readonly relay: readonly string[];
  readonly relayOption: readonly string[];
  readonly type?: string;
  readonly timeout: string;
  readonly count: string;
  readonly json?: boolean;
}

const HELP = `
Types: dora (DISCOVER, OFFER, REQUEST, ACK), discover, request, renew, rebind,
reboot (INIT-REBOOT), release, decline, inform, bootp, leasequery, or any other
message type by name or number. renew, rebind, reboot, release and decline
obtain a lease first, unless --ciaddr or --requested-ip says which address they
are about. leasequery asks about --ciaddr, --client-id, the remote id in
--option 82=..., or --mac.

Types with -6: sarr (SOLICIT, ADVERTISE, REQUEST, REPLY), solicit, request,
confirm, renew, rebind, release, decline, information-request, or any other
message type by name or number. confirm, renew, rebind, release and decline
obtain leases first, unless --requested-ip or --prefix says which they are
about.

Examples:
  leasehold probe
      a lease from the server of "npm start"
  leasehold probe --interface eth0
      as a new machine on the link of eth0 (root)
  leasehold probe --server 10.0.0.1 --relay 10.0.5.1
      as the relay 10.0.5.1, an address of this machine (root)
  leasehold probe --type discover --request-options 66,67 \\
      --option vendor_class_identifier=PXEClient
      what a machine that boots from the network is told
  leasehold probe --type leasequery --server 10.0.0.1 --relay 10.0.5.1 \\
      --ciaddr 192.168.5.7 --request-options 51,61,82
      who has 192.168.5.7
  leasehold probe --type release --ciaddr 192.168.5.7 \\
      --server-id 192.168.5.1 --mac 52:54:00:12:34:56
      gives the lease of another machine back
  leasehold probe -6 --interface eth0 --pd --rapid-commit
      an IPv6 address and a prefix, on the link of eth0 (root)
  leasehold probe -6 --server 2001:db8::1 --relay 2001:db8:5::1 --relay :: \\
      --relay-option interface_id=port7
      through two relays, the first of which is on the client's link (root)

Exit status: 0 answered as expected; 1 refused or not answered; 2 wrong command
line.`;

export function addProbeCommand(program: Command): void {
  program
    .command("probe")
    .description("ask a DHCP server, as a client or as a relay, and show the exchange")
    .option("-6, --ipv6", "speak DHCPv6")
    .option(
      "--server <address[:port]>",
      `the server (default: ${QUICKSTART_SERVER}; with -6 --relay: ${IPV6.exampleEndpoint}; with --interface: all on the link)`,
    )
    .option("--type <type>", "what to send, see below (default: dora, with -6 sarr)")
    .option("--interface <name>", "ask as a client on the link of this interface, from the port of clients (root)")
    .option(
      "--relay <address>",
      "ask as the relay with this address; with -6 through the relay with this link-address, the one nearest to the client first; repeatable",
      collect,
      [],
    )
    .option("--mac <address>", `the client's hardware address (default: of --interface, of the client's own address, else ${DEFAULT_MAC})`)
    .option("--requested-ip <address>", "option 50; with -6 the address to ask for, or that the message is about")
    .option("--server-id <id>", "option 54, an address; with -6 option 2, the server's DUID in hex")
    .option("--request-options <list>", "option 55, with -6 option 6: codes or names separated by commas, or none")
    .option("--option <name=value>", "any option by name or code: JSON, YAML or text, or hex:...; repeatable", collect, [])
    .option("--xid <number>", "transaction id (default: random)")
    // dnsmasq looks for three seconds whether anybody uses an address, before it offers it.
    .option("--timeout <seconds>", "how long to wait for each answer", "6")
    .option("--count <number>", "do it for so many clients, each with the next hardware address", "1")
    .option("--json", "print JSON, one line for each client")
    .optionsGroup("Options of DHCPv4:")
    .option("--client-id <id>", "option 61: hex pairs, text, or none (default: hardware type and address)")
    .option("--ciaddr <address>", "header field: the client's address")
    .option("--yiaddr <address>", "header field: your address")
    .option("--siaddr <address>", "header field: the next server")
    .option("--giaddr <address>", "header field: the relay (--relay sets it too)")
    .option("--htype <number>", "header field: hardware type (default: 1)")
    .option("--hops <number>", "header field: relays passed")
    .option("--secs <number>", "header field: seconds since the client began")
    .option("--flags <number>", "header field: all 16 flags")
    .option("--broadcast", "ask for broadcast answers (default with --interface)")
    .option("--no-broadcast", "don't")
    .option("--sname <text>", "header field: server name")
    .option("--file <text>", "header field: boot file")
    .optionsGroup("Options of DHCPv6:")
    .option("--duid <hex>", "option 1: the client's DUID (default: DUID-LL of its hardware address)")
    .option("--iaid <number>", "of both identity associations (default: 1)")
    .option("--pd", "ask for a delegated prefix as well")
    .option("--prefix <prefix>", "the same, and which: 2001:db8:5::/56, or ::/56 for any of that length")
    .option("--no-na", "ask for no address")
    .option("--rapid-commit", "offer to take a REPLY in answer to the SOLICIT")
    .option("--reconfigure-accept", "say that a RECONFIGURE would be heeded")
    .option("--relay-option <name=value>", "an option of the relay that is nearest to the client, as --option; repeatable", collect, [])
    .addHelpText("after", HELP)
    .action(async (flags: ProbeFlags, command: Command) => {
      outliveReader();
      try {
        process.exitCode = await probe(flags, givenIn(command));
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

/** The options on the command line that belong to one protocol, by its group. */
function givenIn(command: Command): (group: string) => readonly string[] {
  return (group) =>
    command.options
      .filter((option) => option.helpGroupHeading === group && command.getOptionValueSource(option.attributeName()) === "cli")
      .map(({ long }) => long ?? "");
}

async function probe(flags: ProbeFlags, given: (group: string) => readonly string[]): Promise<number> {
  const timeout = parseNumber("--timeout", flags.timeout, 0.1, 3600, false) * 1000;
  const count = parseNumber("--count", flags.count, 1, 100_000, true);
  const conversations = await open(flags, given, timeout);
  const print = flags.json === true ? () => {} : (text: string) => void process.stdout.write(text);
  let failures = 0;
  try {
    for (let i = 0; i < count; i++) {
      const { ok, text, exchanges } = await conversations.converse(i, print);
      if (!ok) failures++;
      if (flags.json === true) process.stdout.write(`${JSON.stringify({ ok, text, exchanges })}\n`);
      else process.stdout.write(`${styleText(ok ? "bold" : ["bold", "red"], text)}\n`);
    }
  } finally {
    conversations.close();
  }
  return failures === 0 ? Exit.ok : Exit.failed;
}

function open(flags: ProbeFlags, given: (group: string) => readonly string[], timeout: number): Promise<Conversations> {
  if (flags.ipv6 === true) {
    const [other] = given("Options of DHCPv4:");
    if (other !== undefined) throw new UsageError(`${other}: DHCPv6 has no such thing; see leasehold probe --help`);
    return openDhcp6((flags.type ?? "sarr").toLowerCase(), flags, timeout);
  }
  const [other] = given("Options of DHCPv6:");
  if (other !== undefined) throw new UsageError(`${other}: is for DHCPv6: add -6`);
  const { relay: relays, ...others } = flags;
  const [relay, ...more] = relays;
  if (more.length > 0) throw new UsageError("--relay: a DHCPv4 message names one relay");
  return openDhcp4((flags.type ?? "dora").toLowerCase(), relay === undefined ? others : { ...others, relay }, timeout);
}
