/**
 * `node bench/dns-questions.ts ADDRESS PORT RATE`: so many DNS questions a second, whatever is
 * answered, as far as the processor goes. Told to end, it prints how many were sent and answered,
 * as JSON.
 */
import { createSocket } from "node:dgram";
import { RecordType } from "../src/wire/dns/type-code.ts";
import { writeMessage, writeQuestion } from "../src/wire/dns/write.ts";

/** Milliseconds. */
const TURN = 5;
const [address = "", port = "", rate = ""] = process.argv.slice(2);
const socket = createSocket("udp4");
let sent = 0;
let answered = 0;
socket.on("message", () => void answered++);

/** For a name that a lease may have. */
function questionOf(number: number): Uint8Array {
  const name = `10-1-${(number >> 8) & 255}-${number & 255}.example.org`;
  const question = writeQuestion(name, RecordType.A);
  return writeMessage(number & 0xffff, 0x0100, { questions: [question], answers: [], authorities: [], additionals: [] });
}

socket.connect(Number(port), address, () => {
  console.log("ready");
  const start = performance.now();
  setInterval(() => {
    const due = ((performance.now() - start) * Number(rate)) / 1000;
    // What could not be sent in time is not sent later.
    for (let left = Math.min(due - sent, (2 * TURN * Number(rate)) / 1000); left > 0; left--) {
      // Nobody may be at the port.
      socket.send(questionOf(sent++), () => {});
    }
  }, TURN);
});
process.on("SIGTERM", () => {
  console.log(JSON.stringify({ sent, answered }));
  process.exit();
});
