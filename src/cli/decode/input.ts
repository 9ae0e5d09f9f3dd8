/** What `leasehold decode` reads: captures, text with hex, or the bytes of one message. */
import { type CapturedPacket, createHexReader, type HexItem, isCapture, isGzip, readCapture } from "../../wire/capture/index.ts";

/** A packet of the input, or what is wrong with the input. */
export type InputItem =
  | { readonly kind: "captured"; readonly packet: CapturedPacket }
  /** Nobody said what they are. `place`: such as `line 3`; undefined: they are the whole input. */
  | { readonly kind: "bytes"; readonly bytes: Uint8Array; readonly place: string | undefined }
  | { readonly kind: "problem"; readonly text: string };

/** Bytes that say whether the input is text. */
const ENOUGH = 512;
/** No message, and no line of text with a packet, is longer. */
const MAX_MESSAGE = 65_536;
const MAX_LINE = 1 << 20;

/**
 * The packets of an input that comes in pieces, in memory for one of them: a capture, compressed by
 * gzip or not, else text with hex, else the bytes of one message or packet. Rejects only with what
 * the pieces reject with.
 */
export async function* readInput(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<InputItem, void, undefined> {
  const { beginning, all } = await peek(chunks);
  if (isCapture(beginning) || isGzip(beginning)) yield* fromCapture(all);
  else if (isText(beginning)) yield* fromText(all);
  else yield* fromBytes(all);
}

/** The first bytes, and all of them. */
async function peek(
  chunks: AsyncIterable<Uint8Array>,
): Promise<{ readonly beginning: Uint8Array; readonly all: AsyncIterable<Uint8Array> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  let beginning: Uint8Array = new Uint8Array(0);
  while (beginning.length < ENOUGH) {
    const { done, value } = await iterator.next();
    if (done === true) break;
    beginning = Buffer.concat([beginning, value]);
  }
  const all = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      if (beginning.length > 0) yield beginning;
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  };
  return { beginning, all: all() };
}

/** Whether there are no control characters but those of lines and columns, and something. */
function isText(bytes: Uint8Array): boolean {
  return (
    bytes.length > 0 && bytes.every((byte) => (byte >= 0x20 ? byte !== 0x7f : byte === 9 || byte === 10 || byte === 13 || byte === 0x1b))
  );
}

async function* fromCapture(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<InputItem, void, undefined> {
  for await (const item of readCapture(chunks)) {
    if (item.kind === "packet") yield { kind: "captured", packet: item.packet };
    else yield { kind: "problem", text: `${item.problem.text}, at byte ${item.problem.offset}` };
  }
}

async function* fromText(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<InputItem, void, undefined> {
  const reader = createHexReader();
  let count = 0;
  const items = function* (found: readonly HexItem[]): Generator<InputItem, void, undefined> {
    for (const item of found) {
      count++;
      if (item.kind === "packet") yield { kind: "bytes", bytes: item.bytes, place: `line ${item.line}` };
      else yield { kind: "problem", text: `line ${item.line}: ${item.text}` };
    }
  };
  for await (const line of linesOf(chunks)) {
    if (line === undefined) return yield { kind: "problem", text: `a line of more than ${MAX_LINE} characters` };
    yield* items(reader.line(line));
  }
  yield* items(reader.end());
  if (count === 0) yield { kind: "problem", text: "there is neither a capture nor hex of a packet in it" };
}

/** The lines of a text; undefined at the end: one is too long. */
async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string | undefined, void, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n/);
    rest = lines.pop() ?? "";
    yield* lines;
    if (rest.length > MAX_LINE) return yield undefined;
  }
  yield rest + decoder.decode();
}

async function* fromBytes(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<InputItem, void, undefined> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    length += chunk.length;
    if (length > MAX_MESSAGE)
      return yield { kind: "problem", text: `it is neither a capture nor text, and longer than any message: ${MAX_MESSAGE} bytes` };
  }
  if (length === 0) yield { kind: "problem", text: "it is empty" };
  else yield { kind: "bytes", bytes: Buffer.concat(parts), place: undefined };
}
