import assert from "node:assert/strict";
import { get, type IncomingMessage } from "node:http";
import { describe, type TestContext, test } from "node:test";
import type { ToldEvent } from "../../src/server/events/event-object.ts";
import { createJournalReader } from "../../src/store/sqlite/journal-reader.ts";
import { openForReading } from "../../src/store/sqlite/schema.ts";
import { problemsIn, setUp } from "../server/events/support.ts";
import { until } from "../store/support.ts";
import { asked, open, READ, send } from "./support.ts";

/** A client of server-sent events. */
interface Listener {
  readonly status: number;
  readonly events: (ToldEvent & { readonly id: string; readonly event: string })[];
  readonly response: IncomingMessage;
}

function listen(t: TestContext, url: string, path: string, headers: Record<string, string> = {}): Promise<Listener> {
  return new Promise((resolve, reject) => {
    const request = get(`${url}${path}`, { headers: { authorization: `Bearer ${READ}`, ...headers } }, (response) => {
      const events: Listener["events"] = [];
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
        const parts = text.split("\n\n");
        text = parts.pop() ?? "";
        for (const part of parts) {
          const fields = new Map(part.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]));
          const data = fields.get("data");
          if (data !== undefined)
            events.push({ ...(JSON.parse(data) as ToldEvent), id: fields.get("id") ?? "", event: fields.get("event") ?? "" });
        }
      });
      response.on("error", () => {});
      resolve({ status: response.statusCode ?? 0, events, response });
    });
    request.on("error", reject);
    t.after(() => request.destroy());
  });
}

const ANSWERS = { listen: { result: { seconds: 60 } } };

describe("events of the HTTP API", () => {
  test("HEAD is answered at once, and nothing is written for it", async (t) => {
    const server = asked(ANSWERS);
    const { url } = await open(t, {}, server.answer, { database: setUp(t).path });
    const answer = await send(`${url}/v1/events`, { method: "HEAD", token: READ });
    assert.deepEqual([answer.status, server.requests], [200, []]);
  });

  test("come as they happen, to all who listen, and the server is asked to write them", async (t) => {
    const setting = setUp(t);
    await setting.give(0, 5);
    const server = asked(ANSWERS);
    const { url } = await open(t, {}, server.answer, { database: setting.path });
    const [one, two] = [await listen(t, url, "/v1/events"), await listen(t, url, "/v1/events?kinds=released,reservation")];
    assert.deepEqual([one.status, one.response.headers["content-type"]], [200, "text/event-stream; charset=utf-8"]);
    assert.deepEqual(server.requests, [
      { kind: "listen", kinds: ["bound", "renewed", "released", "declined", "conflict", "expired", "removed"] },
      { kind: "listen", kinds: ["released", "bound"] },
    ]);
    await setting.give(5, 7);
    await setting.release(5, 6);
    await until(() => one.events.length === 3 && two.events.length === 1);
    assert.deepEqual(
      one.events.map(({ id, event, kind, address, after }) => [id, event, kind, address, after]),
      [
        ["6", "bound", "bound", "10.0.0.5", 0],
        ["7", "bound", "bound", "10.0.0.6", 6],
        ["8", "released", "released", "10.0.0.5", 7],
      ],
    );
    assert.deepEqual(
      two.events.map(({ number, after }) => [number, after]),
      [[8, 0]],
    );
  });

  test("one that connects again goes on where it was, and is told what is gone", async (t) => {
    const setting = setUp(t);
    await setting.give(0, 3000);
    const { url } = await open(t, {}, asked(ANSWERS).answer, { database: setting.path });
    const again = await listen(t, url, "/v1/events", { "last-event-id": "2990" });
    await until(() => again.events.length === 10);
    assert.deepEqual(
      again.events.map(({ number, after }) => number - after),
      Array(10).fill(1),
    );
    await setting.store.commit([{ kind: "prune", through: 2000 }]);
    await until(() => firstOf(setting.path) === 2001);
    const late = await listen(t, url, "/v1/events?after=1000");
    await until(() => late.events.at(-1)?.number === 3000);
    const [{ kind, from, to }] = late.events as unknown as [ToldEvent];
    assert.deepEqual([kind, from, to, late.events.length], ["lost", 1001, 2000, 1001]);
    assert.deepEqual(problemsIn(late.events).problems, ["event 2000 comes after 1000, and the last one was 0"]);
    const ahead = await listen(t, url, "/v1/events?after=999999");
    await setting.give(3000, 3001);
    await until(() => ahead.events.length === 1);
  });

  test("one that does not read holds up nobody", async (t) => {
    const setting = setUp(t);
    const { url } = await open(t, {}, asked(ANSWERS).answer, { database: setting.path });
    const stuck = await listen(t, url, "/v1/events");
    stuck.response.pause();
    const reader = await listen(t, url, "/v1/events");
    await setting.give(0, 20_000);
    await until(() => reader.events.length === 20_000);
    stuck.response.resume();
    await until(() => stuck.events.length === 20_000);
    assert.deepEqual(problemsIn(stuck.events).problems, []);
  });

  const REFUSED: readonly [path: string, database: boolean, status: number][] = [
    ["/v1/events?kinds=bound,nothing", true, 400],
    ["/v1/events?after=-1", true, 400],
    ["/v1/events", false, 503],
    ["/v1/history?at=yesterday", true, 400],
    ["/v1/history?at=2026-01-01&since=2026-01-01", true, 400],
    ["/v1/history?address=nowhere", true, 400],
    ["/v1/history", false, 503],
  ];
  for (const database of [true, false]) {
    test(`what is refused ${database ? "of a database" : "without one"}`, async (t) => {
      const setting = setUp(t);
      const { url } = await open(t, {}, asked(ANSWERS).answer, database ? { database: setting.path } : {});
      for (const [path, of, status] of REFUSED) if (of === database) assert.equal((await listen(t, url, path)).status, status, path);
    });
  }

  test("history of an address, and of all", async (t) => {
    const setting = setUp(t);
    await setting.give(0, 1500);
    await setting.release(0, 1);
    const { url } = await open(t, {}, asked().answer, { database: setting.path });
    const ask = async (path: string) =>
      (await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${READ}` } })).json() as Promise<History>;
    interface History {
      readonly history: readonly Record<string, unknown>[];
      readonly more: boolean;
    }
    const { history, more } = await ask("/v1/history?address=10.0.0.0");
    assert.equal(more, false);
    assert.deepEqual(
      history.map(({ address, hardware_address, ended, to }) => [address, hardware_address, ended, to !== null]),
      [["10.0.0.0", "02:00:00:00:00:01", "released", true]],
    );
    const all = await ask("/v1/history");
    assert.deepEqual([all.history.length, all.more], [1000, true]);
    assert.deepEqual(await ask("/v1/history?at=2020-01-01T00:00:00Z"), { history: [], more: false });
  });
});

function firstOf(path: string): number {
  const db = openForReading(path);
  try {
    return createJournalReader(db).ends().first;
  } finally {
    db.close();
  }
}
