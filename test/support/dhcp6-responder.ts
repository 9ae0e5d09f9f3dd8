/**
 * A DHCPv6 server without memory for tests of clients: what a client gets follows from the end of
 * its DUID.
 */
import { createSocket, type RemoteInfo } from "node:dgram";
import { once } from "node:events";
import { ipv6Prefix } from "../../src/net/ipv6-prefix.ts";
import { decode } from "../../src/wire/dhcp6/decode.ts";
import { encodeMessage } from "../../src/wire/dhcp6/encode.ts";
import { iaAddressOption, iaOption, iaPrefixOption, readIaNa, statusOption } from "../../src/wire/dhcp6/identity-association.ts";
import { type Message, MessageType, type Option } from "../../src/wire/dhcp6/message.ts";
import { OptionCode } from "../../src/wire/dhcp6/option-code.ts";
import { hasOption, optionValue } from "../../src/wire/dhcp6/options.ts";
import { StatusCode } from "../../src/wire/dhcp6/status-code.ts";

/** Changes an answer, or keeps it back (undefined). */
export type Twist = (reply: Message, request: Message) => Message | undefined;

export interface Responder extends AsyncDisposable {
  readonly port: number;
  /** Every message received, in order. */
  readonly received: readonly Message[];
}

export const SERVER_DUID = Uint8Array.of(0, 3, 0, 1, 2, 0, 0, 0, 9, 1);

/** Answers on a port of its own on ::1 with leases of an hour, to where a message came from. */
export async function startResponder(twist: Twist = (reply) => reply): Promise<Responder> {
  const socket = createSocket("udp6");
  const received: Message[] = [];
  socket.on("message", (bytes: Buffer, from: RemoteInfo) => {
    const decoded = decode(bytes);
    if (!decoded.ok) return;
    received.push(decoded.message);
    const reply = answer(decoded.message);
    const sent = reply === undefined ? undefined : twist(reply, decoded.message);
    if (sent !== undefined) socket.send(encodeMessage(sent), from.port, from.address);
  });
  socket.bind(0, "::1");
  await once(socket, "listening");
  return {
    port: socket.address().port,
    received,
    async [Symbol.asyncDispose]() {
      socket.close();
      await once(socket, "close");
    },
  };
}

/** 2001:db8::a:b:c:d, of the last four bytes of the DUID. */
export function addressFor(duid: Uint8Array): Uint8Array {
  const [a = 0, b = 0, c = 0, d = 0] = duid.subarray(-4);
  return Uint8Array.of(0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, a, 0, b, 0, c, 0, d);
}

/** 2001:db8:b:cd00::/56. */
export function prefixFor(duid: Uint8Array): Uint8Array {
  const [b = 0, c = 0, d = 0] = duid.subarray(-3);
  return ipv6Prefix(Uint8Array.of(0x20, 0x01, 0x0d, 0xb8, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0), 56);
}

/** ADVERTISE or REPLY through the relays of the message; undefined for what is not answered. */
export function answer(request: Message): Message | undefined {
  const duid = optionValue(request.options, OptionCode.clientIdentifier);
  if (duid === undefined) return undefined;
  const rapid = hasOption(request.options, OptionCode.rapidCommit);
  const reply = (type: number, options: readonly Option[]): Message => ({
    type,
    transactionId: request.transactionId,
    relays: request.relays,
    options: [{ code: OptionCode.clientIdentifier, data: duid }, { code: OptionCode.serverIdentifier, data: SERVER_DUID }, ...options],
  });
  switch (request.type) {
    case MessageType.SOLICIT:
      return rapid
        ? reply(MessageType.REPLY, [{ code: OptionCode.rapidCommit, data: new Uint8Array(0) }, ...leases(request, duid)])
        : reply(MessageType.ADVERTISE, leases(request, duid));
    case MessageType.REQUEST:
    case MessageType.RENEW:
    case MessageType.REBIND:
      return reply(MessageType.REPLY, leases(request, duid));
    case MessageType.CONFIRM:
    case MessageType.RELEASE:
    case MessageType.DECLINE:
      return reply(MessageType.REPLY, [statusOption(StatusCode.Success)]);
    case MessageType["INFORMATION-REQUEST"]:
      return reply(MessageType.REPLY, [{ code: OptionCode.dnsServers, data: addressFor(SERVER_DUID) }]);
    default:
      return undefined;
  }
}

function leases(request: Message, duid: Uint8Array): Option[] {
  return request.options.flatMap(({ code, data }) => {
    if (code !== OptionCode.iaNa && code !== OptionCode.iaPd) return [];
    const lease = code === OptionCode.iaNa ? iaAddressOption(addressFor(duid), 1800, 3600) : iaPrefixOption(prefixFor(duid), 1800, 3600);
    return [iaOption(code, readIaNa(data)?.iaid ?? 0, 900, 1440, [lease])];
  });
}

/** The answer with this status in its associations, and nothing else. */
export function refusing(
  reply: Message,
  status: number,
  text = "",
  codes: readonly number[] = [OptionCode.iaNa, OptionCode.iaPd],
): Message {
  const options = reply.options.map((option) =>
    codes.includes(option.code) ? iaOption(option.code, readIaNa(option.data)?.iaid ?? 0, 0, 0, [statusOption(status, text)]) : option,
  );
  return { ...reply, options };
}
