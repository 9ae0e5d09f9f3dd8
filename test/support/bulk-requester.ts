import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { type DecodeResult, decode } from "../../src/wire/dhcp4/decode.ts";
import { encodeMessage } from "../../src/wire/dhcp4/encode.ts";
import type { Message } from "../../src/wire/dhcp4/message.ts";
import * as dhcp6 from "../../src/wire/dhcp6/index.ts";

/** Who asks by bulk leasequery over TCP. */
export interface Requester<M> {
  readonly socket: Socket;
  /** Settles when the connection is over. */
  readonly over: Promise<void>;
  send(...messages: readonly M[]): void;
  /** Reads so many messages; fewer where the connection ends before. */
  read(count?: number): Promise<readonly M[]>;
}

export interface Codec<M> {
  encode(message: M): Uint8Array;
  decode(bytes: Uint8Array): M;
}

export const TEXT: Codec<string> = {
  encode: (text) => Buffer.from(text),
  decode: (bytes) => Buffer.from(bytes).toString(),
};

export const DHCP4: Codec<Message> = {
  encode: encodeMessage,
  decode(bytes) {
    const read: DecodeResult = decode(bytes);
    assert.ok(read.ok);
    return read.message;
  },
};

export const DHCP6: Codec<dhcp6.Message> = {
  encode: dhcp6.encodeMessage,
  decode(bytes) {
    const read = dhcp6.decode(bytes);
    assert.ok(read.ok);
    return read.message;
  },
};

/** Connects from `from`, any address of this machine. */
export async function connectRequester<M>(
  t: TestContext,
  codec: Codec<M>,
  to: { readonly host?: string; readonly port: number },
  from?: string,
): Promise<Requester<M>> {
  const socket = connect({ host: "127.0.0.1", ...to, ...(from === undefined ? {} : { localAddress: from }) });
  const messages: M[] = [];
  let held: Buffer = Buffer.alloc(0);
  let isOver = false;
  let news = (): void => {};
  socket.on("error", () => {});
  socket.on("data", (chunk) => {
    held = Buffer.concat([held, chunk]);
    for (let end = endOf(held); held.length >= end; end = endOf(held)) {
      messages.push(codec.decode(Uint8Array.from(held.subarray(2, end))));
      held = held.subarray(end);
    }
    news();
  });
  const over = new Promise<void>((resolve) => socket.once("close", () => resolve())).then(() => {
    isOver = true;
    news();
  });
  t.after(() => socket.destroy());
  await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  return {
    socket,
    over,
    send: (...all) => void socket.write(framed(codec, ...all)),
    async read(count = Infinity) {
      while (messages.length < count && !isOver) {
        await new Promise<void>((resolve) => {
          news = resolve;
        });
      }
      return messages.splice(0, count);
    },
  };
}

function endOf(bytes: Buffer): number {
  return bytes.length < 2 ? Infinity : 2 + bytes.readUInt16BE(0);
}

/** Each message behind its length. */
export function framed<M>(codec: Codec<M>, ...messages: readonly M[]): Buffer {
  return Buffer.concat(
    messages.flatMap((message) => {
      const bytes = codec.encode(message);
      return [Uint8Array.of(bytes.length >>> 8, bytes.length), bytes];
    }),
  );
}
