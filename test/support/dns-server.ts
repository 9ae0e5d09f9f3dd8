import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket as Stream } from "node:net";
import type { TestContext } from "node:test";
import type { TsigKey } from "../../src/config/model/names.ts";
import { NO_BYTES, readU16, writeU16 } from "../../src/net/bytes.ts";
import { isWithin, wireOfName } from "../../src/wire/dns/name.ts";
import { type DnsMessage, readRecords } from "../../src/wire/dns/read.ts";
import { sign } from "../../src/wire/dns/tsig.ts";
import { macOf, timersOf, variablesOf, withLength } from "../../src/wire/dns/tsig-mac.ts";
import { readTsig } from "../../src/wire/dns/tsig-record.ts";
import { Opcode, Rcode, RecordClass, RecordType } from "../../src/wire/dns/type-code.ts";
import { HeaderField, writeMessage, writeQuestion, writeRecord } from "../../src/wire/dns/write.ts";
import type { DnsZone, ZoneRecord } from "./dns-zone.ts";

/** What a server in a test does with a message. */
export type Behaviour =
  | "normal"
  /** As if it had never come. */
  | "drop"
  /** It is done, but nobody hears of it. */
  | "lose-answer"
  /** By UDP: nothing but that TCP should be used. */
  | "truncate"
  | "unsigned"
  | "bad-mac"
  | "malformed"
  | { readonly rcode: number }
  /** The answer, or a TSIG error of that number. */
  | { readonly tsigError: number; readonly serverTime?: number }
  | { readonly delay: number };

export interface TestDnsServer {
  readonly port: number;
  /** How many messages came. */
  received(): number;
  messages(): readonly { readonly message: DnsMessage; readonly over: "udp" | "tcp" }[];
  /** Nobody listens any more. */
  stop(): Promise<void>;
  /** At the same port. */
  start(): Promise<void>;
}

export interface TestDnsServerParts {
  readonly zones: readonly DnsZone[];
  readonly key?: TsigKey;
  readonly address?: string;
  behave?(message: DnsMessage, over: "udp" | "tcp"): Behaviour;
}

