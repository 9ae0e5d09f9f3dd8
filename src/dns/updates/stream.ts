import { connect } from "node:net";
import type { DnsEndpoint } from "../../config/model/names.ts";
import { readU16, writeU16 } from "../../net/bytes.ts";

/*
 * DNS over TCP (RFC 7766): each message has its length in two bytes before it.
 */

const LENGTH_SIZE = 2;

/** Why a connection is over: an errno name, or `timeout`. */
export type StreamEnd = "closed" | "timeout" | { readonly code: string };

export interface StreamParts {
  readonly endpoint: DnsEndpoint;
  /** It is over when nothing comes for so many milliseconds. */
  readonly patience: number;
  /** A whole message; the bytes are the caller's to keep. */
  message(bytes: Uint8Array): void;
  /** Called once, unless the connection was closed from here. */
  ended(reason: StreamEnd): void;
}

/** A connection on which one message is sent; returns what closes it. */
export function openStream(request: Uint8Array, { endpoint, patience, message, ended }: StreamParts): () => void {
  const socket = connect({ host: endpoint.address, port: endpoint.port });
  let isOver = false;
  /** What came of a message that is not whole. */
  let rest: Uint8Array = new Uint8Array(0);

  function end(reason: StreamEnd | undefined): void {
    if (isOver) return;
    isOver = true;
    socket.destroy();
    if (reason !== undefined) ended(reason);
  }

  function received(chunk: Uint8Array): void {
    let bytes = chunk;
    if (rest.length > 0) {
      bytes = new Uint8Array(rest.length + chunk.length);
      bytes.set(rest);
      bytes.set(chunk, rest.length);
    }
    let at = 0;
    while (!isOver && bytes.length - at >= LENGTH_SIZE) {
      const next = at + LENGTH_SIZE + readU16(bytes, at);
      if (next > bytes.length) break;
      message(bytes.slice(at + LENGTH_SIZE, next));
      at = next;
    }
    rest = bytes.slice(at);
  }

  const framed = new Uint8Array(LENGTH_SIZE + request.length);
  writeU16(framed, 0, request.length);
  framed.set(request, LENGTH_SIZE);
  socket.setNoDelay(true);
  socket.setTimeout(patience, () => end("timeout"));
  socket.on("data", (chunk) => received(chunk as Uint8Array));
  socket.on("error", (error) => end({ code: "code" in error ? String(error.code) : error.message }));
  socket.on("close", () => end("closed"));
  socket.on("end", () => end("closed"));
  socket.write(framed);
  return () => end(undefined);
}
