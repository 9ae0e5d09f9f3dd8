import assert from "node:assert/strict";
import { test } from "node:test";
import { pino } from "pino";
import { createHooks } from "../../../src/server/hooks/hooks.ts";
import type { HookThread } from "../../../src/server/hooks/thread.ts";
import { load } from "../../config/load.ts";

test("hooks take effect when they are taken; those before are closed, and those that are left", async () => {
  const closed: string[] = [];
  const start = async ({ spec }: { readonly spec: HookThread["spec"] }): Promise<HookThread> => ({
    spec,
    free: true,
    downBecause: spec.module === "b" ? "a hook comes to no end" : undefined,
    call() {},
    tell: () => true,
    close: async () => void closed.push(spec.module),
  });
  const hooks = createHooks(pino({ level: "silent" }), () => 0, start);
  const config = (module?: string) => ({
    ...load("{}"),
    ...(module === undefined
      ? {}
      : { hooks: { module, message: true, reply: false, event: false, budget: 50, onFailure: "serve" as const } }),
  });
  const a = await hooks.prepare(config("a"));
  const served = (): string | undefined => hooks.current?.spec.module;
  assert.equal(served(), undefined);
  a.take();
  assert.equal(served(), "a");
  assert.deepEqual(hooks.check(0), []);
  await (await hooks.prepare(config("left"))).leave();
  (await hooks.prepare(config("b"))).take();
  assert.deepEqual(closed, ["left", "a"]);
  const reason = "the hooks of the configuration can't be asked, and are being started again: a hook comes to no end";
  assert.deepEqual(hooks.check(0), [{ state: "degraded", about: "hooks", reason }]);
  (await hooks.prepare(config())).take();
  assert.deepEqual([served(), closed], [undefined, ["left", "a", "b"]]);
});