/** A DNS server on loopback, with zones in memory, that behaves as it is told. */
export async function startDnsServer(
  t: TestContext,
  { zones, key, address = "127.0.0.1", behave = () => "normal" }: TestDnsServerParts,
): Promise<TestDnsServer> {
  let udp: Socket | undefined;
  let tcp: Server | undefined;
  const streams = new Set<Stream>();
  const messages: { message: DnsMessage; over: "udp" | "tcp" }[] = [];
  let port = 0;

  const zoneOf = (name: string): DnsZone | undefined =>
    zones.filter((zone) => isWithin(name, zone.name)).sort((a, b) => b.name.length - a.name.length)[0];

  function answer(bytes: Uint8Array, over: "udp" | "tcp", reply: (bytes: Uint8Array) => void): void {
    const message = readRecords(bytes);
    if (message.problem !== undefined) return;
    messages.push({ message, over });
    const behaviour = behave(message, over);
    if (behaviour === "drop") return;
    if (behaviour === "malformed") {
      const wrong = bytes.slice(0, 20);
      wrong[2] = (wrong[2] as number) | 0x80;
      reply(wrong);
      return;
    }
    const request = { bytes, message, mac: macIn(bytes) };
    if (typeof behaviour === "object" && "tsigError" in behaviour) {
      reply(tsigErrorTo(request, behaviour.tsigError, behaviour.serverTime));
      return;
    }
    if (behaviour === "truncate" && over === "udp") {
      reply(respond(request, Rcode.NOERROR, [], 0x0200));
      return;
    }
    const parts = typeof behaviour === "object" && "rcode" in behaviour ? [respond(request, behaviour.rcode, [])] : carriedOut(request);
    if (behaviour === "lose-answer") return;
    const send = (): void => {
      for (const part of parts) {
        if (behaviour === "unsigned") reply(unsigned(request, part));
        else if (behaviour === "bad-mac") reply(withBadMac(part));
        else reply(part);
      }
    };
    if (typeof behaviour === "object" && "delay" in behaviour) setTimeout(send, behaviour.delay);
    else send();
  }

  interface Received {
    readonly bytes: Uint8Array;
    readonly message: DnsMessage;
    readonly mac: Uint8Array | undefined;
  }

  function carriedOut(request: Received): readonly Uint8Array[] {
    const { message } = request;
    const [question] = message.questions;
    if (question === undefined) return [respond(request, Rcode.FORMERR, [])];
    if (message.header.opcode === Opcode.UPDATE) {
      const zone = zones.find(({ name }) => name === question.name);
      return [respond(request, zone === undefined ? Rcode.NOTAUTH : zone.update(message), [])];
    }
    const zone = zoneOf(question.name);
    if (zone === undefined) return [respond(request, Rcode.REFUSED, [])];
    if (question.type === RecordType.AXFR) {
      const all = [zone.soa(), ...zone.records(), zone.soa()];
      const parts: ZoneRecord[][] = [];
      for (let i = 0; i < all.length; i += 50) parts.push(all.slice(i, i + 50));
      let before = request.mac;
      return parts.map((part, i) => {
        const plain = responseOf(request, Rcode.NOERROR, part, 0);
        if (key === undefined || before === undefined) return plain;
        const { bytes, mac } = i === 0 ? sign(plain, key, seconds(), { requestMac: before }) : signedLater(plain, before);
        before = mac;
        return bytes;
      });
    }
    if (question.type === RecordType.SOA && question.name === zone.name) return [respond(request, Rcode.NOERROR, [zone.soa()])];
    const found = zone.records().filter(({ name, type }) => name === question.name && type === question.type);
    const isThere = zone.records().some(({ name }) => name === question.name);
    return [
      found.length > 0
        ? respond(request, Rcode.NOERROR, found)
        : respond(request, isThere || question.name === zone.name ? Rcode.NOERROR : Rcode.NXDOMAIN, [], 0, [zone.soa()]),
    ];
  }

  /** The second message of an answer, and those behind it (RFC 8945 section 5.3.1). */
  function signedLater(plain: Uint8Array, before: Uint8Array): { readonly bytes: Uint8Array; readonly mac: Uint8Array } {
    const own = key as TsigKey;
    const timers = timersOf(seconds(), 300);
    const mac = macOf(own, [withLength(before), plain, timers]);
    return { bytes: withTsig(plain, own, timers, mac, 0, NO_BYTES), mac };
  }

  function respond(
    request: Received,
    rcode: number,
    answers: readonly ZoneRecord[],
    flags = 0,
    authorities: readonly ZoneRecord[] = [],
  ): Uint8Array {
    const plain = responseOf(request, rcode, answers, flags, authorities);
    if (key === undefined || request.mac === undefined) return plain;
    return sign(plain, key, seconds(), { requestMac: request.mac }).bytes;
  }

  function unsigned(request: Received, signed: Uint8Array): Uint8Array {
    return responseOf(request, (signed[3] as number) & 15, [], 0);
  }

  function tsigErrorTo(request: Received, error: number, serverTime: number | undefined): Uint8Array {
    const plain = responseOf(request, Rcode.NOTAUTH, [], 0);
    const own = key as TsigKey;
    const other = new Uint8Array(serverTime === undefined ? 0 : 6);
    if (serverTime !== undefined) other.set(timersOf(serverTime, 0).subarray(0, 6));
    const timers = timersOf(seconds(), 300);
    // BADTIME is signed (section 5.2.3), the others can't be.
    const mac =
      error === Rcode.BADTIME
        ? macOf(own, [withLength(request.mac ?? NO_BYTES), plain, ...variablesOf(own, timers, error, other)])
        : NO_BYTES;
    return withTsig(plain, own, timers, mac, error, other);
  }

  async function listen(): Promise<void> {
    for (;;) {
      const server = createServer(onStream);
      server.listen(port, address);
      await once(server, "listening");
      const own = (server.address() as AddressInfo).port;
      const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
      socket.on("message", (bytes, { port: from, address: peer }) => answer(bytes, "udp", (reply) => socket.send(reply, from, peer)));
      socket.bind(own, address);
      const isBound = await once(socket, "listening").then(
        () => true,
        () => false,
      );
      if (isBound) {
        port = own;
        udp = socket;
        tcp = server;
        return;
      }
      server.close();
    }
  }

  function onStream(stream: Stream): void {
    streams.add(stream);
    let rest = Buffer.alloc(0);
    stream.on("error", () => {});
    stream.on("close", () => streams.delete(stream));
    stream.on("data", (chunk) => {
      rest = Buffer.concat([rest, chunk as Buffer]);
      while (rest.length >= 2 && rest.length >= 2 + readU16(rest, 0)) {
        const message = rest.subarray(2, 2 + readU16(rest, 0));
        rest = rest.subarray(2 + message.length);
        answer(message, "tcp", (reply) => {
          const framed = new Uint8Array(2 + reply.length);
          writeU16(framed, 0, reply.length);
          framed.set(reply, 2);
          if (!stream.destroyed) stream.write(framed);
        });
      }
    });
  }

  async function stop(): Promise<void> {
    const [socket, server] = [udp, tcp];
    udp = undefined;
    tcp = undefined;
    for (const stream of streams) stream.destroy();
    if (socket !== undefined) await new Promise<void>((resolve) => socket.close(() => resolve()));
    if (server !== undefined) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  await listen();
  t.after(stop);
  return {
    get port() {
      return port;
    },
    received: () => messages.length,
    messages: () => messages,
    stop,
    start: listen,
  };
}

function responseOf(
  { message }: { readonly message: DnsMessage },
  rcode: number,
  answers: readonly ZoneRecord[],
  flags: number,
  authorities: readonly ZoneRecord[] = [],
): Uint8Array {
  const { id, opcode } = message.header;
  const records = (list: readonly ZoneRecord[]): readonly Uint8Array[] =>
    list.map(({ name, type, ttl, data }) => writeRecord(name, type, RecordClass.IN, ttl, data));
  return writeMessage(id, 0x8400 | (opcode << 11) | flags | rcode, {
    questions: message.questions.map(({ name, type }) => writeQuestion(name, type)),
    answers: records(answers),
    authorities: records(authorities),
    additionals: [],
  });
}

function withTsig(plain: Uint8Array, key: TsigKey, timers: Uint8Array, mac: Uint8Array, error: number, other: Uint8Array): Uint8Array {
  const end = new Uint8Array(6);
  writeU16(end, 0, readU16(plain, 0));
  writeU16(end, 2, error);
  writeU16(end, 4, other.length);
  const data = new Uint8Array([...wireOfName(key.algorithm), ...timers, ...withLength(mac), ...end, ...other]);
  const bytes = new Uint8Array([...plain, ...writeRecord(key.name, RecordType.TSIG, RecordClass.ANY, 0, data)]);
  writeU16(bytes, HeaderField.additionals, readU16(plain, HeaderField.additionals) + 1);
  return bytes;
}

function withBadMac(signed: Uint8Array): Uint8Array {
  const tsig = readTsig(signed);
  if (tsig === undefined || tsig === "malformed") return signed;
  const wrong = signed.slice();
  // The MAC is a view of the message.
  const at = tsig.mac.byteOffset - signed.byteOffset;
  wrong[at] = (wrong[at] as number) ^ 1;
  return wrong;
}

function macIn(bytes: Uint8Array): Uint8Array | undefined {
  const tsig = readTsig(bytes);
  return tsig === undefined || tsig === "malformed" ? undefined : tsig.mac.slice();
}

const seconds = (): number => Date.now() / 1000;
