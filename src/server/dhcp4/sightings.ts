import type { Decision } from "../../engine/dhcp4/decision.ts";
import type { HeardFromServer } from "../../io/server-listener.ts";
import { formatIpv4, type Ipv4 } from "../../net/ipv4.ts";
import { decode } from "../../wire/dhcp4/decode.ts";
import { describe } from "../../wire/dhcp4/describe.ts";
import { type Message, MessageType, Op } from "../../wire/dhcp4/message.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { messageType, optionIpv4 } from "../../wire/dhcp4/options.ts";
import { parseIpv4Udp } from "../../wire/frames/ipv4-udp.ts";
import type { Sighting } from "../other-servers.ts";

/** Headers alone are looked at: nothing is given to anybody for it. */
const TRUST = { verifyUdpChecksum: false };

/** The server that sent it, unless that is this one; undefined: none. */
export function sender(heard: HeardFromServer, isOwn: (address: Ipv4) => boolean): Sighting | undefined {
  const { packet, interfaceIndex, hardwareAddress } = heard;
  const udp = parseIpv4Udp(packet, packet.length, TRUST);
  if (!udp.ok) return undefined;
  const read = decode(packet.subarray(udp.payloadOffset), udp.payloadLength);
  if (!read.ok || read.message.op !== Op.reply) return undefined;
  const server = optionIpv4(read.message, OptionCode.serverIdentifier) ?? udp.source;
  if (isOwn(server) || isOwn(udp.source)) return undefined;
  return { server: formatIpv4(server), interfaceIndex, hardwareAddress, what: describe(read.message) };
}

/** The server that a client speaks to, by what was decided about that; undefined: this one. */
export function chosen(message: Message, decision: Decision, interfaceIndex: number): Sighting | undefined {
  if (decision.kind !== "update" && !(decision.kind === "silence" && decision.reason === "another-server")) return undefined;
  // What is noted of a REQUEST is that the client does without what it was offered.
  if (decision.kind === "update" && messageType(message) !== MessageType.REQUEST) return undefined;
  const server = optionIpv4(message, OptionCode.serverIdentifier);
  if (server === undefined) return undefined;
  return { server: formatIpv4(server), interfaceIndex, hardwareAddress: undefined, what: describe(message) };
}
