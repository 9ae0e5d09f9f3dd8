import { isBytes, kindOf } from "../../net/argument.ts";
import { type CapturedPacket, type CaptureProblem, captureProblem } from "./packet.ts";
import { createCaptureReader } from "./reader.ts";

/** Whether a file with this beginning is compressed by gzip (RFC 1952). */
export function isGzip(beginning: Uint8Array): boolean {
  return beginning[0] === 0x1f && beginning[1] === 0x8b;
}

/** What is read of a capture: its packets, and why there are no more where that is not its end. */
export type CaptureItem =
  | { readonly kind: "packet"; readonly packet: CapturedPacket }
  | { readonly kind: "problem"; readonly problem: CaptureProblem };

/**
 * The packets of a pcap or pcapng file that comes in pieces, or is there as a whole, compressed by
 * gzip or not; at last a problem if it can't be read to its end. Rejects only with what the pieces
 * themselves reject with. It reads no faster than the packets are taken. Throws TypeError for what
 * is neither bytes nor pieces of them, such as the path of a file.
 *
 *     for await (const item of capture.readCapture(createReadStream("dhcp.pcapng.gz"))) ...
 *     for await (const item of capture.readCapture(file.stream())) ...
 */
export function readCapture(chunks: AsyncIterable<Uint8Array> | Uint8Array): AsyncGenerator<CaptureItem, void, undefined> {
  if (isBytes(chunks)) return itemsOf(onePiece(chunks));
  if (typeof chunks === "object" && chunks !== null && Symbol.asyncIterator in chunks) return itemsOf(chunks);
  const text = "createReadStream(path) of node:fs, or a Uint8Array";
  throw new TypeError(`chunks: these are no pieces of a file but ${kindOf(chunks)}: use ${text}`);
}

async function* onePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}

async function* itemsOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<CaptureItem, void, undefined> {
  const reader = createCaptureReader();
  let length = 0;
  try {
    for await (const chunk of unpacked(chunks)) {
      length += chunk.length;
      const { packets, problem } = reader.read(chunk);
      for (const packet of packets) yield { kind: "packet", packet };
      if (problem !== undefined) return yield { kind: "problem", problem };
    }
  } catch (error) {
    if (!(error instanceof BadGzip)) throw error;
    return yield { kind: "problem", problem: captureProblem("bad-gzip", length) };
  }
  const problem = reader.end();
  if (problem !== undefined) yield { kind: "problem", problem };
}

class BadGzip extends Error {}

/** The pieces themselves, or what they are unpacked where they begin like gzip. */
async function* unpacked(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const iterator = chunks[Symbol.asyncIterator]();
  let beginning = new Uint8Array(0);
  let failure: { readonly error: unknown } | undefined;
  const next = async (): Promise<Uint8Array | undefined> => {
    const { done, value } = await iterator.next();
    return done === true ? undefined : value;
  };
  try {
    while (beginning.length < 2) {
      const chunk = await next();
      if (chunk === undefined) break;
      beginning = joined(beginning, chunk);
    }
    if (!isGzip(beginning)) {
      if (beginning.length > 0) yield beginning;
      for (let chunk = await next(); chunk !== undefined; chunk = await next()) yield chunk;
      return;
    }
    let pending: Uint8Array | undefined = beginning;
    const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
      async pull(controller) {
        try {
          const chunk = pending ?? (await next());
          pending = undefined;
          if (chunk === undefined) controller.close();
          else controller.enqueue(chunk.slice());
        } catch (error) {
          failure = { error };
          controller.error(error);
        }
      },
    });
    const out = source.pipeThrough(new DecompressionStream("gzip")).getReader();
    try {
      for (let piece = await out.read(); !piece.done; piece = await out.read()) yield piece.value;
    } catch (error) {
      if (failure !== undefined) throw failure.error;
      throw new BadGzip("can't be unpacked", { cause: error });
    } finally {
      await out.cancel().catch(() => {});
    }
  } finally {
    await iterator.return?.();
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}
