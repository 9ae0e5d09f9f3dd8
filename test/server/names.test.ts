import assert from "node:assert/strict";
import { existsSync, mkdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { loadConfig } from "../../src/config/load.ts";
import type { Config } from "../../src/config/model/config.ts";
import type { Log } from "../../src/server/log.ts";
import { createNames } from "../../src/server/names.ts";
import { RefusedError } from "../../src/server/requests.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { newFolder } from "../support/loopback-server.ts";

const NETWORKS = `
networks:
  10.0.0.0/24:
    options: {domain_name: lan, routers: 10.0.0.1}
    ranges: [{range: 10.0.0.10-10.0.0.99}]
    reservations: [{ip: 10.0.0.5, match: {chaddr: "02:00:00:00:00:05"}, hostname: printer}]
`;

function configOf(text: string): Config {
  const loaded = loadConfig(`${text}${NETWORKS}`, "test.yaml");
  return loaded.ok ? loaded.config : assert.fail(JSON.stringify(loaded.diagnostics));
}

async function setUp(t: TestContext, text: string) {
  // Before the folder goes: the thread still writes into it.
  let end = async (): Promise<void> => {};
  t.after(() => end());
  const folder = newFolder(t);
  const database = join(folder, "leases.db");
  const store = openSqliteStore(database);
  await store.load(() => {});
  await store.commit([{ kind: "clock", offset: 0, trusted: 0, boot: "", bootOffset: 0 }]);
  const said: string[] = [];
  const say = (...words: readonly unknown[]): void => void said.push(String(words.at(-1)));
  const log: Log = { trace: say, debug: say, info: say, warn: say, error: say, isLevelEnabled: () => true } as Log;
  const names = createNames({ config: configOf(text.replaceAll("FOLDER", folder)), database, log });
  end = async () => {
    await names.close();
    await store.close();
  };
  return { names, folder, said, ask: (kind: string, rest: object = {}) => asked(names.handlers[kind]?.({ kind, ...rest })) };
}

/** What is answered, or the code of the refusal and its words. */
async function asked(answer: Promise<unknown> | undefined): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    return error instanceof RefusedError ? [error.code, error.message] : assert.fail(String(error));
  }
}

const refused = async (question: () => unknown): Promise<unknown> => {
  try {
    return await question();
  } catch (error) {
    return error instanceof RefusedError ? [error.code, error.message] : assert.fail(String(error));
  }
};

async function until(isSo: () => boolean): Promise<void> {
  for (const end = Date.now() + 20_000; !isSo(); await delay(50)) assert.ok(Date.now() < end);
}

test("where the configuration does not speak of names there is no thread, and nothing is noted", { timeout: 60_000 }, async (t) => {
  const { names } = await setUp(t, "");
  names.begin();
  assert.deepEqual([names.feed?.wanted, names.status(), names.check(0)], [false, undefined, []]);
  assert.equal(await names.handlers["dns-status"]?.({}), null);
  const answer = await refused(() => names.handlers["dns-names"]?.({}));
  assert.deepEqual(answer, ["unavailable", "no names are seen to: the configuration has neither `ddns` nor `dns`"]);
});

test("leases in memory have no names", async () => {
  const names = createNames({ config: configOf(""), database: undefined, log: {} as Log });
  names.begin();
  assert.equal(names.feed, undefined);
  const answer = await refused(() => names.handlers["dns-names"]?.({}));
  assert.deepEqual(answer, ["unavailable", "names are those of the lease database, and leases are in memory only (store: {memory: {}})"]);
  await names.close();
});

test("a thread is there while a configuration speaks of names, and answers", { timeout: 60_000 }, async (t) => {
  const { names, folder, said, ask } = await setUp(t, "dns: {hosts_file: FOLDER/hosts}");
  assert.equal(names.feed?.wanted, false);
  names.begin();
  assert.equal(names.feed?.wanted, true);
  await until(() => names.status()?.ready === true && existsSync(join(folder, "hosts")));
  const { names: count, conflicts, hosts, responder, updates } = names.status() ?? assert.fail();
  assert.deepEqual([count, conflicts, hosts?.path, responder, updates], [1, 0, join(folder, "hosts"), undefined, undefined]);
  assert.deepEqual(await ask("dns-names"), [{ name: "printer.lan", addresses: [{ address: "10.0.0.5", reserved: true }] }]);
  assert.deepEqual(await ask("dns-names", { after: "printer.lan" }), []);
  assert.deepEqual(await ask("dns-conflicts"), []);
  assert.deepEqual(await ask("dns-pending"), ["unavailable", "names are told to no DNS server: the configuration has no `ddns`"]);
  assert.deepEqual(await ask("dns-sync"), ["unavailable", "names are told to no DNS server: the configuration has no `ddns`"]);
  for (const limit of [0, 1.5, 1001, "5", null]) {
    assert.deepEqual(await refused(() => names.handlers["dns-names"]?.({ limit })), ["invalid", "limit: expected a number from 1 to 1000"]);
  }
  names.configure(configOf(""));
  await until(() => names.status() === undefined);
  assert.deepEqual(said, []);
});

test("names that can't be written where they should are a reason of the health", { timeout: 60_000 }, async (t) => {
  const { names, folder } = await setUp(t, "dns: {hosts_file: FOLDER/missing/hosts}");
  names.begin();
  await until(() => names.check(0).length > 0);
  const [finding] = names.check(0);
  assert.deepEqual([finding?.state, finding?.reason.startsWith(`names in ${folder}/missing/hosts are old: `)], ["degraded", true]);
});

test("a thread that can't be is a reason of the health until it is there", { timeout: 60_000 }, async (t) => {
  const { names, folder, said } = await setUp(t, "dns: {hosts_file: FOLDER/hosts}");
  const inTheWay = join(folder, "leases.db-names");
  mkdirSync(inTheWay);
  names.begin();
  await until(() => names.check(0).length > 0);
  const [finding] = names.check(0);
  assert.match(finding?.reason ?? "", /^names stay as they are, for the thread that sees to them has ended: .+$/);
  rmdirSync(inTheWay);
  await until(() => names.check(0).length === 0 && names.status()?.ready === true);
  assert.match(said[0] ?? "", /^names: the thread .* has ended \(.+\), and is started anew in 1 s; nothing is lost$/);
});
