/** A program for tests: `listener.ts ADDRESS PORT KIND` listens until SIGTERM, then closes and has nothing left that keeps it running. */
import { listInterfaces } from "../../src/io/interfaces.ts";
import { openTransport } from "../../src/io/open.ts";
import { TransportError } from "../../src/io/transport.ts";
import { parseIpv4 } from "../../src/net/ipv4.ts";

const [address = "", port, kind] = process.argv.slice(2);
try {
  const transport = await openTransport({
    address: parseIpv4(address) ?? 0,
    port: Number(port),
    interfaces: await listInterfaces(),
    kind: kind === "linux" ? "linux" : "portable",
  });
  transport.start((_, count) => console.log(`received ${count}`));
  for (const limitation of transport.limitations) console.log(`limitation: ${limitation}`);
  console.log(`listening on ${transport.port}`);
  process.once("SIGTERM", () => {
    transport.close();
    console.log("closed");
  });
} catch (error) {
  if (!(error instanceof TransportError)) throw error;
  console.log(`${error.code}: ${error.message}`);
}
