import { createByteQueue } from "./byte-queue.ts";
import { type CapturedPacket, type CaptureProblem, type CaptureReader, captureProblem, type FormatReader } from "./packet.ts";
import { createPcapReader, pcapHeaderOf } from "./pcap.ts";
import { createPcapngReader, SECTION_HEADER } from "./pcapng.ts";

/** Whether a file with this beginning, of at least four bytes, is a capture. */
export function isCapture(beginning: Uint8Array): boolean {
  if (beginning.length < 4) return false;
  return readerFor(new DataView(beginning.buffer, beginning.byteOffset).getUint32(0)) !== undefined;
}

/** By the first four bytes, as a number in network order. */
function readerFor(magic: number): FormatReader | undefined {
  if (magic === SECTION_HEADER) return createPcapngReader();
  const header = pcapHeaderOf(magic);
  return header === undefined ? undefined : createPcapReader(header);
}

/**
 * Reads a pcap or pcapng file, whichever it turns out to be, in any byte order and unit of time, from
 * pieces of any size. It holds no more than one packet and the piece that it was given; unknown
 * blocks of pcapng are skipped. It is not compressed: see `readCapture`.
 */
export function createCaptureReader(): CaptureReader {
  const queue = createByteQueue();
  let reader: FormatReader | undefined;
  let failed: CaptureProblem | undefined;
  return {
    read(chunk) {
      const packets: CapturedPacket[] = [];
      if (failed !== undefined) return { packets, problem: failed };
      queue.push(chunk);
      if (reader === undefined && queue.length >= 4) {
        reader = readerFor(queue.u32(0, false));
        if (reader === undefined) failed = captureProblem("not-a-capture", 0);
      }
      failed ??= reader?.read(queue, packets);
      return { packets, problem: failed };
    },
    end() {
      if (failed !== undefined) return failed;
      if (reader === undefined) return captureProblem("not-a-capture", 0);
      return queue.length > 0 || queue.toSkip > 0 ? captureProblem("cut-short", queue.offset + queue.length) : undefined;
    },
  };
}
