/** Decodes a DHCP message from hex and prints it: `npm run example examples/decode.js`. Runs in a browser as well. */
import { dhcp4 } from "leasehold/wire";

const hex = `
  0101060000003d1d 0000000000000000 0000000000000000 00000000000b8201fc420000 0000000000000000
  ${"00".repeat(192)} 63825363 350101 3d0701000b8201fc42 3204 00000000 370401030642 ff`;

const bytes = Uint8Array.from(hex.replace(/\s/g, "").match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const decoded = dhcp4.decode(bytes);
if (decoded.ok) {
  console.log(dhcp4.formatMessage(decoded.message));
  for (const problem of decoded.problems) console.log("problem:", problem);
} else {
  console.log("not a DHCP message:", decoded.problem);
}
