import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { serveApi } from "../../src/cli/api.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Config } from "../../src/config/model/config.ts";
import { NO_LOG } from "../../src/server/log.ts";
import { asked, send } from "../api/support.ts";
import { temporaryFolder } from "../support/leasehold-process.ts";

function withSocket(socketPath: string): Config {
  const loaded = loadConfig(`api: {listen: [], socket: ${socketPath}}\nnetworks: {10.0.0.0/24: {}}\n`, "a.yaml");
  assert.ok(loaded.ok, JSON.stringify(loaded));
  return loaded.config;
}

test("the HTTP API goes over to a configuration with the rest of the server, or stays as it was", async (t) => {
  const folder = temporaryFolder(t);
  const [one, two] = [join(folder, "one"), join(folder, "two")];
  const logged: string[] = [];
  const log = { ...NO_LOG, info: (text: unknown) => logged.push(String(text)) } as typeof NO_LOG;
  const parts = { answer: asked().answer, database: undefined, configuration: join(folder, "c.yaml"), log, wanted: true };
  const api = serveApi(withSocket(one), parts, (reason) => assert.fail(reason));
  t.after(() => api.close());
  const answers = (socketPath: string) =>
    send("http://localhost/ping", { socketPath }).then(
      ({ status }) => status === 200,
      () => false,
    );

  await assert.rejects(
    api.reload(withSocket(two), () => Promise.reject(new Error("the server can't"))),
    /the server can't/,
  );
  assert.deepEqual([await answers(one), await answers(two)], [true, false]);
  assert.equal(await api.reload(withSocket(two), () => Promise.resolve(5)), 5);
  assert.deepEqual([await answers(one), await answers(two)], [false, true]);
  assert.deepEqual(logged, [`HTTP API: unix:${one}`, `HTTP API: unix:${two}`]);
});
