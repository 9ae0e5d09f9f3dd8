/** Asks the engine what a server would answer, and why; no socket is opened: `npm run example examples/decide.js`. */
import { dhcp4 as client } from "leasehold/client";
import { loadConfig } from "leasehold/config";
import { createDecider, decide, describeTrace } from "leasehold/engine";
import { LeaseTable } from "leasehold/leases";
import { dhcp4 } from "leasehold/wire";

const loaded = loadConfig(
  `
networks:
  192.168.5.0/24:
    options: { routers: 192.168.5.1 }
    ranges: [{ range: 192.168.5.10-192.168.5.99 }]
`,
  "inline.yaml",
);
if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));

const message = client.discover(client.ethernetClient(Uint8Array.of(2, 0, 0, 0, 0, 1)), { xid: 1, secs: 0 });
const decision = decide(
  { decider: createDecider(loaded.config), leases: new LeaseTable(loaded.config), now: 1_700_000_000, random: 0 },
  {
    message,
    interface: { index: 2, name: "eth0", address: 0xc0a80501, prefixLength: 24 },
    source: 0,
    sourcePort: 68,
    destination: 0xffffffff,
    serverPort: 67,
  },
  (event) => console.log(`${event.rule}: ${describeTrace(event)}`),
);
console.log(decision.kind === "reply" ? dhcp4.formatMessage(decision.message) : decision);
