import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { discover, ethernetClient } from "../../src/client/dhcp4/messages.ts";
import { encodeMessage } from "../../src/wire/dhcp4/encode.ts";
import { countersOf, newFolder, newPlace, startServer, writeIn } from "../support/loopback-server.ts";
import { missing } from "../support/requirement.ts";

/** More than the receive buffer holds. */
const TOO_MANY = 40_000;
const CONFIG = `
interfaces: [lo]
log: { format: json }
networks:
  127.0.0.0/8: { options: { routers: 127.0.0.1 }, ranges: [{ range: 127.0.10.1-127.0.10.200 }] }
`;

test("a server that was stopped for a while answers what has waited, tells what the kernel dropped, and answers what comes then", async (t) => {
  if (process.platform !== "linux" && !missing(t, "Linux tells how long messages waited")) return;
  const folder = newFolder(t);
  const place = newPlace();
  const server = await startServer(t, { config: writeIn(folder, "c.yaml", CONFIG), database: join(folder, "leases.db") }, place);
  const socket = createSocket("udp4");
  t.after(() => socket.close());
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  let answers = 0;
  let repeatIsAnswered = false;
  socket.on("message", (reply) => {
    answers++;
    repeatIsAnswered ||= reply.readUInt32BE(4) === 2;
  });
  const messageWith = (xid: number) =>
    encodeMessage({ ...discover(ethernetClient(Uint8Array.of(2, 0, 0, 0, 0, 1)), { xid, secs: 0 }), giaddr: 0x7f000001 });
  const [first, repeat] = [messageWith(1), messageWith(2)];
  const send = (message = first) =>
    new Promise<void>((resolve, reject) =>
      socket.send(message, place.port, place.address, (error) => (error === null ? resolve() : reject(error))),
    );

  process.kill(server.pid, "SIGSTOP");
  for (let i = 0; i < TOO_MANY; i++) await send();
  await delay(2000);
  process.kill(server.pid, "SIGCONT");
  await server.line(/datagrams were lost before this server could read them.*net\.core\.rmem_max/, 20_000);
  // What the buffer held is answered, late as it is: a client still listens after two seconds.
  for (const end = Date.now() + 20_000; answers === 0 && Date.now() < end; ) await delay(10);
  assert.ok(answers > 0);
  // As a client does, for what waited may not all have been read yet.
  let repeated = 0;
  for (const end = Date.now() + 20_000; !repeatIsAnswered && Date.now() < end; repeated++) {
    await send(repeat);
    for (const next = Date.now() + 1000; !repeatIsAnswered && Date.now() < next; ) await delay(10);
  }
  assert.ok(repeatIsAnswered);
  assert.equal(await server.end(), 0);
  const counters = countersOf(server);
  const { "lost before receipt": lost = 0, "dropped: waited-too-long": late = 0, "sent OFFER": sent = 0, ...more } = counters;
  const { "dropped: overload": shed = 0, ...others } = more;
  assert.ok(lost > 0 && sent > 0, `${lost} lost, ${late} late, ${shed} shed, ${sent} answered`);
  assert.equal(lost + late + shed + sent, TOO_MANY + repeated);
  assert.deepEqual(others, { "received DISCOVER": sent });
});
