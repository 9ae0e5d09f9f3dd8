import assert from "node:assert/strict";
import { type AddressInfo, connect, createServer } from "node:net";
import { test } from "node:test";
import { limitConnections } from "../../src/api/connections.ts";
import { until } from "../store/support.ts";

test("one address has 96 connections, and shuts out no other; what is too much is told", async (t) => {
  const warnings: string[] = [];
  let open = 0;
  const server = createServer((socket) => {
    open++;
    socket.on("error", () => {}).on("close", () => open--);
  });
  limitConnections(server, (text) => warnings.push(text));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const from = (localAddress: string) => connect({ port, host: "127.0.0.1", localAddress }).on("error", () => {});
  const first = Array.from({ length: 98 }, () => from("127.0.0.1"));
  t.after(() => {
    for (const socket of first) socket.destroy();
    server.close();
  });
  await until(() => warnings.length === 2 && open === 96);
  const text = "127.0.0.1 could not connect to the HTTP API: it has 96 connections, the most for one address";
  assert.deepEqual(warnings, [text, text]);

  const other = from("127.0.0.2");
  await until(() => open === 97);
  other.destroy();
  for (const socket of first) socket.destroy();
  await until(() => open === 0);
  const again = from("127.0.0.1");
  await until(() => open === 1);
  again.destroy();
  await until(() => open === 0);
  assert.equal(warnings.length, 2);
});
