import { type Diagnostic, loadConfig } from "leasehold/config";
import { parseIpv4, parseIpv6 } from "leasehold/net";
import { capture, dhcp4, dhcp6, frames } from "leasehold/wire";
import { readLeases } from "./leases.ts";
import { type Arrival, createServer, type DecisionAnswer, type Link, type Server } from "./server.ts";

/** What is typed into the page. */
export interface Inputs {
  /** Packets in hex. */
  readonly packets: string;
  /** YAML. */
  readonly configuration: string;
  readonly leases: string;
  /** Where the packets come in. */
  readonly interfaceName: string;
  /** `192.168.5.1/24` */
  readonly ipv4: string;
  /** `2001:db8::1` */
  readonly ipv6: string;
}

/** What is shown for it. */
export interface Answer {
  readonly diagnostics: readonly Diagnostic[];
  readonly leaseProblems: readonly { readonly line: number; readonly message: string }[];
  readonly interfaceProblems: readonly string[];
  readonly packets: readonly PacketAnswer[];
  /** The list as it is after all packets; undefined: nothing was decided. */
  readonly leases: readonly string[] | undefined;
}

export interface PacketAnswer {
  /** Of the text, from 1. */
  readonly line: number;
  /** The packet as text, or why it is none. */
  readonly decoded: string;
  readonly isPacket: boolean;
  readonly problems: readonly string[];
  /** undefined: it is no message of DHCP, or the configuration is not usable. */
  readonly decision: DecisionAnswer | undefined;
}

/** Packets of a text that are looked at: more would make the page slow. */
const MAX_PACKETS = 100;

/** Decodes the packets and decides about them, one after the other, as a server would. */
export function answer(inputs: Inputs, now: number): Answer {
  const loaded = loadConfig(inputs.configuration, "configuration.yaml");
  const list = readLeases(inputs.leases, now);
  const link = readInterface(inputs);
  const server = loaded.ok && typeof link !== "string" ? createServer(loaded.config, link, list, now) : undefined;
  const items = capture.readHexText(inputs.packets).slice(0, MAX_PACKETS);
  const packets = items.map((item): PacketAnswer => {
    if (item.kind === "problem") return { line: item.line, decoded: item.text, isPacket: false, problems: [], decision: undefined };
    return { line: item.line, ...answerTo(item.bytes, server) };
  });
  return {
    diagnostics: loaded.ok ? loaded.warnings : loaded.diagnostics,
    leaseProblems: list.problems,
    interfaceProblems: typeof link === "string" ? [link] : [],
    packets,
    leases: server?.leases(),
  };
}

function readInterface({ interfaceName, ipv4, ipv6 }: Inputs): Link | string {
  const [address = "", length = "24"] = ipv4.trim().split("/");
  const parsed4 = parseIpv4(address);
  const parsed6 = parseIpv6(ipv6.trim());
  if (parsed4 === undefined || !/^\d+$/.test(length) || Number(length) > 32)
    return `"${ipv4}" is no IPv4 address with a prefix length, such as 192.168.5.1/24`;
  if (parsed6 === undefined) return `"${ipv6}" is no IPv6 address, such as 2001:db8::1`;
  return { name: interfaceName.trim(), ipv4: parsed4, prefixLength: Number(length), ipv6: parsed6 };
}

function answerTo(bytes: Uint8Array, server: Server | undefined): Omit<PacketAnswer, "line"> {
  const guess = frames.guessPacket(bytes);
  const decide = (arrival: Arrival): DecisionAnswer | undefined => server?.decide(arrival);
  switch (guess.kind) {
    case "dhcp4": {
      if (!guess.result.ok) return notDecoded(`DHCPv4: ${dhcp4.PROBLEM_TEXT[guess.result.problem.kind]}`);
      const { message, problems } = guess.result;
      const texts = problems.map((problem) => withPlace(dhcp4.PROBLEM_TEXT[problem.kind], problem));
      return shown(dhcp4.formatMessage(message), texts, decide({ kind: "dhcp4", message, packet: undefined, length: bytes.length }));
    }
    case "dhcp6": {
      if (!guess.result.ok) return notDecoded(`DHCPv6: ${dhcp6.PROBLEM_TEXT[guess.result.problem.kind]}`);
      const { message, problems } = guess.result;
      const texts = problems.map((problem) => withPlace(dhcp6.PROBLEM_TEXT[problem.kind], problem));
      return shown(dhcp6.formatMessage(message), texts, decide({ kind: "dhcp6", message, packet: undefined, length: bytes.length }));
    }
    case "packet":
      return ofPacket(bytes, guess.linkType, decide);
  }
}

function ofPacket(
  bytes: Uint8Array,
  linkType: number,
  decide: (arrival: Arrival) => DecisionAnswer | undefined,
): Omit<PacketAnswer, "line"> {
  let result = frames.decodePacket(bytes, linkType);
  const problems: string[] = [];
  if (!result.ok && (result.error.reason === "bad-checksum" || result.error.reason === "no-checksum")) {
    problems.push(`${result.error.layer}: ${result.error.text}, at byte ${result.error.offset}`);
    result = frames.decodePacket(bytes, linkType, { verifyChecksums: false });
  }
  if (!result.ok) return notDecoded(`${result.error.layer}: ${result.error.text}, at byte ${result.error.offset}`);
  const { packet } = result;
  problems.push(...result.problems.map((problem) => withPlace(problem.text, problem)));
  const arrival: Arrival | undefined =
    packet.kind === "dhcp4"
      ? { kind: "dhcp4", message: packet.message, packet, length: bytes.length }
      : packet.kind === "dhcp6"
        ? { kind: "dhcp6", message: packet.message, packet, length: bytes.length }
        : undefined;
  return shown(frames.formatPacket(packet), problems, arrival && decide(arrival));
}

function shown(decoded: string, problems: readonly string[], decision: DecisionAnswer | undefined): Omit<PacketAnswer, "line"> {
  return { decoded, isPacket: true, problems, decision };
}

function notDecoded(decoded: string): Omit<PacketAnswer, "line"> {
  return { decoded, isPacket: false, problems: [], decision: undefined };
}

function withPlace(text: string, { option, offset }: { readonly option: number | undefined; readonly offset: number }): string {
  return `${text}${option === undefined ? "" : ` in option ${option}`}, at byte ${offset}`;
}
