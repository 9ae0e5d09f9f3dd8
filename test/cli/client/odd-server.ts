/**
 * A program for the server's end of the cable. It prints each message of a client as a line of hex,
 * and answers those of DHCPv4: before each right answer come wrong ones, and the right ones carry
 * values that nobody should take as they are.
 */
import { createSocket } from "node:dgram";
import { toHex } from "../../../src/net/bytes.ts";
import { decode } from "../../../src/wire/dhcp4/decode.ts";
import { encodeMessage } from "../../../src/wire/dhcp4/encode.ts";
import type { Message, Option } from "../../../src/wire/dhcp4/message.ts";
import { answer } from "../../support/responder.ts";

const WRONG_ADDRESS = 0x0a636363;
const HOSTILE: readonly Option[] = [
  // A line of its own in resolv.conf.
  { code: 15, data: Buffer.from("a.test\nnameserver 10.66.66.66") },
  { code: 6, data: Uint8Array.of(10, 0, 0) },
  { code: 26, data: Uint8Array.of(0, 1) },
  { code: 121, data: Uint8Array.of(33, 10, 0, 0, 0, 10, 0, 0, 1) },
];

function without(message: Message, ...codes: readonly number[]): Message {
  return { ...message, options: message.options.filter(({ code }) => !codes.includes(code)) };
}

/** Each would give another address if it were taken. */
function wrongOnes(right: Message): readonly Uint8Array[] {
  const wrong = { ...right, yiaddr: WRONG_ADDRESS };
  const bytes = encodeMessage(wrong);
  return [
    new Uint8Array(0),
    bytes.subarray(0, 100),
    bytes.map((byte, i) => (i === 236 ? byte ^ 1 : byte)),
    encodeMessage({ ...wrong, xid: (right.xid ^ 1) >>> 0 }),
    encodeMessage({ ...wrong, op: 1 }),
    encodeMessage({ ...wrong, chaddr: right.chaddr.map((byte) => byte ^ 1) }),
    encodeMessage(without(wrong, 54)),
    encodeMessage(without(wrong, 51)),
    encodeMessage({ ...wrong, yiaddr: 0 }),
    encodeMessage({ ...wrong, yiaddr: 0xffffffff }),
  ];
}

const socket = createSocket("udp4");
socket.on("message", (bytes: Buffer) => {
  process.stdout.write(`dhcp4 ${toHex(bytes)}\n`);
  const decoded = decode(bytes);
  const right = decoded.ok ? answer(decoded.message) : undefined;
  if (right === undefined) return;
  const hostile = encodeMessage({ ...right, options: [...right.options, ...HOSTILE] });
  for (const datagram of [...wrongOnes(right), hostile]) socket.send(datagram, 68, "255.255.255.255");
});
socket.bind(67, () => {
  socket.setBroadcast(true);
  const socket6 = createSocket("udp6");
  socket6.on("message", (bytes: Buffer) => process.stdout.write(`dhcp6 ${toHex(bytes)}\n`));
  socket6.bind(547, () => {
    socket6.addMembership("ff02::1:2", "::%eth0");
    process.stdout.write("ready\n");
  });
});
