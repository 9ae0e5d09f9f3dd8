import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { ToldEvent } from "../../../src/server/events/event-object.ts";
import { createWebhook, WebhookError } from "../../../src/server/events/sinks/webhook.ts";
import { until } from "../../store/support.ts";
import { problemsIn, setUp, sinkOf } from "./support.ts";

const SECRET = "a text that both know";

type Answer = (request: IncomingMessage, body: string, response: ServerResponse) => void;

/** A receiver that can be stopped, and started again at its port. */
class Receiver {
  readonly told: ToldEvent[] = [];
  readonly requests: { readonly headers: IncomingMessage["headers"]; readonly body: string }[] = [];
  answer: Answer = (_request, _body, response) => response.writeHead(204).end();
  #server: Server | undefined;
  port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`;
  }

  async start(t?: TestContext): Promise<void> {
    const server = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (chunk) => (body += chunk));
      request.on("end", () => {
        this.requests.push({ headers: request.headers, body });
        response.on("finish", () => {
          if (response.statusCode === 204) this.told.push(...(JSON.parse(body) as ToldEvent[]));
        });
        this.answer(request, body, response);
      });
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.port, "127.0.0.1", resolve));
    this.port = (server.address() as AddressInfo).port;
    t?.after(() => this.stop());
  }

  stop(): Promise<void> {
    const server = this.#server;
    server?.closeAllConnections();
    return new Promise((resolve) => (server === undefined ? resolve() : server.close(() => resolve())));
  }
}

async function receiver(t: TestContext): Promise<Receiver> {
  const one = new Receiver();
  await one.start(t);
  return one;
}

const event = (number: number): ToldEvent => ({ number, after: number - 1, kind: "bound", address: `10.0.0.${number}` });
const events = (count: number) => Array.from({ length: count }, (_, i) => event(i + 1));

function hook(t: TestContext, url: string, more: { patience?: number } = {}) {
  const refused: number[] = [];
  const controller = new AbortController();
  t.after(() => controller.abort());
  const parts = { url, secret: SECRET, signal: controller.signal, refused: ({ number }: ToldEvent) => refused.push(number), ...more };
  return { webhook: createWebhook(parts), refused };
}

describe("a webhook", () => {
  test("a hundred thousand leases come and go while the receiver is stopped and started: nothing is missing, nothing out of order", async (t) => {
    const target = await receiver(t);
    const setting = setUp(t);
    setting.start(sinkOf({ kind: "webhook", url: target.url, secret: SECRET, retry: 1 }));
    const LEASES = 100_000;
    const STEP = 5000;
    let stopped = false;
    for (let from = 0; from < LEASES; from += STEP) {
      await setting.give(from, from + STEP);
      await setting.release(from, from + STEP);
      if (from % 20_000 !== 0) continue;
      await (stopped ? target.start() : target.stop());
      stopped = !stopped;
    }
    if (stopped) await target.start();
    for (const end = Date.now() + 60_000; target.told.at(-1)?.number !== 2 * LEASES && Date.now() < end; ) await delay(50);
    const { problems, seen } = problemsIn(target.told);
    assert.deepEqual(problems, []);
    assert.equal(seen.length, 2 * LEASES);
    const kinds = new Map<unknown, string>();
    for (const { address, kind } of seen) kinds.set(address, `${kinds.get(address) ?? ""}${kind} `);
    assert.equal(kinds.size, LEASES);
    for (const order of kinds.values()) assert.equal(order, "bound released ");
  });

  test("signs what it sends: time, full stop, body", async (t) => {
    const target = await receiver(t);
    assert.equal(await hook(t, target.url).webhook.deliver(events(3)), 3);
    const [{ headers, body }] = target.requests as [(typeof target.requests)[0]];
    const time = String(headers["x-leasehold-timestamp"]);
    assert.ok(Math.abs(Number(time) - Date.now() / 1000) < 60);
    assert.equal(headers["x-leasehold-signature"], `sha256=${createHmac("sha256", SECRET).update(`${time}.${body}`).digest("hex")}`);
    assert.deepEqual([headers["content-type"], JSON.parse(body)], ["application/json", events(3)]);
  });

  test("sends no more than 100 at once", async (t) => {
    const target = await receiver(t);
    assert.equal(await hook(t, target.url).webhook.deliver(events(250)), 100);
  });

  const FAILING: Readonly<Record<string, [Answer, RegExp]>> = {
    "an error of the server": [(_, __, response) => response.writeHead(500).end("x"), /status 500/],
    "a token that it does not know": [(_, __, response) => response.writeHead(401).end(), /status 401/],
    "a redirection, which is not followed": [(_, __, response) => response.writeHead(307, { location: "/elsewhere" }).end(), /status 307/],
    "an end in the middle": [(_, __, response) => response.destroy(), /socket hang up|ECONNRESET/],
    "no answer": [() => {}, /has not answered within 0.3 s/],
    "headers without end": [
      (_, __, response) => {
        const socket = response.socket;
        socket?.on("error", () => {});
        socket?.write("HTTP/1.1 200 OK\r\n");
        const timer = setInterval(() => socket?.write(`x-${"a".repeat(4000)}: 1\r\n`), 5);
        socket?.once("close", () => clearInterval(timer));
      },
      /overflow|Header|within/i,
    ],
    "what is no HTTP": [(_, __, response) => void response.socket?.end("hello\r\n\r\n"), /Parse Error|Expected/],
  };
  for (const [name, [answer, says]] of Object.entries(FAILING)) {
    test(`${name} is a failure, and no harm`, async (t) => {
      const target = await receiver(t);
      target.answer = answer;
      await assert.rejects(hook(t, target.url, { patience: 300 }).webhook.deliver(events(2)), (error) => {
        assert.ok(error instanceof WebhookError);
        assert.match(error.message, says);
        return true;
      });
      assert.equal(target.requests.length, 1);
    });
  }

  test("an answer without end is not read", async (t) => {
    const target = await receiver(t);
    let open = true;
    target.answer = (_, __, response) => {
      response.on("error", () => {});
      response.writeHead(200);
      const timer = setInterval(() => response.write("x".repeat(10_000)), 2);
      response.once("close", () => {
        open = false;
        clearInterval(timer);
      });
    };
    const { webhook } = hook(t, target.url);
    assert.equal(await webhook.deliver(events(2)), 2);
    await until(() => !open);
  });

  test("what it refuses is sent by fewer, and one that it refuses alone is left out", async (t) => {
    const target = await receiver(t);
    target.answer = (_, body, response) => {
      const numbers = (JSON.parse(body) as ToldEvent[]).map(({ number }) => number);
      response.writeHead(numbers.includes(5) ? 422 : numbers.length > 4 ? 413 : 204).end();
    };
    const { webhook, refused } = hook(t, target.url);
    let left: ToldEvent[] = events(20);
    while (left.length > 0) left = left.slice(await webhook.deliver(left));
    assert.deepEqual(refused, [5]);
    assert.deepEqual(
      target.told.map(({ number }) => number),
      events(20).flatMap(({ number }) => (number === 5 ? [] : [number])),
    );
  });

  test("one that refuses everything is counted, and does not fill the log", async (t) => {
    const setting = setUp(t);
    const target = await receiver(t);
    target.answer = (_request, _body, response) => response.writeHead(400).end();
    setting.start(sinkOf({ kind: "webhook", url: target.url, secret: undefined, retry: 1 }));
    await setting.give(0, 30);
    await until(() => setting.status()?.sinks[0]?.queued === 0);
    const { delivered, lost, retries } = setting.status()?.sinks[0] ?? {};
    assert.deepEqual({ delivered, lost, retries }, { delivered: 0, lost: 30, retries: 0 });
    assert.equal(setting.logged.filter((text) => text.includes("refuses event")).length, 10);
  });

  test("is left alone for as long as the receiver asks", async (t) => {
    const target = await receiver(t);
    target.answer = (_, __, response) => response.writeHead(429, { "retry-after": "7" }).end();
    await assert.rejects(
      hook(t, target.url).webhook.deliver(events(1)),
      (error) => error instanceof WebhookError && error.retryAfter === 7000,
    );
  });

  test("what is queued for it beyond its queue is lost, and it is told so", async (t) => {
    const target = await receiver(t);
    const setting = setUp(t);
    await target.stop();
    setting.start(sinkOf({ kind: "webhook", url: target.url, secret: undefined, retry: 1 }, { queue: 3000 }));
    await setting.give(0, 10_000);
    await until(() => setting.pruned.at(-1) === 7000);
    await delay(300);
    await target.start();
    await until(() => target.told.at(-1)?.number === 10_000);
    const { problems, seen } = problemsIn(target.told);
    assert.deepEqual(problems, []);
    const { from, to, kind } = seen[0] as ToldEvent;
    assert.deepEqual({ from, to, kind, rest: seen.length }, { from: 1, to: 7000, kind: "lost", rest: 3001 });
    await until(() => setting.status()?.sinks[0]?.lost === 7000);
  });
});
