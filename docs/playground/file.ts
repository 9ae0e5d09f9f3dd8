import { capture, frames } from "leasehold/wire";
import { toHexLines } from "./example.ts";

/** A file as text for the packets of the page. */
export interface FileText {
  readonly text: string;
  /** What was done with it. */
  readonly words: string;
}

/** As many as the page looks at. */
const MAX_PACKETS = 100;
/** Text, or the bytes of one message. */
const MAX_BYTES = 1 << 20;

/** Packets of DHCP of a capture in hex; another file as it is if it is text, else in hex. */
export async function readFile(file: Blob): Promise<FileText> {
  const beginning = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  if (capture.isCapture(beginning) || capture.isGzip(beginning)) return readCapture(file);
  if (file.size > MAX_BYTES) return { text: "", words: "it is neither a capture nor as short as a message" };
  const bytes = new Uint8Array(await file.arrayBuffer());
  const isText = bytes.every((byte) => byte >= 0x20 || byte === 9 || byte === 10 || byte === 13);
  return isText
    ? { text: new TextDecoder().decode(bytes), words: "read as text" }
    : { text: toHexLines(bytes), words: "read as one message" };
}

async function readCapture(file: Blob): Promise<FileText> {
  const parts: string[] = [];
  let others = 0;
  let problem = "";
  for await (const item of capture.readCapture(piecesOf(file.stream()))) {
    if (item.kind === "problem") problem = `; ${item.problem.text}`;
    else if (!isDhcp(item.packet)) others++;
    else if (parts.length === MAX_PACKETS) {
      problem = `; only the first ${MAX_PACKETS} are here`;
      break;
    } else parts.push(`# packet ${parts.length + 1}\n${toHexLines(item.packet.bytes)}\n`);
  }
  return { text: parts.join("\n"), words: `${parts.length} packets of DHCP, ${others} others left out${problem}` };
}

function isDhcp({ bytes, linkType }: capture.CapturedPacket): boolean {
  const result = frames.decodePacket(bytes, linkType, { verifyChecksums: false });
  return result.ok
    ? result.packet.kind === "dhcp4" || result.packet.kind === "dhcp6"
    : result.error.layer === "dhcp4" || result.error.layer === "dhcp6";
}

/** Not every browser can iterate a stream. */
async function* piecesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) yield piece.value;
  } finally {
    await reader.cancel();
  }
}
