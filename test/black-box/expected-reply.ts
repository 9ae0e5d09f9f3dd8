import assert from "node:assert/strict";
import { fromHex, NO_BYTES, toHex } from "../../src/net/bytes.ts";
import type { Ipv4 } from "../../src/net/ipv4.ts";
import { formatMac } from "../../src/net/mac.ts";
import type { Message, Option } from "../../src/wire/dhcp4/index.ts";
import type { Answer } from "../support/raw-client.ts";

/** What may differ in a reply; the rest follows from the request. */
export interface ExpectedReply {
  /** Hardware addresses of the frame. */
  readonly from: Uint8Array;
  readonly to: string;
  /** "10.0.0.1:67 > 10.0.0.100:68". */
  readonly packet: string;
  readonly flags?: number;
  readonly ciaddr?: Ipv4;
  readonly yiaddr?: Ipv4;
  readonly siaddr?: Ipv4;
  readonly giaddr?: Ipv4;
  /** Server name and boot file, as text. */
  readonly sname?: string;
  readonly file?: string;
  /** Code and value in hex of each option, in the order of the wire. */
  readonly options: readonly string[];
}

/** The answer is this one, to the byte: every field of the header, every option in its place, the size, and the way it came. */
export function assertReply(request: Message, { frame, packet, size, message }: Answer, expected: ExpectedReply): void {
  const { from, flags = request.flags, ciaddr = 0, yiaddr = 0, siaddr = 0, giaddr = request.giaddr, sname = "", file = "" } = expected;
  const { htype, hlen, xid, chaddr } = request;
  const reply: Message = {
    ...{ op: 2, htype, hlen, hops: 0, xid, secs: 0, flags, ciaddr, yiaddr, siaddr, giaddr, chaddr },
    ...{ sname: NO_BYTES, file: NO_BYTES, cookie: true, options: expected.options.map(parseOption) },
  };
  const seen = { ...message, sname: text(message.sname), file: text(message.file), options: message.options.map(formatOption) };
  const wanted = { ...reply, sname, file, options: reply.options.map(formatOption) };
  // Never shorter than 300 bytes (RFC 1542 section 2.1), though the options may need less; no byte longer otherwise.
  const needed = 240 + reply.options.reduce((sum, { data }) => sum + 2 + data.length, 1);
  assert.deepEqual(
    { frame, packet, size, ...seen },
    { frame: `${formatMac(from)} > ${expected.to}`, packet: expected.packet, size: Math.max(300, needed), ...wanted },
  );
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

function parseOption(line: string): Option {
  const [code, value = ""] = line.split(" ");
  return { code: Number(code), data: fromHex(value) as Uint8Array };
}

const formatOption = ({ code, data }: Option): string => `${code} ${toHex(data)}`;
