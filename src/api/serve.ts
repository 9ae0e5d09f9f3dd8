import { parentPort, workerData } from "node:worker_threads";
import type { ApiSpec } from "../config/model/api.ts";
import { createLogAllowance, withLeftOut } from "../io/log-allowance.ts";
import { type KnownToken, readTokens } from "./access.ts";
import { createApp } from "./app.ts";
import { createAsking } from "./asking.ts";
import type { RouteContext } from "./context.ts";
import { createListeners } from "./listeners.ts";
import { type ApiData, type FromThread, START, type ToThread } from "./messages.ts";
import { ROUTES } from "./routes.ts";

/* The thread of the HTTP API: one app of fastify for each listener. */

const data = workerData as ApiData;
const send = (message: FromThread): void => parentPort?.postMessage(message);
const asking = createAsking((id, request) => send({ kind: "ask", id, request }));
const { version, configuration, database, heartbeat } = data;
let { metrics } = data;
const context: RouteContext = { ask: asking.ask, version, configuration, database, heartbeat, metrics: () => metrics };

/** One entry a minute about connections that are one too many. */
const refusals = createLogAllowance(1, () => performance.now());

let tokens: readonly KnownToken[] = [];
const listeners = createListeners((traits) => createApp({ ...traits, tokens: () => tokens, onDefect, onRefused }, context, ROUTES));

parentPort?.on("message", (message: ToThread) => {
  if (message.kind === "answer") asking.answered(message.id, message.answer);
  else if (message.kind === "metrics") metrics = message.metrics;
  else if (message.kind === "spec") void change(message.id, message.spec);
  else void listeners.close().then(() => parentPort?.close());
});
await change(START, data.spec);

async function change(id: number, spec: ApiSpec): Promise<void> {
  const before = tokens;
  try {
    const next = readTokens(spec.tokens);
    // A listener of before that has tokens is closed before it could be one without, and the
    // reverse.
    if (next.length > 0) tokens = next;
    await listeners.change(spec);
    tokens = next;
    send({ kind: "listening", id, at: listeners.at() });
  } catch (error) {
    tokens = before;
    send({ kind: "listening", id, at: [], error: error instanceof Error ? error.message : String(error) });
  }
}

function onRefused(text: string): void {
  const leftOut = refusals.take();
  if (leftOut !== undefined) send({ kind: "log", level: "warn", text: withLeftOut(text, leftOut) });
}

function onDefect(error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  send({ kind: "log", level: "warn", text: `a request to the HTTP API failed: ${text}` });
}
