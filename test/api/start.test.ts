import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { NO_API } from "../../src/config/model/api.ts";
import { NO_LOG } from "../../src/server/log.ts";
import { open, READ, SPEC, STATUS, send } from "./support.ts";

/** A port of 127.0.0.1 that is taken until the test ends. */
async function takenPort(t: { after(end: () => void): void }): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  t.after(() => server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  return (server.address() as { readonly port: number }).port;
}

const on = (port: number) => [{ address: Uint8Array.of(127, 0, 0, 1), port }];
const ping = (url = "") => send(`${url}/ping`).then(({ status }) => status);

test("a port that is taken is told, with what to do; a reload that names one changes nothing", async (t) => {
  const port = await takenPort(t);
  const told = new RegExp(`^Error: 127\\.0\\.0\\.1, port ${port}, is in use: .*\`api: \\{listen: \\.\\.\\.\\}\``);
  await assert.rejects(open(t, { listen: on(port) }), told);
  const { api, url } = await open(t);
  const [first, second] = [new URL(url).port, new URL((await open(t)).url).port].map(Number) as [number, number];
  await api.reload({ ...SPEC, listen: on(first) });
  await assert.rejects(api.reload({ ...SPEC, listen: [...on(second), ...on(port)] }), new RegExp(`port ${second}, is in use`));
  assert.deepEqual([await ping(url), api.at], [200, [url]]);
});

test("listeners that stay are left alone by a reload, with what is under way on them", async (t) => {
  let answer: (() => void) | undefined;
  const asked = new Promise<void>((begun) => {
    answer = begun;
  });
  let finish: ((answer: object) => void) | undefined;
  const { api, url, folder } = await open(t, {}, () => {
    answer?.();
    return new Promise((resolve) => {
      finish = resolve;
    });
  });
  const slow = send(`${url}/v1/status`, { token: READ });
  await asked;
  await api.reload({ ...SPEC, socket: join(folder, "api") });
  assert.deepEqual(api.at, [url, `unix:${join(folder, "api")}`]);
  finish?.({ status: STATUS });
  assert.deepEqual(JSON.parse((await slow).text), STATUS);
});

test("where nothing is listened on there is no thread; a reload begins and ends one", async (t) => {
  const { api } = await open(t, NO_API);
  assert.deepEqual(api.at, []);
  await api.reload(SPEC);
  const [url = ""] = api.at;
  assert.equal(await ping(url), 200);
  await api.reload(NO_API);
  assert.deepEqual(api.at, []);
  await assert.rejects(ping(url));
});

test("a socket that a killed server left is taken over, one of a living server is not", async (t) => {
  const { api, folder } = await open(t);
  const socket = join(folder, "api");
  await api.reload({ ...SPEC, socket });
  const other = await open(t);
  await assert.rejects(other.api.reload({ ...SPEC, socket }), new RegExp(`^Error: ${socket} is in use: `));
  assert.equal((await send("http://x/ping", { socketPath: socket })).status, 200);
  const file = join(folder, "file");
  writeFileSync(file, "not a socket");
  await assert.rejects(other.api.reload({ ...SPEC, socket: file }), new RegExp(`^Error: ${file} is in use: `));
});

test("a thread that fails is started anew, and a reload in between does not wait for that", async (t) => {
  const errors: string[] = [];
  const log = { ...NO_LOG, error: (...args: unknown[]) => void errors.push(args.map(String).join(" ")) };
  let crash = true;
  const answer = async () => (crash ? { crash: true } : { status: STATUS });
  const more = { log, script: new URL("./crashing-worker.ts", import.meta.url), restartAfter: [50, 60_000] };
  const { api, url } = await open(t, {}, answer, more);
  const port = Number(new URL(url).port);
  await api.reload({ ...SPEC, listen: on(port) });
  await assert.rejects(send(`${url}/v1/status`, { token: READ }));
  crash = false;
  for (let i = 0; i < 500 && (await ping(url).catch(() => 0)) !== 200; i++) await setTimeout(20);
  assert.equal((await send(`${url}/v1/status`, { token: READ })).status, 200);
  assert.match(errors.join("\n"), /the thread of the HTTP API has failed; clients of DHCP are served as ever/);

  crash = true;
  await assert.rejects(send(`${url}/v1/status`, { token: READ }));
  while (errors.length < 2) await setTimeout(10);
  crash = false;
  // It would come back by itself after a minute.
  await api.reload({ ...SPEC, listen: on(port) });
  assert.equal((await send(`${url}/v1/status`, { token: READ })).status, 200);
});

test("where the system lets nobody change priorities, as under the unit for systemd, it listens all the same", async (t) => {
  if (process.platform !== "linux" || process.arch !== "x64") return t.skip("a filter of system calls is made for x64 alone");
  const script = fileURLToPath(new URL("./filtered-start.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script]);
  assert.equal(stdout, "1 listener\n");
});
