/**
 * A thousand clients and the engine in memory for a day, in seconds: no sockets, no timers, no
 * clock but this one: `npm run example examples/clients-in-memory.js`.
 */
import { dhcp4 as client, runClient } from "leasehold/client";
import { loadConfig } from "leasehold/config";
import { createDecider, decide } from "leasehold/engine";
import { LeaseTable } from "leasehold/leases";
import { dhcp4 as wire } from "leasehold/wire";

const loaded = loadConfig(
  "config: { lease_time: 8h }\nnetworks: { 10.0.0.0/16: { ranges: [{ range: 10.0.1.0-10.0.8.255 }] } }",
  "inline.yaml",
);
if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
const server = { decider: createDecider(loaded.config), leases: new LeaseTable(loaded.config) };
const way = {
  interface: { index: 2, name: "eth0", address: 0x0a000001, prefixLength: 16 },
  source: 0,
  sourcePort: 68,
  destination: 0xffffffff,
  serverPort: 67,
};

// What is going to happen, by time in milliseconds; nothing happens at once.
/** @type {Map<number, (() => void)[]>} */
const events = new Map();
/** @type {number[]} */
const due = [];
let now = 0;
/** @type {(time: number, happen: () => void) => void} */
const at = (time, happen) => {
  const key = Math.max(now + 1, Math.ceil(time));
  if (!events.has(key)) due.splice(due.findLastIndex((other) => other < key) + 1, 0, key);
  events.set(key, [...(events.get(key) ?? []), happen]);
};

const holders = new Map();
for (let number = 0; number < 1000; number++) {
  const settings = client.ethernetClient(Uint8Array.of(2, 0, 0, 0, number >> 8, number & 255));
  const running = runClient(client.machine(settings), {
    now: () => now,
    random: Math.random,
    alarm(time, ring) {
      let wanted = true;
      at(time, () => wanted && ring());
      return () => (wanted = false);
    },
    act(actions) {
      for (const action of actions) {
        if (action.kind === "send") at(now + 1, () => answer(action.message, running));
        else if (action.kind === "deconfigure") holders.delete(action.lease.address);
        else if ((holders.get(action.lease.address) ?? number) !== number) throw new Error("an address that two clients have");
        else holders.set(action.lease.address, number);
      }
    },
  });
  at(number * 10, () => running.happens({ kind: "start", delayed: false }));
}

/** @type {(message: wire.Message, running: { happens(event: client.ClientEvent): void }) => void} */
function answer(message, running) {
  const decision = decide({ ...server, now: 1_700_000_000 + Math.floor(now / 1000), random: 0 }, { ...way, message });
  if (decision.kind !== "reply") return;
  for (const change of decision.changes) server.leases.apply(change);
  const bytes = wire.encodeMessage(decision.message);
  at(now + 1, () => running.happens({ kind: "datagram", bytes }));
}

let happened = 0;
for (let next = due.shift(); next !== undefined && next < 86_400_000; next = due.shift()) {
  now = next;
  const these = events.get(now) ?? [];
  events.delete(now);
  happened += these.length;
  for (const happen of these) happen();
}
console.log(`${holders.size} clients have ${new Set(holders.keys()).size} addresses after a day of ${happened} events`);
