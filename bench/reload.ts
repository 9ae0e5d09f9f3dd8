import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { hardwareKey } from "../src/leases/dhcp4/client-key.ts";
import { LeaseState } from "../src/leases/dhcp4/lease.ts";
import { askServer, controlPath } from "../src/server/control.ts";
import { openSqliteStore } from "../src/store/sqlite/store.ts";
import { leaseOf, ownerOf, putOf } from "../test/support/leases.ts";
import { createBenchLab, type Figures } from "./lab.ts";
import { LEASEHOLD_CONFIG, leasehold } from "./servers.ts";

/** `LEASES=100000` makes it shorter. */
const LEASES = Number(process.env.LEASES ?? 1_000_000);
/** New leases a second while the server reloads: low for it, so that what waits waits for the reload. */
const RATE = 1000;

/**
 * What clients wait while a server with a million leases goes over to another configuration, beside
 * what they wait without; and how long a reload takes. The thread that reads the file has the same
 * processor as the server.
 */
export async function measureReload({ seconds }: { seconds: number }): Promise<void> {
  const lab = createBenchLab();
  try {
    await fill(join(lab.folder, "leases.db"));
    const server = leasehold.start(lab, true);
    await lab.answers();
    console.log(`${LEASES} leases`);
    let next = LEASES;
    const load = (): Promise<Figures> => {
      const first = next;
      next += RATE * (seconds + 5);
      return lab.load("new", "--rate", String(RATE), "--seconds", String(seconds), "--first-client", String(first));
    };
    const show = ({ latency: { discoverToOffer, requestToAck }, completed, lost }: Figures): string =>
      `DISCOVER to OFFER p99 ${discoverToOffer.p99} ms, longest ${discoverToOffer.max} ms; REQUEST to ACK p99 ${requestToAck.p99} ms, longest ${requestToAck.max} ms; ${completed} done, ${lost} lost`;
    console.log(`without a reload: ${show(await load())}`);
    const loaded = load();
    const times: number[] = [];
    const control = controlPath(join(lab.folder, "leases.db"));
    let done = false;
    void loaded.finally(() => {
      done = true;
    });
    await delay(1500);
    for (let i = 1; !done && i < 100; i++) {
      // Every address is looked at again when a range has changed.
      writeFileSync(join(lab.folder, "leasehold.yaml"), LEASEHOLD_CONFIG.replace("10.1.0.0", `10.1.0.${i % 2}`));
      const start = performance.now();
      const answer = await askServer(control, { kind: "reload" });
      if (answer === undefined || "error" in answer) throw new Error(JSON.stringify(answer));
      times.push(performance.now() - start);
      await delay(500);
    }
    console.log(`with ${times.length} reloads:   ${show(await loaded)}`);
    times.sort((a, b) => a - b);
    const [shortest = 0, longest = 0] = [times[0], times.at(-1)];
    console.log(`a reload takes ${Math.round(shortest)} to ${Math.round(longest)} ms`);
    await server.end();
  } finally {
    await lab.close();
  }
}

/** Writes the leases of as many clients, one behind the other from 10.1.0.16 on. */
async function fill(database: string): Promise<void> {
  const store = openSqliteStore(database);
  const now = Math.floor(Date.now() / 1000);
  const AT_ONCE = 10_000;
  for (let from = 0; from < LEASES; from += AT_ONCE) {
    const rows = Array.from({ length: Math.min(AT_ONCE, LEASES - from) }, (_, i) => from + i);
    await store.commit(
      rows.map((row) => {
        const chaddr = Uint8Array.of(6, 0, 0, row >>> 16, row >>> 8, row);
        const lease = leaseOf(0x0a010010 + row, 0, LeaseState.bound, now, now + 100_000);
        return putOf(row, { ...lease, owner: ownerOf(0, { chaddr, clientKey: hardwareKey(1, chaddr) }) }, "10.0.0.0/8");
      }),
    );
  }
  await store.close();
}
