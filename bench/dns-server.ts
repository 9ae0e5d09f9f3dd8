/**
 * `node bench/dns-server.ts ADDRESS PORT DELAY`: a DNS server that takes every update without a look, DELAY milliseconds after it came; with
 * "never" it hears and says nothing.
 */
import { createSocket } from "node:dgram";

const HEADER = 12;
const [address = "", port = "", delay = ""] = process.argv.slice(2);
const socket = createSocket("udp4");
socket.bind(Number(port), address, () => console.log("ready"));
if (delay !== "never") {
  socket.on("message", (bytes, from) => {
    // The header of the question, with the bit that makes it an answer, and nothing behind it.
    const answer = new Uint8Array(HEADER);
    answer.set(bytes.subarray(0, 4));
    answer[2] = (answer[2] ?? 0) | 0x80;
    setTimeout(() => socket.send(answer, from.port, from.address), Number(delay));
  });
}
