import { createBenchLab } from "./lab.ts";
import { leasehold } from "./servers.ts";

/** What clients wait at a rate that is low for the server: 1,000 new leases a second, open loop. */
export async function measureLatency({ seconds }: { seconds: number }): Promise<void> {
  const lab = createBenchLab();
  try {
    const server = leasehold.start(lab);
    await lab.answers();
    const { latency, lost, completed } = await lab.load("new", "--rate", "1000", "--seconds", String(seconds));
    await server.end();
    const show = (name: keyof typeof latency) => `p50 ${latency[name].p50} ms, p99 ${latency[name].p99} ms, max ${latency[name].max} ms`;
    console.log(`1,000 new leases a second: ${completed} done, ${lost} lost`);
    console.log(`  DISCOVER to OFFER ${show("discoverToOffer")}`);
    console.log(`  REQUEST to ACK    ${show("requestToAck")} (aim: p99 under 2 ms)`);
  } finally {
    await lab.close();
  }
}
