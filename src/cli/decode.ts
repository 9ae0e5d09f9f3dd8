import { once } from "node:events";
import { createReadStream } from "node:fs";
import type { Command } from "commander";
import { isSystemError, reasonOf } from "../config/text/reason.ts";
import { decodeInput } from "./decode/decode-input.ts";
import { parseNumber, UsageError } from "./endpoint.ts";
import { Exit, fail } from "./exit.ts";

interface DecodeFlags {
  readonly json?: true;
  readonly ipv4?: true;
  readonly ipv6?: true;
  readonly port: readonly string[];
}

const HELP = `
The input is one of these, whatever its name:
  - a capture: pcap or pcapng, as it is or compressed by gzip
  - text with packets in hex: the dumps of tcpdump -x, Wireshark, xxd and
    hexdump, digits alone, or lines of a log
  - the bytes of one message or packet
Of hex and bytes it is guessed whether they are a DHCPv4 or DHCPv6 message or a
packet around one, from the Ethernet or IP header up.

Examples:
  tcpdump -i eth0 -U -w - 'port 67 or port 68 or port 546 or port 547' |
      leasehold decode
  leasehold decode -6 office.pcapng.gz
  leasehold decode --json office.pcap | jq 'select(.message.type == "NAK")'

Exit status: 0 everything was decoded; 1 something could not be, or the input is
damaged; 2 it can't be read or the command line is wrong.`;

export function addDecodeCommand(program: Command): void {
  program
    .command("decode")
    .description("show the packets of a capture, or of a message in hex, with every field and option")
    .argument("[file]", "capture, text or message; - or nothing reads standard input", "-")
    .option("-4, --ipv4", "only DHCPv4; a message alone is taken for one")
    .option("-6, --ipv6", "only DHCPv6; the same (-4 -6: only DHCP)")
    .option(
      "--port <number>",
      "datagrams from or to this port hold DHCP messages, too; repeatable",
      (value, before: readonly string[]) => [...before, value],
      [],
    )
    .option("--json", "one JSON object a line for each packet")
    .addHelpText("after", HELP)
    .action(async (file: string, flags: DecodeFlags) => {
      try {
        process.exitCode = await decode(file, flags);
      } catch (error) {
        if (error instanceof UsageError) fail(error.message, Exit.usage);
        // Of reading the input: it is not there, is a folder, and so on.
        if (isSystemError(error)) fail(`${nameOf(file)} can't be read: ${reasonOf(error)}`, Exit.usage);
        throw error;
      }
    });
}

function nameOf(file: string): string {
  return file === "-" ? "standard input" : file;
}

function decode(file: string, { ipv4, ipv6, port, json }: DecodeFlags): Promise<number> {
  const ports = port.map((text) => parseNumber("--port", text, 1, 65535, true));
  const wanted = { dhcp4: ipv4 === true, dhcp6: ipv6 === true, ports, json: json === true };
  const report = (text: string): void => void process.stderr.write(`leasehold: ${nameOf(file)}: ${text}\n`);
  return decodeInput(file === "-" ? process.stdin : createReadStream(file), wanted, { write, report });
}

/** Waits until the reader has taken enough, so that memory does not grow. */
async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, "drain");
}
