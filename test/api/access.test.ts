import assert from "node:assert/strict";
import { chmodSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { ADMIN, asked, open, openForSuite, READ, SPEC, send } from "./support.ts";

const RELEASE = "/v1/leases/10.0.0.5/release";
const done = () => asked({ release: { done: 1 } });

describe("who may ask for what", () => {
  const api = openForSuite({}, done().answer);
  const cases: readonly (readonly [who: string, token: string | undefined, method: string, path: string, status: number])[] = [
    ["nobody", undefined, "GET", "/ping", 200],
    ["nobody", undefined, "GET", "/health", 200],
    ["nobody", undefined, "GET", "/openapi.json", 200],
    ["nobody", undefined, "GET", "/docs", 200],
    ["nobody", undefined, "GET", "/version", 401],
    ["nobody", undefined, "GET", "/v1/status", 401],
    ["nobody", undefined, "GET", "/config", 401],
    ["nobody", undefined, "POST", RELEASE, 401],
    ["a stranger", "no-token-that-is-known", "GET", "/version", 401],
    ["a stranger", "", "GET", "/version", 401],
    ["a reader", READ, "GET", "/version", 200],
    ["a reader", READ, "GET", "/v1/status", 200],
    ["a reader", READ, "POST", RELEASE, 403],
    ["a reader", READ, "POST", "/v1/reload", 403],
    ["a reader", READ, "DELETE", "/v1/leases/10.0.0.5", 403],
    ["an administrator", ADMIN, "GET", "/version", 200],
    ["an administrator", ADMIN, "POST", RELEASE, 200],
    ["part of a token", READ.slice(0, -1), "GET", "/version", 401],
    ["two tokens", `${READ} ${ADMIN}`, "GET", "/version", 401],
  ];
  for (const [who, token, method, path, status] of cases) {
    test(`${who}: ${method} ${path}: ${status}`, async () => {
      const answer = await send(api.url + path, { method, ...(token === undefined ? {} : { token }) });
      assert.equal(answer.status, status);
      if (status === 401) assert.match(answer.headers["www-authenticate"] ?? "", /^Bearer/);
    });
  }

  test("without tokens whoever is on this machine may look, by its own names, and change nothing", async (t) => {
    const { requests, answer } = done();
    const { url } = await open(t, { tokens: [] }, answer);
    assert.equal((await send(`${url}/version`)).status, 200);
    assert.equal((await send(`${url}/version`, { headers: { host: "localhost:3333" } })).status, 200);
    for (const host of ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:3333"])
      assert.equal((await send(`${url}/version`, { headers: { host } })).status, 403, host);
    assert.equal((await send(url + RELEASE, { method: "POST" })).status, 403);
    assert.deepEqual(requests, []);
  });

  test("by the Unix socket everything may be done, and only its owner and group may write to it", async (t) => {
    const { requests, answer } = done();
    const { folder, api, url } = await open(t, {}, answer);
    const socket = join(folder, "api");
    await api.reload({ ...SPEC, socket });
    assert.equal(statSync(socket).mode & 0o777, 0o660);
    const answered = await send(`http://x${RELEASE}`, { method: "POST", socketPath: socket });
    assert.deepEqual([answered.status, JSON.parse(answered.text)], [200, { done: 1 }]);
    assert.deepEqual(requests, [{ kind: "release", addresses: "10.0.0.5-10.0.0.5" }]);
    assert.notEqual(url, "");
  });

  test("a token in a file is read again by a reload, and one that can't be read changes nothing", async (t) => {
    const { folder, api, url } = await open(t);
    const file = join(folder, "token");
    writeFileSync(file, "the-first-token-of-all\nnothing\n");
    const spec = { ...SPEC, listen: SPEC.listen, tokens: [{ file, role: "read" as const }] };
    await api.reload(spec);
    const status = async (token: string) => (await send(`${api.at[0]}/version`, { token })).status;
    assert.deepEqual([await status("the-first-token-of-all"), await status(READ)], [200, 401]);
    writeFileSync(file, "the-second-token-of-all");
    assert.equal(await status("the-first-token-of-all"), 200);
    await api.reload(spec);
    assert.deepEqual([await status("the-first-token-of-all"), await status("the-second-token-of-all")], [401, 200]);
    writeFileSync(file, "short");
    await assert.rejects(api.reload(spec), new RegExp(`^Error: the token file ${file} has no token of at least 16 characters`));
    chmodSync(file, 0o600);
    assert.equal(await status("the-second-token-of-all"), 200);
    assert.notEqual(url, "");
  });
});
