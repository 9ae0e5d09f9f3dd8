import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { askServer, controlPath } from "../../src/server/control.ts";
import type { Message as Message4 } from "../../src/wire/dhcp4/message.ts";
import { optionValue as optionValue4 } from "../../src/wire/dhcp4/options.ts";
import type { Message as Message6 } from "../../src/wire/dhcp6/message.ts";
import { optionValue as optionValue6 } from "../../src/wire/dhcp6/options.ts";
import { countersOf, MAIN, newFolder, newPlace, writeIn } from "../support/loopback-server.ts";
import { watch } from "../support/namespaces.ts";
import { openClient4, openClient6 } from "../support/small-client.ts";

/** The module imports another one, which is read anew with it. */
const MODULE = `
import { appendFileSync } from "node:fs";
import { word } from "./word.ts";

export default {
  interfaces: ["lo"],
  log: { format: "json" },
  client_classes: {
    v4: [{ name: "guests", options: { domain_name: "guests.example" } }],
    v6: [{ name: "guests", options: { domain_search: "guests.example" } }],
  },
  networks: { "10.77.0.0/16": { options: { routers: "10.77.0.1", domain_name_servers: "10.77.0.1" }, ranges: [{ range: "10.77.1.1-10.77.1.200" }] } },
  v6: {
    interfaces: ["lo"],
    options: { dns_servers: "2001:db8:53::53" },
    networks: { "2001:db8:77::/64": { ranges: [{ range: "2001:db8:77::100-2001:db8:77::1ff" }] } },
  },
  hooks: {
    budget: 1000,
    message(m) {
      if (m.chaddr === "02:00:00:00:00:66") return { drop: true };
      return m.chaddr === "02:00:00:00:00:01" ? { classes: ["guests"] } : undefined;
    },
    reply(r, m) {
      if (m.chaddr === "02:00:00:00:00:01") return;
      return { options: r.protocol === "dhcp4" ? { domain_name: word } : { domain_search: word } };
    },
    event(e) {
      appendFileSync(FILE, e.kind + " " + e.address + " " + e.after?.chaddr + "\\n");
    },
  },
};
`;

const [GUEST, OTHER, DROPPED] = ["02:00:00:00:00:01", "02:00:00:00:00:02", "02:00:00:00:00:66"];

function domain4(message: Message4 | undefined): string | undefined {
  const data = message && optionValue4(message, 15);
  return data && new TextDecoder().decode(data);
}

/** The first label of the first name. */
function domain6(message: Message6 | undefined): string | undefined {
  const data = message && optionValue6(message.options, 24);
  return data && new TextDecoder().decode(data.subarray(1, 1 + (data[0] as number)));
}

test("hooks of a module serve both protocols, are read anew, and a module that can't be imported changes nothing", async (t) => {
  const folder = newFolder(t);
  const database = join(folder, "leases.db");
  const told = writeIn(folder, "told.txt", "");
  const word = writeIn(folder, "word.ts", 'export const word: string = "one";\n');
  const config = writeIn(folder, "leasehold.config.ts", MODULE.replace("FILE", JSON.stringify(told)));
  const place = newPlace();
  const at = ["--v4-addr", `${place.address}:${place.port}`, "--v6-addr", `[::1]:${place.port6}`];
  const program = watch(
    spawn(process.execPath, [MAIN, "serve", "-c", config, "-d", database, ...at], { stdio: ["ignore", "pipe", "pipe"] }),
  );
  t.after(() => program.end());
  await program.line(/HTTP API/, 60_000);
  const client4 = await openClient4(t, place.address, place.port, "10.77.0.1");
  const client6 = await openClient6(t, "::1", place.port6, "2001:db8:77::1");
  const domains = async (mac: string) => [domain4(await client4.discover({ mac })), domain6(await client6.solicit({ mac }))];

  assert.deepEqual(await domains(GUEST), ["guests.example", "guests"]);
  assert.deepEqual(await domains(OTHER), ["one", "one"]);
  assert.equal(await client4.discover({ mac: DROPPED, once: true }), undefined);
  const ack = await client4.bind({ mac: OTHER });
  assert.equal(domain4(ack), "one");

  const reload = () => askServer(controlPath(database), { kind: "reload" });
  writeFileSync(word, 'export const word: string = "two";\n');
  assert.deepEqual(await reload(), { done: 2, notes: [] });
  assert.deepEqual(await domains(OTHER), ["two", "two"]);
  writeFileSync(word, "export const other = 5;\n");
  const refused = await reload();
  assert.match(JSON.stringify(refused), /leasehold\.config\.ts.*does not provide an export named/);
  assert.deepEqual(await domains(OTHER), ["two", "two"]);
  assert.deepEqual(await domains(GUEST), ["guests.example", "guests"]);

  assert.equal(await program.end("SIGTERM"), 0);
  assert.match(readFileSync(told, "utf8"), /^bound 10\.77\.1\.\d+ 02:00:00:00:00:02\n$/);
  const counters = countersOf(program);
  assert.equal(counters["silent: dropped-by-hook"], 1);
  assert.equal(counters.hookFailures, undefined);
});
