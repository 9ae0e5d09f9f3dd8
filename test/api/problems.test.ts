import assert from "node:assert/strict";
import { connect } from "node:net";
import { describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { ADMIN, type Answer, asked, open, openForSuite, send } from "./support.ts";

/** A problem as RFC 9457 has it. */
function problemOf(text: string): { readonly status: number; readonly title: string; readonly detail: string } {
  return JSON.parse(text) as ReturnType<typeof problemOf>;
}

describe("what can't be done is answered with a problem", () => {
  const json = { "content-type": "application/json" };
  const cases: readonly (readonly [
    name: string,
    request: { method?: string; path: string; body?: string; headers?: Record<string, string> },
    status: number,
    detail: RegExp,
  ])[] = [
    ["a path that is none", { path: "/v2/leases" }, 404, /^there is nothing at this path: \/docs says/],
    ["a method that means nothing", { method: "PATCH", path: "/v1/reload" }, 405, /^PATCH means nothing here: POST does$/],
    ["no JSON", { method: "POST", path: "/v1/reservations", body: "{", headers: json }, 400, /not valid JSON/],
    ["no JSON by its type", { method: "POST", path: "/v1/reservations", body: "a=1", headers: { "content-type": "text/plain" } }, 415, /./],
    ["a list in place of a map", { method: "POST", path: "/v1/reservations", body: "[]", headers: json }, 400, /expected (object|record)/],
    [
      "what is too deep for threads",
      { method: "POST", path: "/v1/reservations", body: `${'{"a":'.repeat(2000)}1${"}".repeat(2000)}`, headers: json },
      400,
      /too deeply/,
    ],
    ["a prototype", { method: "POST", path: "/v1/reservations", body: '{"__proto__": {"a": 1}}', headers: json }, 400, /./],
    [
      "a body that is too large",
      { method: "POST", path: "/v1/reservations", body: `"${"x".repeat(70_000)}"`, headers: json },
      413,
      /too large/,
    ],
    ["an operation that is none", { method: "POST", path: "/v1/leases/10.0.0.5/erase" }, 400, /^operation: /],
    ["an address without a lease", { method: "POST", path: "/v1/leases/10.0.0.5/release" }, 404, /^10\.0\.0\.5 has no lease/],
    [
      "what the server refuses",
      { method: "POST", path: "/v1/reservations", body: "{}", headers: json },
      409,
      /^10\.0\.0\.2 is reserved already$/,
    ],
    ["what fails in the server", { path: "/v1/usage" }, 500, /^the disk is full$/],
    ["what can't be done now", { method: "POST", path: "/v1/reload" }, 503, /^restart it$/],
    ["a path without end", { path: `/${"a/".repeat(2100)}` }, 414, /^a path with its query has at most 4096 characters$/],
    ["a path that means nothing", { path: "/%zz" }, 400, /./],
    ["a query of another page's form", { method: "OPTIONS", path: "/v1/reload" }, 405, /^OPTIONS means nothing here/],
    [
      "a form",
      { method: "POST", path: "/v1/reload", body: "a=1", headers: { "content-type": "application/x-www-form-urlencoded" } },
      415,
      /./,
    ],
    [
      "a name of a prototype",
      { path: "/v1/decisions?client=x&__proto__[a]=1&constructor=2" },
      400,
      /^there is no query parameter "(__proto__\[a\]|constructor)": there are client$/,
    ],
    ["an address that is longer than any", { method: "DELETE", path: `/v1/leases/${"1".repeat(300)}` }, 414, /./],
  ];
  const answers = {
    release: { done: 0 },
    reserve: { error: "10.0.0.2 is reserved already", code: "conflict" },
    usage: { error: "the disk is full" },
    reload: { error: "restart it", code: "unavailable" },
  };
  const api = openForSuite({}, asked(answers).answer);
  for (const [name, { path, ...request }, status, detail] of cases) {
    test(name, async () => {
      const answer = await send(api.url + path, { token: ADMIN, ...request });
      assert.equal(answer.status, status, answer.text);
      assert.equal(answer.headers["content-type"], "application/problem+json; charset=utf-8");
      const problem = problemOf(answer.text);
      assert.equal(problem.status, status);
      assert.match(problem.detail, detail);
    });
  }

  test("of one address more requests than so many in ten seconds", async (t) => {
    const { url } = await open(t);
    const { port, hostname } = new URL(url);
    // One behind the other on one connection, which is the quickest way.
    const refused = await new Promise<string>((resolve, reject) => {
      let heard = "";
      const socket = connect(Number(port), hostname, () => socket.write("GET /ping HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".repeat(4000)));
      socket.setEncoding("latin1").on("data", (chunk: string) => {
        heard += chunk;
        const start = heard.indexOf("HTTP/1.1 429 ");
        const end = start < 0 ? -1 : heard.indexOf("}", start);
        if (end < 0) return;
        socket.destroy();
        resolve(heard.slice(start, end + 1));
      });
      socket.on("error", reject);
    });
    const [head = "", body = ""] = refused.split("\r\n\r\n");
    assert.match(head, /\r\nretry-after: \d+\r\n/);
    assert.match(head, /\r\ncontent-type: application\/problem\+json/);
    assert.equal(problemOf(body).detail, "more requests than are answered");
  });

  test("more is under way in the server than it shall have to do at once", async (t) => {
    const finish: (() => void)[] = [];
    const { url } = await open(t, {}, () => new Promise((resolve) => finish.push(() => resolve({ result: {} }))));
    const refused: Answer[] = [];
    const sent = Array.from({ length: 70 }, async () => {
      const answer = await send(`${url}/v1/usage`, { token: ADMIN });
      if (answer.status !== 200) refused.push(answer);
      return answer;
    });
    while (finish.length < 64 || refused.length < 6) await setTimeout(10);
    for (const { status, headers } of refused) assert.deepEqual([status, headers["retry-after"]], [503, "1"]);
    for (const one of finish) one();
    const statuses = (await Promise.all(sent)).map(({ status }) => status);
    assert.deepEqual([statuses.filter((one) => one === 200).length, statuses.filter((one) => one === 503).length], [64, 6]);
  });

  test("a request that never comes to its end, or has too large a head, costs its connection alone", async (t) => {
    const { url } = await open(t);
    const { port, hostname } = new URL(url);
    const talk = (text: string): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect(Number(port), hostname, () => socket.write(text));
        let heard = "";
        socket.setEncoding("utf8").on("data", (chunk: string) => {
          heard += chunk;
        });
        socket.on("close", () => resolve(heard)).on("error", () => {});
      });
    const slow = talk("GET /ping HTTP/1.1\r\nHost: 127.0.0.1\r\n");
    const isRefused = (answer: string, status: number): void => {
      const [head = "", body = ""] = answer.split("\r\n\r\n");
      assert.match(head, new RegExp(`^HTTP/1\\.1 ${status} `));
      assert.match(head, /\r\nContent-Type: application\/problem\+json; charset=utf-8\r\n/);
      assert.equal(problemOf(body).status, status);
    };
    isRefused(await talk(`GET /ping HTTP/1.1\r\nHost: x\r\nX-A: ${"a".repeat(20_000)}\r\n\r\n`), 431);
    isRefused(await talk("\u0000\u0001\u0002\r\n\r\n"), 400);
    isRefused(await slow, 408);
    assert.equal((await send(`${url}/ping`)).status, 200);
  });
});
