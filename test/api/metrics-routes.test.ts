import assert from "node:assert/strict";
import { test } from "node:test";
import { createBlock, writeBlock } from "../../src/server/metrics/block.ts";
import { samplesOf } from "../support/metrics.ts";
import { open, READ, send } from "./support.ts";

const DESCRIPTION = { version: "1.2.3", configuration: "one", names: false, protocols: [] };

test("/metrics and /metrics-text are text of Prometheus, for who may read, and follow the server to another block", async (t) => {
  const first = createBlock(DESCRIPTION);
  let move = (_: typeof first): void => {};
  const metrics = {
    block: first,
    onBlock(listener: typeof move) {
      move = listener;
    },
  };
  const { url } = await open(t, {}, undefined, { metrics });
  assert.equal((await send(`${url}/metrics`)).status, 401);
  for (const path of ["/metrics", "/metrics-text"]) {
    const { status, headers, text } = await send(`${url}${path}`, { token: READ });
    assert.deepEqual([status, headers["content-type"]], [200, "text/plain; version=0.0.4; charset=utf-8"]);
    assert.equal(samplesOf(text).get('leasehold_info{version="1.2.3",configuration="one"}'), 1);
  }
  const second = createBlock({ ...DESCRIPTION, configuration: "two" });
  writeBlock(second, (numbers) => numbers.fill(5));
  move(second);
  const { text } = await send(`${url}/metrics`, { token: READ });
  const samples = samplesOf(text);
  assert.deepEqual([samples.get('leasehold_info{version="1.2.3",configuration="two"}'), samples.get("uptime")], [1, 5]);
});

test("without numbers of a server there are no metrics", async (t) => {
  const { url } = await open(t);
  assert.equal((await send(`${url}/metrics`, { token: READ })).status, 503);
});
