import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { ADMIN, asked, open, READ, STATUS, send } from "./support.ts";

describe("how the server is", () => {
  const healths: readonly (readonly [name: string, status: object, code: number, body: object])[] = [
    ["healthy, by an old status", { healthy: true }, 200, { status: "ok", reasons: [] }],
    [
      "not healthy, by an old status",
      { healthy: false },
      503,
      { status: "failed", reasons: ["leases can't be made durable, so none is given"] },
    ],
    ["ok", { healthy: true, health: { state: "ok", reasons: [] } }, 200, { status: "ok", reasons: [] }],
    ["degraded", { healthy: true, health: { state: "degraded", reasons: ["a"] } }, 503, { status: "degraded", reasons: ["a"] }],
    ["failed", { healthy: false, health: { state: "failed", reasons: ["a", "b"] } }, 503, { status: "failed", reasons: ["a", "b"] }],
  ];
  for (const [name, status, code, body] of healths) {
    test(`/health: ${name}`, async (t) => {
      const { url } = await open(t, {}, asked({ status: { status } }).answer);
      const answer = await send(`${url}/health`);
      assert.deepEqual([answer.status, JSON.parse(answer.text)], [code, body]);
    });
  }

  test("/ping has nothing to say, /version and /v1/status do", async (t) => {
    const { url } = await open(t);
    const ping = await send(`${url}/ping`);
    assert.deepEqual([ping.status, ping.text], [200, ""]);
    assert.deepEqual(JSON.parse((await send(`${url}/version`, { token: READ })).text), { version: "1.2.3" });
    const status = await send(`${url}/v1/status`, { token: READ });
    assert.deepEqual(JSON.parse(status.text), STATUS);
    assert.equal(status.headers["cache-control"], "no-store");
  });

  test("/config is the text of the file without secrets, as dora has it; a file that is gone is a problem", async (t) => {
    const { url, folder } = await open(t);
    assert.equal((await send(`${url}/config`, { token: READ })).status, 503);
    writeFileSync(join(folder, "leasehold.yaml"), "api: {tokens: [{token: abcdefghijklmnopqrst, role: read}]}\n");
    const answer = await send(`${url}/config`, { token: READ });
    assert.equal(answer.headers["content-type"], "application/json; charset=utf-8");
    assert.equal(JSON.parse(answer.text), 'api: {tokens: [{token: "(removed)", role: read}]}\n');
  });

  test("/v1/reload has the configuration read again, or told what would change", async (t) => {
    const { answer, requests } = asked({
      reload: { done: 2, notes: ["a note"] },
      plan: { result: { networks: { added: ["10.0.0.0/24"] } } },
    });
    const { url } = await open(t, {}, answer);
    const reload = await send(`${url}/v1/reload`, { method: "POST", token: ADMIN });
    assert.deepEqual([reload.status, JSON.parse(reload.text)], [200, { networks: 2, notes: ["a note"] }]);
    const plan = await send(`${url}/v1/reload?dry_run=true`, { method: "POST", token: ADMIN });
    assert.deepEqual([plan.status, JSON.parse(plan.text)], [200, { networks: { added: ["10.0.0.0/24"] } }]);
    assert.deepEqual(requests, [{ kind: "reload" }, { kind: "plan" }]);
  });
});
