/** From the input to the output of `leasehold decode`. */
import { DHCP4_PORTS, DHCP6_PORTS } from "../../wire/frames/decode-packet.ts";
import { Exit } from "../exit.ts";
import { type DecodeOptions, decodeItem, protocolOf } from "./decoded.ts";
import { readInput } from "./input.ts";
import { packetToJson, printPacket } from "./print.ts";

export interface Wanted {
  /** Only this protocol of DHCP, or these; both false: every packet. */
  readonly dhcp4: boolean;
  readonly dhcp6: boolean;
  /** Ports of DHCP besides its own. */
  readonly ports: readonly number[];
  readonly json: boolean;
}

export interface Output {
  /** Resolves when more may be written. */
  readonly write: (text: string) => Promise<void>;
  /** What is wrong with the input as a whole. */
  readonly report: (text: string) => void;
}

/**
 * Writes each packet of the input that is wanted, one after the other as they come, and resolves
 * with the exit status. Rejects with what the input rejects with.
 */
export async function decodeInput(chunks: AsyncIterable<Uint8Array>, wanted: Wanted, output: Output): Promise<number> {
  const options: DecodeOptions = {
    protocol: wanted.dhcp4 === wanted.dhcp6 ? undefined : wanted.dhcp4 ? "dhcp4" : "dhcp6",
    dhcp4Ports: [...DHCP4_PORTS, ...wanted.ports],
    dhcp6Ports: [...DHCP6_PORTS, ...wanted.ports],
  };
  let number = 0;
  let status: number = Exit.ok;
  for await (const item of readInput(chunks)) {
    if (item.kind === "problem") {
      output.report(item.text);
      status = Exit.failed;
      continue;
    }
    number++;
    const decoded = decodeItem(item, options);
    const isError = decoded.content.kind === "error";
    const protocol = protocolOf(decoded);
    // What can't be decoded may have been one of those that are asked for.
    const isWanted = wanted.dhcp4 || wanted.dhcp6 ? (protocol === undefined ? isError : wanted[protocol]) : true;
    if (!isWanted) continue;
    if (isError) status = Exit.failed;
    await output.write(wanted.json ? `${JSON.stringify(packetToJson(decoded, number))}\n` : printPacket(decoded, number));
  }
  return status;
}
