/**
 * Files of captured packets, pcap and pcapng, and packets that somebody pasted as text.
 *
 * @module
 */

export { createHexReader, type HexItem, type HexReader, readHexText } from "./hex-text.ts";
export {
  CAPTURE_PROBLEM_TEXT,
  type CapturedPacket,
  type CaptureProblem,
  type CaptureProblemKind,
  type CaptureReader,
  MAX_PACKET_LENGTH,
} from "./packet.ts";
export { createPcapWriter, type PcapHeader, type PcapWriter } from "./pcap.ts";
export { createPcapngWriter, type PcapngWriter } from "./pcapng.ts";
export { createCaptureReader, isCapture } from "./reader.ts";
export { type CaptureItem, isGzip, readCapture } from "./stream.ts";
