import type { Decision } from "../../engine/dhcp6/decision.ts";
import type { HeardFromServer } from "../../io/server-listener.ts";
import { equalBytes, toHex } from "../../net/bytes.ts";
import { type Duid, isDuid } from "../../net/duid.ts";
import { decode } from "../../wire/dhcp6/decode.ts";
import { describe } from "../../wire/dhcp6/describe.ts";
import { isFromServer, type Message } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { optionValue } from "../../wire/dhcp6/options.ts";
import type { Sighting } from "../other-servers.ts";

/** An IPv6 and a UDP header. */
const HEADERS = 48;

/** The server that sent it, unless that is this one; undefined: none. */
export function sender({ packet, interfaceIndex, hardwareAddress }: HeardFromServer, own: Duid): Sighting | undefined {
  const payload = packet.subarray(HEADERS);
  const read = decode(payload, payload.length);
  if (!read.ok || !isFromServer(read.message.type)) return undefined;
  const server = serverOf(read.message);
  if (server === undefined || equalBytes(server, own)) return undefined;
  return { server: toHex(server), interfaceIndex, hardwareAddress, what: describe(read.message) };
}

/** Undefined: it names none, or what is no DUID. */
function serverOf({ options }: Message): Uint8Array | undefined {
  const server = optionValue(options, OptionCode.serverIdentifier);
  return server !== undefined && isDuid(server) ? server : undefined;
}

/** The server that a client speaks to, by what was decided about that; undefined: this one. */
export function chosen(message: Message, decision: Decision, interfaceIndex: number): Sighting | undefined {
  if (decision.kind !== "silence" || decision.reason !== "another-server") return undefined;
  const server = serverOf(message);
  if (server === undefined) return undefined;
  return { server: toHex(server), interfaceIndex, hardwareAddress: undefined, what: describe(message) };
}
