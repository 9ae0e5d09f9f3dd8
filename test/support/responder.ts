/** A DHCP server without memory for tests of clients: the address that a client gets follows from its hardware address. */
import { createSocket, type RemoteInfo } from "node:dgram";
import { once } from "node:events";
import { type Ipv4, parseIpv4, readIpv4, writeIpv4 } from "../../src/net/ipv4.ts";
import { decode } from "../../src/wire/dhcp4/decode.ts";
import { encodeMessage } from "../../src/wire/dhcp4/encode.ts";
import { type Message, MessageType, Op, type Option } from "../../src/wire/dhcp4/message.ts";
import { messageType, optionIpv4, optionValue } from "../../src/wire/dhcp4/options.ts";

/** Changes an answer, or keeps it back (undefined). */
export type Twist = (reply: Message, request: Message) => Message | undefined;

export interface Responder extends AsyncDisposable {
  readonly port: number;
  /** Every message received, in order. */
  readonly received: readonly Message[];
}

/** Answers on a port of its own on 127.0.0.1 with leases of an hour, to where a message came from; where `twist` gives several messages, with each. */
export async function startResponder(
  twist: (...given: Parameters<Twist>) => ReturnType<Twist> | readonly Message[] = (reply) => reply,
): Promise<Responder> {
  const socket = createSocket("udp4");
  const received: Message[] = [];
  socket.on("message", (bytes: Buffer, from: RemoteInfo) => {
    const decoded = decode(bytes);
    if (!decoded.ok) return;
    received.push(decoded.message);
    const reply = answer(decoded.message);
    const sent = reply === undefined ? undefined : twist(reply, decoded.message);
    for (const message of sent === undefined ? [] : [sent].flat()) socket.send(encodeMessage(message), from.port, from.address);
  });
  socket.bind(0, "127.0.0.1");
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

export const RESPONDER_ADDRESS = parseIpv4("127.0.0.1") as Ipv4;

/** 10.a.b.c, of the last three bytes of the hardware address. */
export function addressFor(chaddr: Uint8Array): Ipv4 {
  return ((10 << 24) | (readIpv4(chaddr, 2) & 0xffffff)) >>> 0;
}

/** OFFER, ACK or NAK (an address that is not the client's); undefined for what is not answered. */
export function answer(request: Message): Message | undefined {
  const ours = addressFor(request.chaddr);
  switch (messageType(request)) {
    case MessageType.DISCOVER:
      return reply(request, MessageType.OFFER, ours);
    case MessageType.REQUEST: {
      const asked = optionIpv4(request, 50) ?? request.ciaddr;
      return asked === ours ? reply(request, MessageType.ACK, ours) : reply(request, MessageType.NAK, 0);
    }
    case MessageType.INFORM:
      return reply(request, MessageType.ACK, 0);
    case undefined:
      return { ...reply(request, 0, ours), options: [] };
    default:
      return undefined;
  }
}

function reply(request: Message, type: number, yiaddr: Ipv4): Message {
  const options: Option[] = [
    { code: 53, data: Uint8Array.of(type) },
    { code: 54, data: u32(RESPONDER_ADDRESS) },
  ];
  if (yiaddr !== 0) options.push({ code: 51, data: u32(3600) }, { code: 1, data: u32(0xff000000) }, { code: 3, data: u32(0x0a000001) });
  const clientIdentifier = optionValue(request, 61);
  if (clientIdentifier !== undefined) options.push({ code: 61, data: clientIdentifier });
  return { ...request, op: Op.reply, hops: 0, secs: 0, ciaddr: type === MessageType.NAK ? 0 : request.ciaddr, yiaddr, options };
}

function u32(value: number): Uint8Array {
  const data = new Uint8Array(4);
  writeIpv4(data, 0, value);
  return data;
}
