/**
 * A DHCP server inside another program, on loopback and without privileges: `npm run example examples/embedded.js`, and in a second
 * terminal `leasehold probe --server 127.0.0.1:6868`. Stops by itself after a minute, or with Ctrl-C.
 */
import { loadConfig } from "leasehold/config";
import { openMemoryStore, startServer, summarize } from "leasehold/server";
import { pino } from "pino";

const loaded = loadConfig(
  "networks: { 127.0.0.0/8: { ranges: [{ range: 127.0.10.1-127.0.10.99 }], options: { routers: 127.0.0.1 } } }",
  "inline",
);
if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));

const server = await startServer({
  config: loaded.config,
  store: openMemoryStore(),
  address: 0x7f000001,
  port: Number(process.argv[2] ?? 6868),
  log: pino({ level: "info" }),
});
console.log(`listening on 127.0.0.1:${server.port}; ${server.table.size} leases`);

const stop = async () => {
  await server.stop();
  console.log(summarize(server.counters));
  process.exit();
};
process.once("SIGINT", stop);
setTimeout(stop, 60_000);
